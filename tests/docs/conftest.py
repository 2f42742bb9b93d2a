"""Real stores for what the guides show."""

from support.ferretdb import ferretdb
from support.redis import redis

__all__ = ["ferretdb", "redis"]
