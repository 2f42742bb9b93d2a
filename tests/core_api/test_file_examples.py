"""The commands of docs/api/files.md, as they stand there."""

import re
import subprocess
from pathlib import Path

import pytest

from support.core_api import CoreApi, Person

pytestmark = pytest.mark.timeout(60)

GUIDE = Path(__file__).parents[2] / "docs" / "api" / "files.md"


def test_the_commands_of_the_guide_work(api: CoreApi, ada: Person, tmp_path: Path) -> None:
    (commands,) = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    (tmp_path / "cat.jpg").write_bytes(b"a cat")
    (tmp_path / "better-cat.jpg").write_bytes(b"a better cat")
    done = subprocess.run(
        # A refusal is an answer to curl: here it must be an error.
        ["bash", "-euo", "pipefail", "-c", 'curl() { command curl --fail-with-body "$@"; }\n' + commands],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "API": api.public, "TOKEN": ada.token},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"filename":"tom.jpg"' in done.stdout
    assert (tmp_path / "copy.jpg").read_bytes() == b"a cat"
    assert ada.client.get("/files").json()["items"] == []
