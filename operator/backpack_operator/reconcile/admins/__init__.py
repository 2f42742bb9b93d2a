"""Accounts of the dashboard: their Secrets, what is told of them, and their end. They are
few, so that all of them are listed now and then rather than watched."""
