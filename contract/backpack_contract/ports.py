"""The TCP ports on which the containers of a backpack listen."""

API_PUBLIC = 8000
"""The core API as end users reach it, behind Traefik and behind nginx."""

API_ADMIN = 9000
"""The core API's admin listener: tokens only, but for /healthz and /metrics."""

WEB = 8080
"""nginx, the caching front of the site."""

MONGO = 27017
"""MongoDB's wire protocol, whichever engine speaks it."""

REDIS = 6379
