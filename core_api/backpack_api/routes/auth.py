"""`/auth`: accounts and sessions."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from backpack_api.domain.accounts import User
from backpack_api.domain.moments import rfc3339
from backpack_api.domain.sessions import Session, cookie_name
from backpack_api.responses import JsonResponse
from backpack_api.routes.requests import (
    Body,
    address_of,
    read_model,
    runtime_of,
    signed_in,
)
from backpack_api.runtime import Runtime
from backpack_api.services.accounts import SignedIn

COOKIE_SECONDS = 400 * 24 * 3600
"""The longest that browsers keep one. What ends a session is its time to live in
the store; the cookie only must not end before it."""

PRIVATE = {"Cache-Control": "no-store"}

router = APIRouter(prefix="/auth")

Services = Annotated[Runtime, Depends(runtime_of)]
Caller = Annotated[Session, Depends(signed_in)]
Text = Annotated[str, Field(max_length=4096)]


class Registration(Body):
    email: Text
    password: Text
    profile: dict[str, Any] | None = None


class Login(Body):
    email: Text
    password: Text
    token: bool = False


class ProfilePatch(Body):
    profile: dict[str, Any]


class Confirmation(Body):
    password: Text


class PasswordChange(Body):
    current: Text
    new: Text


@router.post("/register")
async def register(request: Request, services: Services) -> Response:
    body = await read_model(request, Registration)
    user = await services.accounts.register(body.email, body.password, body.profile)
    return _user(user, status_code=201)


@router.post("/login")
async def login(request: Request, services: Services) -> Response:
    body = await read_model(request, Login)
    signed: SignedIn = await services.accounts.sign_in(
        body.email,
        body.password,
        user_agent=request.headers.get("user-agent", ""),
        address=address_of(request),
    )
    answer: dict[str, Any] = {"user": signed.user.to_json_object()}
    if body.token:
        answer["token"] = signed.token
    response = JsonResponse(answer, headers=PRIVATE)
    _set_cookie(response, services, signed.token, COOKIE_SECONDS)
    return response


@router.post("/logout")
async def logout(services: Services, session: Caller) -> Response:
    await services.sessions.end(session)
    return _without_cookie(services)


@router.post("/logout-all")
async def logout_all(services: Services, session: Caller) -> Response:
    await services.sessions.end_all(session.user_id)
    return _without_cookie(services)


@router.head("/me", include_in_schema=False)
@router.get("/me")
async def get_me(services: Services, session: Caller) -> Response:
    return _user(await services.accounts.user_of(session))


@router.patch("/me")
async def patch_me(request: Request, services: Services, session: Caller) -> Response:
    body = await read_model(request, ProfilePatch)
    return _user(await services.accounts.patch_profile(session, body.profile))


@router.delete("/me")
async def delete_me(request: Request, services: Services, session: Caller) -> Response:
    body = await read_model(request, Confirmation)
    await services.accounts.delete(session, body.password, address=address_of(request))
    return _without_cookie(services)


@router.post("/password")
async def change_password(request: Request, services: Services, session: Caller) -> Response:
    body = await read_model(request, PasswordChange)
    await services.accounts.change_password(session, body.current, body.new, address=address_of(request))
    return Response(status_code=204)


@router.head("/sessions", include_in_schema=False)
@router.get("/sessions")
async def list_sessions(services: Services, session: Caller) -> Response:
    sessions = await services.sessions.of_user(session.user_id)
    return JsonResponse(
        [
            {
                "id": one.id,
                "createdAt": rfc3339(one.created_at),
                "lastSeenAt": rfc3339(one.last_seen_at),
                "userAgent": one.user_agent,
                "current": one.id == session.id,
            }
            for one in sessions
        ],
        headers=PRIVATE,
    )


@router.delete("/sessions/{session_id}")
async def end_session(services: Services, session: Caller, session_id: str) -> Response:
    await services.accounts.end_session(session, session_id)
    return Response(status_code=204)


def _user(user: User, status_code: int = 200) -> Response:
    return JsonResponse(user.to_json_object(), status_code=status_code, headers=PRIVATE)


def _without_cookie(services: Runtime) -> Response:
    response = Response(status_code=204)
    _set_cookie(response, services, "", 0)
    return response


def _set_cookie(response: Response, services: Runtime, value: str, max_age: int) -> None:
    secure = services.configuration.secure_cookies
    response.set_cookie(
        cookie_name(secure=secure),
        value,
        max_age=max_age,
        path="/",
        secure=secure,
        httponly=True,
        samesite="Lax",  # type: ignore[arg-type]  # starlette writes it as it is given
    )
