"""Where news comes in: kopf's events, HTTP requests, signals."""
