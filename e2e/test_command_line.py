"""The guide of the command line, `docs/cli.md`, gone through on the running system: what it says happens."""

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from backpack_dev.source import ROOT
from backpack_dev.system import RunningSystem
from support.backpack_client import BackpackClient, open_client
from support.backpacks import unique
from support.cluster_admins import Invited, invited
from support.command_line import CommandLine, Done
from support.command_line_guide import Step, steps
from support.kubectl import Kubectl
from support.resolver import knows_no_name
from support.waiting import eventually

PASSWORD = "correct horse battery"
GRACE = "grace@example.com"
SITE = ROOT / "examples" / "todo" / "site"
pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def ada(kubectl: Kubectl) -> Iterator[Invited]:
    with invited(kubectl, "developer") as account:
        yield account


@pytest.fixture
def dashboard(system: RunningSystem) -> str:
    return f"http://admin.{system.domain}:{system.http_port}"


@pytest.fixture
def token(ada: Invited, dashboard: str) -> str:
    """A personal access token with every scope, from the page *Account*."""
    from_page = {"Origin": dashboard, "Sec-Fetch-Site": "same-origin"}
    with open_client(dashboard, headers=from_page) as browser:
        accepted = {"token": ada.link.partition("#")[2], "password": PASSWORD}
        redeemed = browser.post("/invitation", data=accepted, headers={"HX-Request": "true"})
        assert redeemed.status_code == 200, redeemed.text
        csrf = found(r'name="csrf-token" content="([^"]+)"', browser.get("/"))
        form = {"name": "a script", "scope": ["write", "deploy", "users", "data"], "days": "7"}
        by_htmx = {"HX-Request": "true", "X-CSRF-Token": csrf}
        made = browser.post("/account/tokens", data=form, headers=by_htmx)
        return found(r'data-copy="(bpt_[^"]+)"', made)


def found(pattern: str, page: httpx.Response) -> str:
    match = re.search(pattern, page.text)
    assert match, f"{page.status_code} {page.headers} {page.text}"
    return match.group(1)


class Reader:
    """Runs the lines one after the other, and looks at what each should have done."""

    def __init__(self, folder: Path, shop: str, dashboard: str, kubectl: Kubectl) -> None:
        self.folder, self.shop, self.dashboard, self.kubectl = folder, shop, dashboard, kubectl
        self.backpack = CommandLine(folder / "home")
        self.urls: dict[str, str] = {}

    def follow(self, step: Step) -> None:
        given = step.given(self.shop, self.dashboard)
        done = self.backpack(*given, stdin=step.stdin(self.folder))
        assert done.code == 0, f"{step}: {done.err}"
        checks: dict[str, Callable[[Done], None]] = {
            "create": self.created,
            "deploy": self.deployed,
            "releases": self.released,
            "rollback": self.rolled_back,
            "suspend": self.suspended,
            "resume": self.resumed,
            "export": self.exported,
            "import": self.imported,
            "delete": self.deleted,
        }
        if step.verb in checks:
            checks[step.verb](done)
        elif step.verb == "users":
            self.users_changed(step.words[1])

    def page(self) -> str:
        with open_client(self.urls["site"]) as visitor:
            return visitor.get("/").text

    def shows(self, text: str) -> None:
        eventually(lambda: text in self.page(), within=20)

    def may_sign_in(self, expected: int) -> None:
        with BackpackClient(self.urls["api"], GRACE, PASSWORD) as grace:
            assert grace.login().status_code == expected

    def created(self, done: Done) -> None:
        status = self.kubectl.wait_ready(self.shop)["status"]
        self.urls = {"site": status["url"], "api": status["apiUrl"]}
        assert self.urls["site"] in done.out
        assert "nothing has been uploaded" in self.page()

    def deployed(self, done: Done) -> None:
        assert self.urls["site"] in done.out
        self.shows("<title>")
        # A second release, to go back from.
        (self.folder / "dist" / "index.html").write_text("<!doctype html><h1>A new window</h1>")
        assert self.backpack("deploy", self.shop, self.folder / "dist").code == 0
        self.shows("A new window")

    def released(self, done: Done) -> None:
        assert len(self.backpack("releases", self.shop, "--json").json) == 2, done.out

    def rolled_back(self, _: Done) -> None:
        eventually(lambda: "A new window" not in self.page(), within=20)

    def suspended(self, _: Done) -> None:
        assert self.kubectl.get("backpack", self.shop)["spec"]["suspend"] is True

    def resumed(self, _: Done) -> None:
        assert "A new window" not in self.page()
        logs = self.backpack("logs", self.shop, "--json").lines
        assert any("backpack_api" in str(line) or "api" in str(line.get("pod")) for line in logs)

    def users_changed(self, verb: str) -> None:
        self.may_sign_in({"disable": 403, "delete": 401}.get(verb, 200))

    def exported(self, _: Done) -> None:
        with zipfile.ZipFile(self.folder / "shop.backpack.zip") as archive:
            assert archive.testzip() is None
            assert archive.namelist()

    def imported(self, _: Done) -> None:
        self.shows("<title>")

    def deleted(self, _: Done) -> None:
        assert self.kubectl.find("backpack", self.shop) is None


@pytest.fixture
def reader(
    kubectl: Kubectl, dashboard: str, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Reader:
    """Somebody with what the guide takes for granted, in its folder."""
    monkeypatch.chdir(tmp_path)
    # As on many a machine: the development cluster's names are known to browsers only.
    knows_no_name(monkeypatch)
    shutil.copytree(SITE, tmp_path / "dist")
    (tmp_path / "token.txt").write_text(f"{token}\n")
    (tmp_path / "password.txt").write_text(f"{PASSWORD}\n")
    return Reader(tmp_path, unique("guide"), dashboard, kubectl.within("apps"))


def test_the_guide_works_as_it_stands_there(reader: Reader) -> None:
    for step in steps():
        reader.follow(step)
    assert not reader.backpack.login_file.exists()


def test_without_a_dashboard_the_cluster_itself_is_asked(
    system: RunningSystem,
    kubectl: Kubectl,
    namespace: Kubectl,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(system.kubeconfig))
    context = namespace.run("config", "current-context").strip()
    shop = unique("direct")
    backpack = partial(CommandLine(tmp_path), "--context", context)

    made = backpack("create", shop, "-n", namespace.namespace, "--wait", "--json")
    assert made.code == 0, made.err
    assert made.lines[-1]["name"] == shop
    assert shop in backpack("list").out
    place = f"{namespace.namespace}/{shop}"
    logs = backpack("logs", place)
    assert (logs.code, logs.out != "") == (0, True), logs.err
    assert backpack("suspend", place).code == 0
    assert namespace.get("backpack", shop)["spec"]["suspend"] is True
    gone = backpack("delete", place, "--yes", "--wait")
    assert gone.code == 0, gone.err
    assert namespace.find("backpack", shop) is None
