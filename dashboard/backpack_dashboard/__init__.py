"""The dashboard: administrators create, watch, inspect and remove backpacks in a browser."""
