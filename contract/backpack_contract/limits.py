"""Limits of the API that other programs tell their people of before they send anything."""

SITE_ARCHIVE_BYTES = 256 * 1024 * 1024
"""What the ZIP of a site may have."""
