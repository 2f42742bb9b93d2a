"""Measurements of the running system. Each module is one command:

`python -m bench.ready`, `python -m bench.memory`, `python -m bench.fit`, `python -m bench.images`;
`python -m bench` runs them all.
"""
