"""Whose token it is."""

from fastapi import APIRouter

from backpack_dashboard.routes.api.dependencies import Reader
from backpack_dashboard.routes.api.shapes import Person
from backpack_dashboard.routes.dependencies import Parts

router = APIRouter(tags=["account"])


@router.get("/me")
async def whose_token(by: Reader, parts: Parts) -> Person:
    """Whose token was sent, what it may do until when, and where backpacks may be created."""
    return Person(
        name=by.admin.name,
        email=by.admin.email,
        display_name=by.admin.display_name,
        role=by.admin.role,
        scopes=list(by.token.scopes),
        expires_at=by.token.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        namespaces=list(parts.backpacks.namespaces(by.admin)),
        room=parts.backpacks.room(by.admin),
    )
