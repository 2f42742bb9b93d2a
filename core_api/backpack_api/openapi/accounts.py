"""`/auth` and `/collections`."""

from backpack_api.domain.json_text import JsonObject
from backpack_api.openapi.parts import ANYONE, answer, body, operation, path, ref

TAG = "accounts"
_DONE = {204: answer("Done.")}


def paths() -> JsonObject:
    user = {200: answer("The user.", ref("User"))}
    return {
        "/auth/register": {
            "post": operation(
                "register",
                TAG,
                "Make an account",
                {201: answer("The new user, who is not signed in yet.", ref("User"))},
                security=ANYONE,
                takes=body(ref("Registration")),
                problems=(409,),
            )
        },
        "/auth/login": {
            "post": operation(
                "login",
                TAG,
                "Sign in",
                {200: answer("The user, and the token if it was asked for.", ref("SignedIn"))},
                security=ANYONE,
                takes=body(ref("Login")),
                description="Sets the session cookie. Repeated failures have to wait (429).",
            )
        },
        "/auth/logout": {"post": operation("logout", TAG, "End this session", _DONE)},
        "/auth/logout-all": {"post": operation("logoutAll", TAG, "End all of one's sessions", _DONE)},
        "/auth/me": {
            "get": operation("me", TAG, "Who is signed in", user),
            "patch": operation(
                "patchMe", TAG, "Merge a patch into the profile", user, takes=body(ref("ProfilePatch"))
            ),
            "delete": operation(
                "deleteMe",
                TAG,
                "Delete one's account and files",
                _DONE,
                takes=body(ref("Confirmation")),
                description="Documents stay, with their `ownerId`.",
            ),
        },
        "/auth/password": {
            "post": operation(
                "changePassword",
                TAG,
                "Set another password",
                {204: answer("Done. One's other sessions are over.")},
                takes=body(ref("PasswordChange")),
            )
        },
        "/auth/sessions": {
            "get": operation(
                "sessions",
                TAG,
                "One's sessions",
                {200: answer("The newest first.", {"type": "array", "items": ref("Session")})},
            )
        },
        "/auth/sessions/{id}": {
            "delete": operation(
                "endSession",
                TAG,
                "End one of one's sessions",
                _DONE,
                parameters=[path("id", "Of a session.")],
                problems=(404,),
            )
        },
        "/collections": {
            "get": operation(
                "collections",
                "collections",
                "Which collections there are",
                {200: answer("By name.", {"type": "array", "items": ref("Collection")})},
            ),
            "post": operation(
                "createCollection",
                "collections",
                "Make a collection",
                {201: answer("The new collection.", ref("Collection"), Location="Its documents.")},
                takes=body(ref("NewCollection")),
                problems=(409,),
            ),
        },
    }
