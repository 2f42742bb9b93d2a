"""Requests and answers on a socket, and what is refused."""

import json
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from backpack_contract import environment
from support.core_api import API_ORIGIN, COOKIE, GOOD_PASSWORD, SITE_ORIGIN, CoreApi, Person, new_email
from support.sockets import Refused, data_of, open_socket, socket_of

pytestmark = pytest.mark.timeout(60)


def test_an_answer_names_the_request_by_its_id(api: CoreApi, ada: Person) -> None:
    with socket_of(api, ada) as socket:
        for id_ in (7, "seven", 7.5, -1, "", None):
            socket.send({"id": id_, "op": "ping"})
            assert socket.wait(lambda _: True) == {"re": id_, "ok": True, "data": "pong"}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 400),
        ("{", 400),
        ('{"id":1,"op":"ping",}', 400),
        ('{"id":1,"op":NaN}', 400),
        ("[]", 422),
        ("7", 422),
        ("[" * 2000 + "]" * 2000, 422),
        ('{"id":true,"op":"ping"}', 422),
        ('{"id":{},"op":"ping"}', 422),
    ],
)
def test_what_is_no_request_is_a_problem_of_nobody(api: CoreApi, ada: Person, text: str, status: int) -> None:
    with socket_of(api, ada) as socket:
        socket.connection.send(text)
        answer = socket.wait(lambda _: True)
        assert answer["re"] is None
        with pytest.raises(Refused) as refused:
            data_of(answer)
        assert refused.value.status == status
        assert socket.call("ping") == "pong"


@pytest.mark.parametrize("op", ["fly", "", 7, None, {}, ["ping"], "ping "])
def test_an_unknown_operation_is_refused_by_name(api: CoreApi, ada: Person, op: object) -> None:
    with socket_of(api, ada) as socket:
        socket.send({"id": 1, "op": op})
        answer = socket.wait(lambda message: message["re"] == 1)
        assert answer["error"]["status"] == 422
        assert answer["error"]["errors"][0]["path"] == "/op"


def test_a_socket_is_signed_in_by_a_token_in_its_first_message(api: CoreApi, ada: Person) -> None:
    with open_socket(api) as socket:
        socket.send({"id": 1, "op": "auth", "token": ada.token})
        assert socket.wait(lambda _: True) == {"re": 1, "ok": True, "data": None}
        hello = socket.wait(lambda _: True)
        assert set(hello) == {"ev", "user", "seq"}
        assert hello["user"] == ada.client.get("/auth/me").json()
        assert hello["seq"]
        assert isinstance(hello["seq"], str)
    with open_socket(api) as socket:
        socket.send({"op": "auth", "token": ada.token})
        assert socket.wait(lambda _: True)["ev"] == "hello"


def test_what_is_sent_before_the_answers_is_served_in_its_order(api: CoreApi, ada: Person) -> None:
    with open_socket(api) as socket:
        socket.send({"id": 1, "op": "auth", "token": ada.token})
        for id_ in (2, 3):
            socket.send({"id": id_, "op": "ping"})
        assert [socket.wait(lambda _: True).get("re") for _ in range(4)] == [1, None, 2, 3]


def test_nothing_is_served_before_signing_in(api: CoreApi, ada: Person) -> None:
    for message in ({"id": 1, "op": "ping"}, {"id": 1, "op": "auth", "token": "x" * 43}):
        with open_socket(api) as socket:
            socket.send(message)
            assert socket.wait(lambda _: True)["error"]["status"] == 401
            assert socket.close_code() == 4003


def test_who_does_not_sign_in_is_closed_after_five_seconds(api: CoreApi) -> None:
    with open_socket(api) as socket:
        assert socket.close_code(within=8) == 4003


def test_a_wrong_token_is_refused_before_the_upgrade(api: CoreApi) -> None:
    with pytest.raises(InvalidStatus) as refused, open_socket(api, {"Authorization": "Bearer nobody"}):
        pass
    response = refused.value.response
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert json.loads(response.body)["type"] == "/problems/not-signed-in"


@pytest.mark.parametrize("origin", [SITE_ORIGIN, API_ORIGIN])
def test_a_cookie_signs_in_from_an_own_origin(api: CoreApi, ada: Person, origin: str) -> None:
    with open_socket(api, {"Cookie": f"{COOKIE}={ada.token}"}, origin=origin) as socket:
        assert socket.event("hello")["user"]["id"] == ada.id


