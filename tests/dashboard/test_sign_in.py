"""Signing in and out, and the first owner."""

import re

import pytest

from support.dashboard import PASSWORD, Dashboard, Visitor


def form(link: str, name: str = "ada") -> dict[str, str]:
    return {
        "token": link.partition("#")[2],
        "name": name,
        "email": f"{name}@example.com",
        "password": PASSWORD,
    }


def test_the_set_up_link_makes_the_first_owner_once(fresh: Dashboard) -> None:
    link = fresh.command("setup-link")
    assert link.startswith(f"{fresh.url}/setup#")
    visitor = fresh.visitor()

    made = visitor.post("/setup", form(link))
    assert made.status_code == 200
    assert made.headers["HX-Redirect"] == "/"
    assert 'href="/admins"' in visitor.get("/").text

    again = fresh.visitor().post("/setup", form(link, "eve"))
    assert again.status_code == 422
    assert "was used already" in again.text
    assert fresh.command("setup-link") == f"{fresh.url}/"


@pytest.mark.long
def test_a_newer_set_up_link_ends_the_former(fresh: Dashboard) -> None:
    former, link = fresh.command("setup-link"), fresh.command("setup-link")

    assert fresh.visitor().post("/setup", form(former)).status_code == 422
    assert fresh.visitor().post("/setup", form(link)).status_code == 200


def test_a_weak_password_spends_no_link(fresh: Dashboard) -> None:
    link = fresh.command("setup-link")

    refused = fresh.visitor().post("/setup", {**form(link), "password": "short"})
    assert refused.status_code == 422
    assert "At least 10 characters" in refused.text
    assert fresh.visitor().post("/setup", form(link)).status_code == 200


@pytest.mark.long
def test_a_name_that_is_taken_costs_no_link(fresh: Dashboard) -> None:
    fresh.account("ada")
    link = fresh.command("setup-link")

    refused = fresh.visitor().post("/setup", {**form(link, "ada"), "email": "other@example.com"})
    assert refused.status_code == 422
    assert "This name is taken" in refused.text
    refused = fresh.visitor().post("/setup", {**form(link, "other"), "email": "ada@example.com"})
    assert "Another account has this address" in refused.text
    assert fresh.visitor().post("/setup", form(link, "grace")).status_code == 200


@pytest.mark.long
def test_nothing_of_a_set_up_link_is_kept_but_a_hash(fresh: Dashboard) -> None:
    token = fresh.command("setup-link").partition("#")[2]
    path = f"/api/v1/namespaces/{fresh.own}/secrets/backpack-dashboard-setup"

    kept = str(fresh.cluster.api.request("GET", path))
    assert token not in kept
    assert token not in fresh.log_text()


def test_the_cookie_is_for_no_script_and_no_other_site(dashboard: Dashboard, ada: Visitor) -> None:
    answer = dashboard.visitor().post("/sign-in", {"email": ada.email, "password": PASSWORD})

    cookie = answer.headers["set-cookie"]
    assert re.search("; HttpOnly", cookie)
    assert re.search("; SameSite=strict", cookie, re.IGNORECASE)
    assert "Domain" not in cookie


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(
    dashboard: Dashboard, bob: Visitor
) -> None:
    wrong = dashboard.visitor().post("/sign-in", {"email": bob.email, "password": "not this one"})
    unknown = dashboard.visitor().post("/sign-in", {"email": "nobody@example.com", "password": PASSWORD})

    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace(bob.email, "") == unknown.text.replace("nobody@example.com", "")


def test_who_guesses_has_to_wait(dashboard: Dashboard) -> None:
    guess = {"email": "guessed@example.com", "password": "guess"}
    answers = [dashboard.visitor().post("/sign-in", guess) for _ in range(7)]

    assert answers[-1].status_code == 429
    assert "Try again in" in answers[-1].text


def test_signed_out_is_signed_out(dashboard: Dashboard) -> None:
    carol = dashboard.account("carol")
    cookie = carol.cookie
    assert carol.post("/sign-out").headers["HX-Redirect"] == "/sign-in"

    stolen = dashboard.visitor().client.get("/", headers={"Cookie": cookie})
    assert stolen.status_code == 303
    assert stolen.headers["location"] == "/sign-in"


def test_after_signing_in_one_is_where_one_wanted_to_go(dashboard: Dashboard, ada: Visitor) -> None:
    anybody = dashboard.visitor()
    assert anybody.get("/account").headers["location"] == "/sign-in?next=/account"

    for wanted, place in {
        "/account": "/account",
        "//evil.test/": "/",
        "https://evil.test": "/",
        "/\\evil.test": "/",
    }.items():
        sent = {"email": ada.email, "password": PASSWORD, "next": wanted}
        assert dashboard.visitor().post("/sign-in", sent).headers["HX-Redirect"] == place
