"""The commands of the API's guides, as they stand there: each page's in a backpack of its
own, and none may be refused."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from backpack_contract.configuration import AdminKey
from support.admin_client import AdminSigner
from support.core_api import CoreApi, new_person
from support.ferretdb import FerretDB
from support.redis import Redis

pytestmark = pytest.mark.timeout(120)

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
PAGES = [
    page for page in (DOCS / "api.md", *sorted((DOCS / "api").glob("*.md"))) if BLOCK.search(page.read_text())
]
TOOLS = ("bash", "curl", "jq")

# A refusal is an answer to curl: here it ends the script.
PROLOGUE = 'set -euo pipefail\ncurl() { command curl --fail-with-body "$@"; }\n'


def test_the_guides_have_commands_and_the_machine_has_what_they_use() -> None:
    assert {page.name for page in PAGES} >= {"api.md", "accounts.md", "documents.md", "files.md"}
    assert [tool for tool in TOOLS if shutil.which(tool) is None] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_guide_shows_works(page: Path, ferretdb: FerretDB, redis: Redis, tmp_path: Path) -> None:
    signer = AdminSigner()
    api = CoreApi(
        tmp_path / "api",
        ferretdb,
        redis,
        redis_database=4,
        configuration={"admin_keys": (AdminKey(**signer.key),)},
    )
    api.start()
    try:
        place = workplace(tmp_path / "place")
        done = subprocess.run(
            ["bash", "-c", PROLOGUE + "".join(BLOCK.findall(page.read_text()))],
            cwd=place,
            env={
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "API": api.public,
                "TOKEN": new_person(api).token,
                "ADMIN": api.admin,
                "ADMIN_TOKEN": signer.token(api.configuration.uid),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "/problems/" not in done.stdout
    finally:
        api.stop()
        api.close_clients()


def workplace(place: Path) -> Path:
    """A directory with what the commands take as given."""
    (place / "dist").mkdir(parents=True)
    (place / "cat.jpg").write_bytes(b"a cat")
    (place / "better-cat.jpg").write_bytes(b"a better cat")
    (place / "dist" / "index.html").write_text("<!doctype html><title>A site</title>")
    (place / "dist" / "app.js").write_text("console.log('here')\n" * 100)
    return place
