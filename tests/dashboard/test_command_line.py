"""The `backpack` command line, at a dashboard with a backpack behind it."""

import json
import os
import pty
import secrets
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from backpack_cli.errors import Exit
from support.command_line import CommandLine
from support.core_api import GOOD_PASSWORD, new_person
from support.dashboard import Dashboard, Visitor
from support.dashboard_inside import NAME, Inside
from support.dashboard_program import ALL, new_token, revoke
from support.lossy_network import LossyNetwork
from support.resolver import knows_no_name
from support.waiting import eventually


@pytest.fixture(scope="module")
def token(inside: Inside) -> Iterator[str]:
    """Ada's, with every scope."""
    token = new_token(inside.ada, *ALL)
    yield token
    revoke(inside.ada, token)


@pytest.fixture
def backpack(inside: Inside, token: str, tmp_path: Path) -> CommandLine:
    """Of ada, who is logged in at the dashboard of `inside`."""
    command = CommandLine(tmp_path / "home")
    assert command("login", inside.dashboard.url, stdin=f"{token}\n").code == 0
    return command


def site(folder: Path, **files: str) -> Path:
    """A folder with a site."""
    folder.mkdir(exist_ok=True)
    for name, text in {"index.html": "<!doctype html>A site", **files}.items():
        (folder / name).write_text(text)
    return folder


def shown(inside: Inside, path: str) -> str:
    return httpx.get(f"{inside.api.public}/site/{path}").text


# Logging in


def test_a_login_is_kept_where_nobody_else_reads_it(
    inside: Inside, token: str, backpack: CommandLine
) -> None:
    assert stat.S_IMODE(backpack.login_file.stat().st_mode) == 0o600
    assert json.loads(backpack.login_file.read_text()) == {"url": inside.dashboard.url, "token": token}
    assert list(backpack.login_file.parent.iterdir()) == [backpack.login_file]
    told = backpack("status", "--json")
    assert (told.json["name"], told.json["url"]) == ("ada", inside.dashboard.url)
    assert token not in told.out + told.err
    assert "ada (developer)" in backpack("status").out
    assert backpack("logout").code == 0
    assert not backpack.login_file.exists()
    assert backpack("list").code == Exit.NOT_ALLOWED


def test_a_token_that_counts_for_nothing_is_not_kept(inside: Inside, tmp_path: Path) -> None:
    command = CommandLine(tmp_path)
    refused = command("login", inside.dashboard.url, stdin="bpt_wrong\n")
    assert refused.code == Exit.NOT_ALLOWED
    assert refused.err
    assert not command.login_file.exists()
    assert command("login", inside.dashboard.url, stdin="").code == Exit.USAGE


def test_variables_do_for_machines(inside: Inside, token: str, tmp_path: Path) -> None:
    variables = {"BACKPACK_DASHBOARD": inside.dashboard.url, "BACKPACK_TOKEN": token}
    assert NAME in CommandLine(tmp_path)("list", variables=variables).out


def test_a_kept_token_is_sent_to_no_other_dashboard(backpack: CommandLine) -> None:
    done = backpack("list", variables={"BACKPACK_DASHBOARD": "https://elsewhere.example.com"})
    assert (done.code, "backpack login" in done.err) == (Exit.NOT_ALLOWED, True)


def test_a_dashboard_below_localhost_is_on_this_machine_whatever_the_resolver_says(
    inside: Inside, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    knows_no_name(monkeypatch)
    url = inside.dashboard.url.replace("127.0.0.1", "admin.backpack.localhost")
    variables = {"BACKPACK_DASHBOARD": url, "BACKPACK_TOKEN": token}
    done = CommandLine(tmp_path)("list", variables=variables)
    assert NAME in done.out, done.err


def test_at_a_terminal_the_token_is_asked_for_and_not_shown(
    inside: Inside, token: str, tmp_path: Path
) -> None:
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "backpack_cli", "login", inside.dashboard.url],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
        start_new_session=True,
    ) as process:
        os.close(terminal)
        seen = b""
        while b"Token: " not in seen:  # the space comes once nothing is shown any more
            seen += os.read(controller, 4096)
        os.write(controller, f"{token}\n".encode())
        while b"Logged in as ada" not in seen:
            seen += os.read(controller, 4096)
        assert process.wait(timeout=30) == 0
    os.close(controller)
    assert token.encode() not in seen


