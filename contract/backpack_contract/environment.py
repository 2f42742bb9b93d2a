"""The environment variables that the operator sets on a backpack's containers.

Only where things are and who is asking: what a backpack's owner can configure
is in the configuration file (see `configuration`).
"""

CONFIG_FILE = "BACKPACK_CONFIG_FILE"
"""Path of the JSON document of `configuration.BackpackConfiguration`."""

FILES_DIRECTORY = "BACKPACK_FILES_DIRECTORY"
"""The mount point of the files volume; the API may write below it."""

MONGO_HOST = "BACKPACK_MONGO_HOST"
MONGO_USERNAME = "BACKPACK_MONGO_USERNAME"
MONGO_PASSWORD = "BACKPACK_MONGO_PASSWORD"  # noqa: S105  a variable's name
REDIS_HOST = "BACKPACK_REDIS_HOST"
REDIS_PASSWORD = "BACKPACK_REDIS_PASSWORD"  # noqa: S105
PUBLISHABLE_KEY = "BACKPACK_PUBLISHABLE_KEY"
"""The key that calls need where the configuration asks for one."""
TRUSTED_PROXIES = "BACKPACK_TRUSTED_PROXIES"
"""A JSON array of networks: whose `X-Forwarded-For` is believed."""
LOG_LEVEL = "BACKPACK_LOG_LEVEL"

API_HOST = "BACKPACK_API_HOST"
"""For nginx: the fully qualified name of the API's Service."""
