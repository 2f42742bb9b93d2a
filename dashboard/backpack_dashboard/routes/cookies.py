"""The session's cookie."""

from starlette.responses import Response

from backpack_dashboard.domain.sessions import cookie_name
from backpack_dashboard.settings import Settings


def give(answer: Response, token: str, settings: Settings) -> None:
    """For as long as the browser runs; the session itself ends sooner when it isn't used."""
    answer.set_cookie(
        cookie_name(secure=settings.secure),
        token,
        path="/",
        httponly=True,
        secure=settings.secure,
        samesite="strict",
    )


def take(answer: Response, settings: Settings) -> None:
    answer.delete_cookie(
        cookie_name(secure=settings.secure),
        path="/",
        httponly=True,
        secure=settings.secure,
        samesite="strict",
    )
