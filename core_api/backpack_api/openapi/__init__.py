"""The description of the public API (OpenAPI 3.1), made from the collections that exist."""
