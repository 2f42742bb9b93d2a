"""The `backpack` command line."""
