"""The users of a backpack, in its tab: the real core API answers."""

import re
import secrets
from typing import Any

from support.core_api import sign_in
from support.dashboard_inside import Inside


def new_email() -> str:
    return f"{secrets.token_hex(6)}@example.com"


def password_in(text: str) -> str:
    found = re.search(r'data-copy="([^"]+)"', text)
    assert found
    return found.group(1)


def created(inside: Inside) -> tuple[str, str, str]:
    """The address, password and place of a new user, made in the dashboard."""
    email = new_email()
    answer = inside.ada.post(f"{inside.path}/users", {"email": email})
    assert answer.status_code == 200, answer.text
    assert answer.headers["HX-Trigger"] == "users-changed"
    user = inside.call("users.list", search=email)["items"][0]
    return email, password_in(answer.text), f"{inside.path}/users/{user['id']}"


def disabled(inside: Inside, email: str) -> Any:
    return inside.call("users.list", search=email)["items"][0]["disabled"]


def status_of_sign_in(inside: Inside, email: str, password: str) -> int:
    return inside.api.client().post("/auth/login", json={"email": email, "password": password}).status_code


def test_somebody_is_created_with_a_password_that_is_shown_once(inside: Inside) -> None:
    email, password, place = created(inside)

    assert status_of_sign_in(inside, email, password) == 200
    assert email in inside.ada.client.get(f"{inside.path}/users/list", params={"search": email}).text
    assert email in inside.ada.get(place).text
    assert password not in inside.ada.get(place).text
    assert password not in inside.dashboard.log_text()


def test_an_address_that_cant_be_had_is_told_at_the_form(inside: Inside) -> None:
    email, _, _ = created(inside)

    for wrong in (email, "nobody", "<b>@x"):
        answer = inside.ada.post(f"{inside.path}/users", {"email": wrong})
        assert answer.status_code == 422, wrong
        assert 'class="fault"' in answer.text
        assert "<b>@x" not in answer.text


def test_a_password_may_be_chosen_and_a_weak_one_is_told_at_its_field(inside: Inside) -> None:
    email, chosen = new_email(), "a horse of my choice"

    weak = inside.ada.post(f"{inside.path}/users", {"email": email, "password": "short"})
    assert weak.status_code == 422
    assert 'aria-describedby="field-new-user-password-says"' in weak.text.partition("aria-invalid")[2]
    made = inside.ada.post(f"{inside.path}/users", {"email": email, "password": chosen})
    assert made.status_code == 200
    assert chosen not in made.text
    assert status_of_sign_in(inside, email, chosen) == 200

    place = f"{inside.path}/users/{inside.call('users.list', search=email)['items'][0]['id']}/password"
    assert inside.ada.post(place, {"password": "short"}).status_code == 422
    assert status_of_sign_in(inside, email, chosen) == 200
    assert inside.ada.post(place, {"password": f"{chosen}, another"}).status_code == 200
    assert status_of_sign_in(inside, email, chosen) == 401
    assert status_of_sign_in(inside, email, f"{chosen}, another") == 200


def test_whoever_isnt_there_any_more_is_told_so(inside: Inside) -> None:
    _, _, place = created(inside)
    inside.call("users.delete", userId=place.rpartition("/")[2])

    for method, path in (
        ("GET", place),
        ("PUT", f"{place}/disabled"),
        ("DELETE", f"{place}/sessions"),
        ("POST", f"{place}/password"),
        ("DELETE", f"{place}?typed=somebody"),
    ):
        answer = inside.ada.send(method, path, {"disabled": "true"} if method == "PUT" else None)
        assert answer.status_code == 404, (method, path)


def test_a_disabled_one_is_signed_out_until_he_is_enabled(inside: Inside) -> None:
    email, password, place = created(inside)
    person = sign_in(inside.api, email, password)

    answer = inside.ada.send("PUT", f"{place}/disabled", {"disabled": "true"})
    assert "Disabled" in answer.text
    assert disabled(inside, email)
    assert person.client.get("/auth/me").status_code == 401
    inside.ada.send("PUT", f"{place}/disabled", {"disabled": "false"})
    assert not disabled(inside, email)
    assert status_of_sign_in(inside, email, password) == 200


def test_his_sessions_are_listed_and_ended(inside: Inside) -> None:
    email, password, place = created(inside)
    person = sign_in(inside.api, email, password)
    assert "End all sessions" in inside.ada.get(place).text

    assert "Signed in nowhere" in inside.ada.send("DELETE", f"{place}/sessions").text
    assert person.client.get("/auth/me").status_code == 401


def test_a_new_password_takes_the_place_of_the_old(inside: Inside) -> None:
    email, password, place = created(inside)
    person = sign_in(inside.api, email, password)

    new = password_in(inside.ada.post(f"{place}/password").text)
    assert new != password
    assert person.client.get("/auth/me").status_code == 401
    assert status_of_sign_in(inside, email, password) == 401
    assert status_of_sign_in(inside, email, new) == 200


def test_he_is_deleted_only_by_his_address(inside: Inside) -> None:
    email, _, place = created(inside)

    refused = inside.ada.send("DELETE", f"{place}?typed=somebody")
    assert refused.status_code == 422
    assert "to delete the account" in refused.text
    assert inside.call("users.list", search=email)["items"]
    assert inside.ada.send("DELETE", f"{place}?typed={email}").status_code == 200
    assert not inside.call("users.list", search=email)["items"]
    assert inside.ada.get(place).status_code == 404
