"""The quickstart, gone through as it stands there: each command, each file, and what it says one does in the
browser."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from backpack_dev.source import ROOT
from backpack_dev.system import RunningSystem
from support.backpack_client import open_client
from support.cluster_admins import Invited, invited
from support.example_browser import PASSWORD, WITHIN, Visitors, fill, visitors
from support.kubectl import Kubectl

DOC = ROOT / "docs" / "quickstart.md"
SECTION = re.compile(r"^## (\d)\. .*?$(.*?)(?=^## )", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^(?:`([\w./-]+)`\n\n)?```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
SITE = "http://wall.backpack.localhost:8080"

# A refusal is an answer to curl: here it ends the script.
PROLOGUE = 'set -euo pipefail\ncurl() { command curl --silent --fail-with-body "$@"; }\n'


@dataclass
class Reader:
    """Does in `place` what the sections say, one after the other."""

    place: Path
    environment: dict[str, str]
    told: str = ""
    """What the commands of the last section printed."""
    followed: list[str] = field(default_factory=list)

    def follow(self, number: str, place: Path | None = None) -> list[str]:
        """Write the files of a section, and run its commands; its other blocks."""
        text = dict(SECTION.findall(DOC.read_text()))[number]
        self.followed.append(number)
        self.told, others = "", []
        commands = PROLOGUE
        for name, language, content in BLOCK.findall(text):
            if language == "sh":
                commands += content
            elif name:
                self.run(commands, place or self.place)
                commands = PROLOGUE
                (self.place / name).write_text(content)
            else:
                others.append(content)
        self.run(commands, place or self.place)
        return others

    def run(self, commands: str, place: Path) -> None:
        if commands == PROLOGUE:
            return
        done = subprocess.run(
            ["bash", "-c", commands],
            cwd=place,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        self.told += done.stdout


@pytest.fixture
def reader(system: RunningSystem, kubectl: Kubectl, tmp_path: Path) -> Iterator[Reader]:
    """Somebody who has copied the lines with `export` that `make up` printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    path = f"{system.kubectl.parent}:{os.environ['PATH']}"
    remove_wall(kubectl)  # of a run that was killed
    yield Reader(tmp_path, {**kept, "KUBECONFIG": str(system.kubeconfig), "PATH": path})
    remove_wall(kubectl)


def remove_wall(kubectl: Kubectl) -> None:
    kubectl.within("apps").run("delete", "backpack", "wall", "--ignore-not-found", timeout=90)


@pytest.fixture
def people() -> Iterator[Visitors]:
    with sync_playwright() as playwright, visitors(playwright, SITE) as opened:
        # Who asks whether somebody is signed in is told so: nobody is.
        opened.refusals.add(401)
        yield opened


@pytest.fixture
def owner(kubectl: Kubectl) -> Iterator[Invited]:
    """An owner, whatever owners there are: the set-up link is there only once."""
    with invited(kubectl, "owner") as account:
        yield account


def test_the_quickstart_works_as_it_stands_there(
    reader: Reader, people: Visitors, owner: Invited, system: RunningSystem
) -> None:
    (shown,) = reader.follow("1", ROOT)
    assert_printed(shown, reader.told, system)

    reader.follow("2")
    assert re.search(r"^wall +True +Available +http://wall\.", reader.told, re.MULTILINE)
    with open_client(SITE) as visitor:
        assert "nothing has been uploaded" in visitor.get("/").text

    reader.follow("3")
    deploy(people, owner.link, reader.place / "wall" / "site")

    walls = [people.open(), people.open(width=360)]
    for number, page in enumerate(walls):
        sign_up(page, f"reader-{number}@example.com")
    put_up(walls[0], "The first note")
    put_up(walls[1], "<b>The second</b>")
    for page in walls:
        expect(notes(page)).to_have_text(["<b>The second</b>", "The first note"], timeout=WITHIN)
        people.look(page, "quickstart")

    reader.follow("5")
    assert "Hello from a robot" in reader.told
    for page in walls:
        expect(notes(page).first).to_have_text("Hello from a robot", timeout=WITHIN)
    walls[0].reload()
    expect(notes(walls[0])).to_have_count(3, timeout=WITHIN)
    for page in walls:
        page.context.close()

    reader.follow("6")
    blocks = [number for number, text in SECTION.findall(DOC.read_text()) if BLOCK.search(text)]
    assert blocks == reader.followed


def assert_printed(shown: str, told: str, system: RunningSystem) -> None:
    """`make up` has printed the lines of the page, but for what is of this machine or of this one time."""
    printed = re.sub(r"(/setup#\S+|/)$", "/setup#…", told, flags=re.MULTILINE)
    expected = shown.replace("/var/lib/backpack-devcluster/bin", str(system.kubectl.parent))
    expected = expected.replace("/var/lib/backpack-devcluster/kubeconfig", str(system.kubeconfig))
    for line in expected.splitlines():
        assert line in printed or "this link" in line, printed


def deploy(people: Visitors, invitation: str, folder: Path) -> None:
    """What the page says of the dashboard: sign in, and drop the folder on the tab."""
    page = people.browser.new_page()
    people.listen(page)
    page.goto(invitation)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Wall", exact=True).click(timeout=WITHIN)
    page.get_by_role("link", name="Site", exact=True).click(timeout=WITHIN)
    page.get_by_label("Choose a folder").set_input_files(folder)
    expect(page.locator("[data-upload-says]")).to_contain_text("It is online", timeout=WITHIN)
    page.close()


def sign_up(page: Page, email: str) -> None:
    page.get_by_role("button", name="Sign up").wait_for()
    fill(page, email, PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_label("Your note")).to_be_visible(timeout=WITHIN)


def put_up(page: Page, text: str) -> None:
    page.get_by_label("Your note").fill(text)
    page.get_by_role("button", name="Put it up").click()
    expect(notes(page).first).to_have_text(text, timeout=WITHIN)


def notes(page: Page) -> Locator:
    return page.locator("#notes li")
