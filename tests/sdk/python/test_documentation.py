"""The programs of `docs/sdk.md`, as they stand there."""

import re
import subprocess
import sys
from pathlib import Path

from backpack_images.capabilities import PAGE
from support.core_api import CoreApi, new_person

PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_the_documentation_s_programs_run(sdk_api: CoreApi, tmp_path: Path) -> None:
    ada = new_person(sdk_api)
    collection = ada.make_collection().removeprefix("/db/")
    real = {
        "https://todo-api.example.com": sdk_api.public,
        "ada@example.com": ada.email,
        "correct horse battery": ada.password,
        '"tasks"': repr(collection),
    }
    shown = []
    for program in PROGRAMS:
        text = program
        for example, value in real.items():
            text = text.replace(example, value)
        command = [sys.executable, "-W", "error", "-c", text]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        shown.append(done.stdout.splitlines())
    asynchronous, (task, address) = shown
    assert asynchronous == ["create Pack", "412"]
    assert task == "Pack 2"
    assert address.startswith(f"{sdk_api.public}/files/")
