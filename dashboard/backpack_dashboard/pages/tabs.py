"""The tabs of a backpack, in their order. A screen is here once it is built."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tab:
    """`slug` is the last part of its path; the first tab has none."""

    slug: str
    title: str


TABS = (
    Tab("", "Overview"),
    Tab("site", "Site"),
    Tab("users", "Users"),
    Tab("collections", "Collections"),
    Tab("files", "Files"),
    Tab("usage", "Usage"),
    Tab("audit", "Audit log"),
    Tab("archive", "Export and import"),
    Tab("logs", "Logs"),
    Tab("settings", "Settings"),
)