# Backpacks


def test_backpacks_are_listed_and_described(backpack: CommandLine, inside: Inside, ready: str) -> None:
    listed = backpack("list")
    assert listed.out.splitlines()[0].split() == ["NAME", "NAMESPACE", "STATE", "URL", "VERSION"]
    assert ready in listed.out
    (one,) = [one for one in backpack("list", "--json").json if one["name"] == ready]
    namespace = inside.dashboard.namespace
    eventually(lambda: backpack("status", ready, "--json").json["ready"], within=20)
    assert backpack("status", f"{namespace}/{ready}", "--json").json["uid"] == one["uid"]
    described = backpack("status", ready).out
    assert "https://todo.example.test" in described
    assert backpack("open", ready, "--json").json == {"url": "https://todo.example.test"}


def test_a_shell_completes_commands_and_names(backpack: CommandLine, tmp_path: Path) -> None:
    def completed(words: str, place: int) -> list[str]:
        asked = {"COMP_WORDS": words, "COMP_CWORD": str(place), "_BACKPACK_COMPLETE": "complete_bash"}
        return backpack(variables=asked).out.split()

    assert completed("backpack us", 1) == ["users"]
    assert NAME in completed("backpack status to", 2)
    assert backpack("logout").code == 0
    assert completed("backpack status to", 2) == []


def test_what_is_not_there_or_not_ones_own_is_not_found(backpack: CommandLine) -> None:
    missing = backpack("status", "nothing")
    assert (missing.code, missing.out) == (Exit.NOT_FOUND, "")
    assert "There is no backpack nothing that you may see" in missing.err
    told = backpack("status", "nothing", "--json")
    assert json.loads(told.err)["error"]["code"] == Exit.NOT_FOUND


def test_errors_have_their_sentences(backpack: CommandLine) -> None:
    wrong = backpack("create", "Not A Name")
    assert (wrong.code, wrong.out) == (Exit.FAILED, "")
    assert "  name: " in wrong.err
    assert backpack("create", NAME).code == Exit.CONFLICT
    assert backpack("fly").code == Exit.USAGE


def test_a_backpack_is_created_watched_suspended_and_deleted(
    dashboard: Dashboard, ada: Visitor, tmp_path: Path
) -> None:
    command, token = CommandLine(tmp_path), new_token(ada, *ALL)
    assert command("login", dashboard.url, stdin=token).code == 0
    path = f"/apis/backpack.dev/v1alpha1/namespaces/{dashboard.namespace}/backpacks/by-command"

    def operate() -> None:
        """What the operator does."""
        body = eventually(
            lambda: dashboard.cluster.api.request("GET", path), within=30, retry_on=(Exception,)
        )
        for status, message in (("False", "The database starts."), ("True", "")):
            condition = {
                "type": "Ready",
                "status": status,
                "reason": "Ready" if status == "True" else "Starting",
                "message": message,
                "lastTransitionTime": "2026-01-01T00:00:00Z",
            }
            made = {
                "observedGeneration": body["metadata"]["generation"],
                "conditions": [condition],
                "url": "https://by-command.example.test",
                "apiUrl": "https://by-command-api.example.test",
            }
            dashboard.cluster.api.merge(f"{path}/status", {"status": made})

    operator = threading.Thread(target=operate)
    operator.start()
    done = command("create", "by-command", "--display-name", "Made by command", "--wait", "--timeout", "60")
    operator.join()
    assert done.code == 0, done.err
    assert done.out.splitlines() == [
        "https://by-command.example.test",
        "API: https://by-command-api.example.test",
    ]
    assert "by-command is being created" in done.err
    told = command("create", "by-command-2", "--wait", "--timeout", "1", "--json")
    assert told.code == Exit.NOT_IN_TIME
    assert told.lines[0]["type"] == "backpack"
    assert command("suspend", "by-command", "--json").json["spec"]["suspend"] is True
    assert command("resume", "by-command", "--json").json["spec"]["suspend"] is False
    assert command("delete", "by-command").code == Exit.USAGE
    for name in ("by-command", "by-command-2"):
        deleted = command("delete", name, "--yes", "--wait", "--timeout", "60", "--json")
        assert deleted.lines[-1] == {"name": name, "deleted": True}
    revoke(ada, token)