@pytest.mark.parametrize("origin", [None, "http://evil.backpack.localhost:8080", "null", SITE_ORIGIN + "0"])
def test_a_cookie_from_another_origin_is_refused(api: CoreApi, ada: Person, origin: str | None) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        open_socket(api, {"Cookie": f"{COOKIE}={ada.token}"}, origin=origin),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_an_origin_is_checked_wherever_one_is_sent(api: CoreApi, ada: Person) -> None:
    bearer = {"Authorization": f"Bearer {ada.token}"}
    with pytest.raises(InvalidStatus) as refused, open_socket(api, bearer, origin="http://evil.example"):
        pass
    assert refused.value.response.status_code == 403


def test_an_old_cookie_does_not_keep_a_token_out(api: CoreApi, ada: Person) -> None:
    with open_socket(api, {"Cookie": f"{COOKIE}={'x' * 43}"}, origin=SITE_ORIGIN) as socket:
        assert socket.call("auth", token=ada.token) is None
        assert socket.event("hello")


def test_a_socket_stays_its_user_s(api: CoreApi, ada: Person, grace: Person) -> None:
    with socket_of(api, ada) as socket:
        assert socket.call("auth", token=ada.token) is None
        with pytest.raises(Refused, match="403"):
            socket.call("auth", token=grace.token)


def test_a_large_message_closes_the_socket(api: CoreApi, ada: Person) -> None:
    with socket_of(api, ada) as socket:
        socket.send({"id": 1, "op": "ping", "pad": "x" * (64 * 1024 - 40)})
        assert socket.wait(lambda _: True)["ok"]
        socket.send({"id": 2, "op": "ping", "pad": "x" * (64 * 1024)})
        assert socket.close_code() == 1009
    with socket_of(api, ada) as socket:
        # The close may be quicker than the end of the message.
        with suppress(ConnectionClosed):
            socket.connection.send(iter(["x" * 40_000, "y" * 40_000]))
        assert socket.close_code() == 1009


def test_binary_messages_close_the_socket(api: CoreApi, ada: Person) -> None:
    with socket_of(api, ada) as socket:
        socket.connection.send(b'{"id":1,"op":"ping"}')
        assert socket.close_code() == 1003


def test_two_hundred_at_once_are_served_and_a_flood_is_closed(api: CoreApi, ada: Person) -> None:
    with socket_of(api, ada) as socket:
        for number in range(200):
            socket.send({"id": number, "op": "ping"})
        for number in range(200):
            assert socket.wait(lambda _: True) == {"re": number, "ok": True, "data": "pong"}
        with suppress(ConnectionClosed):
            for number in range(200, 2000):
                socket.send({"id": number, "op": "ping"})
        assert socket.close_code() == 1008
        refused = socket.wait(lambda message: not message["ok"])
        assert refused["error"]["status"] == 429


def test_there_is_no_socket_at_another_path(api: CoreApi, ada: Person) -> None:
    from websockets.sync.client import connect  # noqa: PLC0415

    with (
        pytest.raises(InvalidStatus) as refused,
        connect(api.public.replace("http", "ws") + "/elsewhere", proxy=None),
    ):
        pass
    assert refused.value.response.status_code == 404


@pytest.mark.parametrize("path", ["/auth/logout", "/auth/logout-all"])
def test_a_session_that_ends_closes_its_sockets(api: CoreApi, ada: Person, path: str) -> None:
    with socket_of(api, ada) as socket:
        assert ada.client.post(path).status_code == 204
        assert socket.close_code(within=1.5) == 4001


def test_a_key_that_is_asked_for_and_further_origins_count_for_sockets(
    start_api: Callable[..., CoreApi],
) -> None:
    key = "the publishable key of this backpack"
    origin = "https://app.example.com"
    api = start_api(
        configuration={"require_key": True, "allowed_origins": (origin,)},
        **{environment.PUBLISHABLE_KEY: key},
    )
    headers = {"X-Backpack-Key": key}
    person = {"email": new_email(), "password": GOOD_PASSWORD, "token": True}
    with api.client(headers=headers) as client:
        client.post("/auth/register", json={name: person[name] for name in ("email", "password")})
        token = client.post("/auth/login", json=person).json()["token"]
    cookie = {"Cookie": f"{COOKIE}={token}"}
    with pytest.raises(InvalidStatus) as refused, open_socket(api, cookie, origin=origin):
        pass
    assert refused.value.response.status_code in (401, 403)
    with open_socket(api, {**cookie, **headers}, origin=origin) as socket:
        assert socket.event("hello")["user"]["email"] == person["email"]
    with open_socket(api, cookie, origin=origin, query=f"?key={quote(key)}") as socket:
        assert socket.event("hello")
