"""The API server, spoken to in plain dicts."""
