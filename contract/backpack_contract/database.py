"""The database as the engine and the API see it, whichever engine it is."""

DATABASE = "backpack"
"""The database of the backpack's collections; its user may read and write nothing else,
where the engine knows roles."""

AUTH_SOURCE = "admin"
"""The database in which the users themselves are kept."""

MONGODB_ROOT = "root"
"""The administrator of MongoDB, whose password only the database's own pod is given."""
