"""HTTP: what is read from a request, which service answers it, and how its answer
is written. No rule of the application is decided here.
"""