def test_hostname_and_deletion_policy_are_an_owners_to_choose(
    dashboard: Dashboard, owner: Visitor, ada: Visitor, tmp_path: Path
) -> None:
    command = CommandLine(tmp_path)
    words = ("create", "elsewhere-too", "--hostname", "by-its-host", "--deletion-policy", "delete", "--json")
    tokens = new_token(ada, *ALL), new_token(owner, *ALL)
    of_ada, of_owner = ({"BACKPACK_DASHBOARD": dashboard.url, "BACKPACK_TOKEN": one} for one in tokens)

    refused = command(*words, variables=of_ada)
    assert refused.code == Exit.NOT_ALLOWED
    assert "Only an owner may set `deletionPolicy`, `hostname`" in refused.err
    made = command(*words, variables=of_owner).json
    assert (made["hostname"], made["spec"]["deletionPolicy"]) == ("by-its-host", "Delete")
    revoke(ada, tokens[0])
    revoke(owner, tokens[1])


# Sites


def test_a_folder_is_deployed_and_rolled_back(
    backpack: CommandLine, inside: Inside, ready: str, tmp_path: Path
) -> None:
    folder = site(tmp_path / "dist", **{"version.txt": "one", ".env": "SECRET=1"})
    first = backpack("deploy", ready, folder)
    assert (first.code, first.out) == (0, "https://todo.example.test\n")
    assert "1 name begins with a dot, and is left out." in first.err
    assert shown(inside, "version.txt") == "one"
    assert "SECRET" not in shown(inside, ".env")

    again = backpack("deploy", ready, folder, "--json").json
    assert backpack("releases", ready, "--json").json[0] == again["release"]
    site(folder, **{"version.txt": "two"})
    second = backpack("deploy", ready, folder, "--json").json["release"]
    assert (second["by"], second["active"]) == ("ada", True)
    listed = backpack("releases", ready).out.splitlines()
    assert listed[1].split()[:2] == ["*", second["id"]]

    back = backpack("rollback", ready, "--json").json
    assert (back["id"], shown(inside, "version.txt")) == (again["release"]["id"], "one")
    forward = backpack("rollback", ready, second["id"])
    assert (forward.code, shown(inside, "version.txt")) == (0, "two")
    kept = backpack("deploy", ready, site(folder, **{"version.txt": "three"}), "--no-activate", "--json").json
    assert (kept["release"]["active"], shown(inside, "version.txt")) == (False, "two")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "is empty: build your site first"),
        (["about.html"], "has no index.html at its root"),
        (["dist/index.html"], "has no index.html; did you mean"),
    ],
)
def test_what_is_no_site_is_not_sent(
    backpack: CommandLine, ready: str, tmp_path: Path, files: list[str], words: str
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    for name in files:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    before = backpack("releases", ready, "--json").json
    done = backpack("deploy", ready, folder)
    assert (done.code, words in done.err) == (Exit.USAGE, True)
    assert backpack("releases", ready, "--json").json == before


@pytest.mark.long
def test_a_site_of_ten_thousand_files_is_deployed(
    backpack: CommandLine, inside: Inside, ready: str, tmp_path: Path
) -> None:
    folder = site(tmp_path / "large")
    for place in range(100):
        (folder / str(place)).mkdir()
        for number in range(100):
            (folder / str(place) / f"{number}.txt").write_text(f"{place}-{number}")
    assert backpack("deploy", ready, folder, "--json").json["release"]["files"] == 10_001
    assert shown(inside, "99/99.txt") == "99-99"


@pytest.mark.parametrize("whole", [True, False], ids=["answer lost", "upload broken off"])
def test_a_deployment_over_a_lost_connection_makes_one_release(
    inside: Inside, token: str, ready: str, tmp_path: Path, whole: bool
) -> None:
    command = CommandLine(tmp_path / "home")
    network = LossyNetwork(inside.dashboard.url.removeprefix("http://"))
    assert command("login", f"http://{network.host}", stdin=token).code == 0
    unique = secrets.token_hex(500_000)
    before = {one["id"] for one in command("releases", ready, "--json").json}

    network.lose(b"POST /api/v1/backpacks/", whole=whole)
    done = command("deploy", ready, site(tmp_path / "lost", **{"unique.txt": unique}))
    assert (done.code, "The connection was lost; once more." in done.err) == (0, True)
    after = [one for one in command("releases", ready, "--json").json if one["id"] not in before]
    assert [one["active"] for one in after] == [True]
    assert shown(inside, "unique.txt") == unique
    network.close()


# Users


def test_users_are_administered(backpack: CommandLine, inside: Inside) -> None:
    email = f"{secrets.token_hex(4)}@example.com"

    def sign_in(password: str) -> int:
        body = {"email": email, "password": password, "token": True}
        return httpx.post(f"{inside.api.public}/auth/login", json=body).status_code

    made = backpack("users", "add", NAME, email, "--json", stdin=f"{GOOD_PASSWORD}\n").json
    assert made["email"] == email
    assert backpack("users", "add", NAME, email, stdin=f"{GOOD_PASSWORD}\n").code == Exit.CONFLICT
    short = backpack("users", "add", NAME, f"2-{email}", stdin="short\n")
    assert (short.code, short.err.count("password"), "/" in short.err) == (Exit.FAILED, 1, False), short.err
    assert sign_in(GOOD_PASSWORD) == 200
    assert backpack("users", "list", NAME, "--search", email, "--json").json == [made]
    assert email in backpack("users", "list", NAME).out
    assert backpack("users", "disable", NAME, email, "--json").json["disabled"] is True
    assert sign_in(GOOD_PASSWORD) in (401, 403)
    assert backpack("users", "enable", NAME, made["id"], "--json").json["disabled"] is False
    assert backpack("users", "password", NAME, email, stdin="another good one\n").code == 0
    assert (sign_in(GOOD_PASSWORD), sign_in("another good one")) == (401, 200)
    assert backpack("users", "delete", NAME, email).code == Exit.USAGE
    assert backpack("users", "delete", NAME, email, "--yes").code == 0
    assert backpack("users", "delete", NAME, email, "--yes").code == Exit.NOT_FOUND


# Archives


def test_everything_is_exported_and_imported(backpack: CommandLine, inside: Inside, tmp_path: Path) -> None:
    new_person(inside.api)
    target = tmp_path / "all.zip"
    done = backpack("export", NAME, "-o", target, "--json")
    assert done.json == {"file": str(target), "size": target.stat().st_size}
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "manifest.json" in zipfile.ZipFile(target).namelist()
    assert backpack("export", NAME, "-o", "-").raw.startswith(b"PK")
    refused = backpack("import", NAME, target)
    assert (refused.code, "`--replace`" in refused.err) == (Exit.CONFLICT, True)
    assert backpack("import", NAME, target, "--replace").code == Exit.USAGE
    put = backpack("import", NAME, target, "--replace", "--yes", "--json").json
    assert put["users"] >= 1
    broken = tmp_path / "broken.zip"
    broken.write_bytes(target.read_bytes()[:-50])
    assert backpack("import", NAME, broken, "--replace", "--yes").code == Exit.FAILED


def test_a_dashboard_that_is_away_is_told(tmp_path: Path) -> None:
    variables = {"BACKPACK_DASHBOARD": "http://127.0.0.1:1", "BACKPACK_TOKEN": "bpt_x"}
    done = CommandLine(tmp_path)("list", variables=variables)
    assert (done.code, "try again" in done.err) == (Exit.UNREACHABLE, True)
