"""A whole backpack as one archive: written while it is in use, and read into another one."""
