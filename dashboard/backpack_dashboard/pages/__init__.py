"""Turning what services answer into HTML: the template engine, its filters, the tabs."""
