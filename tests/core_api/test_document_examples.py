"""The commands of docs/api/documents.md, as they stand there."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.core_api import CoreApi, new_person

pytestmark = pytest.mark.timeout(60)

GUIDE = Path(__file__).parents[2] / "docs" / "api" / "documents.md"


def test_the_commands_of_the_guide_work(start_api: Callable[..., CoreApi], tmp_path: Path) -> None:
    api = start_api()
    ada = new_person(api)
    (commands,) = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    done = subprocess.run(
        # A refusal is an answer to curl: here it must be an error. One answer a line.
        [
            "bash",
            "-euo",
            "pipefail",
            "-c",
            'curl() { command curl --fail-with-body "$@"; echo; }\n' + commands,
        ],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "API": api.public, "TOKEN": ada.token},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines() if line]
    collection, many, one, patched, undone, by_expression, first, again, removed = answers
    assert collection["name"] == "tasks"
    assert [document["title"] for document in many] == ["Call Ada", "Cook"]
    assert (one["title"], one["version"], one["due"]) == ("Pack", 1, {"day": 3})
    assert (patched["version"], patched["done"], "due" in patched) == (2, True, False)
    assert [document["title"] for document in undone["items"]] == ["Call Ada"]
    assert (by_expression["total"], len(by_expression["items"])) == (2, 1)
    assert first == again
    assert removed == patched
