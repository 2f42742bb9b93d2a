"""Who may know of, and change, what. The only place where that is decided: routes, the API
and sockets all ask `services.access`, which asks this."""

from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.domain.backpacks import Backpack

DEVELOPERS_FIELDS = (
    "displayName",
    "collections",
    "auth",
    "web.spa",
    "api.requireKey",
    "api.allowedOrigins",
    "api.createCollections",
    "suspend",
)
"""The fields of a Backpack's spec that a developer may change; the rest is an owner's."""


def may_see(admin: Admin, backpack: Backpack) -> bool:
    """An owner sees all, a developer those that name him."""
    return admin.active and (admin.is_owner or admin.name in backpack.admins)


def may_administer_admins(admin: Admin) -> bool:
    return admin.active and admin.is_owner


def may_change(admin: Admin, field: str) -> bool:
    """Whether this field of the spec (a dotted path) is the admin's to change."""
    if admin.is_owner:
        return True
    return any(field == allowed or field.startswith(f"{allowed}.") for allowed in DEVELOPERS_FIELDS)


def namespaces_of(admin: Admin, create_in: tuple[str, ...]) -> tuple[str, ...]:
    """Where the admin may create backpacks; the first is the one that is offered."""
    return create_in if admin.is_owner else create_in[:1]
