"""The commands of docs/api/sites.md, as they stand there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.admin_client import AdminHttp, AdminSigner
from support.core_api import CoreApi

pytestmark = pytest.mark.timeout(60)

GUIDE = Path(__file__).parents[3] / "docs" / "api" / "sites.md"


def test_the_commands_of_the_guide_work(site_api: CoreApi, signer: AdminSigner, tmp_path: Path) -> None:
    (commands,) = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text("<h1>the guide's</h1>")
    (tmp_path / "dist" / "app.js").write_text("let a = 1; " * 500)
    # A refusal is an answer to curl: here it must be an error.
    setup = 'curl() { command curl --fail-with-body "$@"; }\n'
    if shutil.which("zip") is None:
        setup += "zip() { python3 -m zipfile -c ../site.zip *; }\n"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", setup + commands + "echo; echo $ID"],
        cwd=tmp_path,
        env={
            "PATH": "/usr/bin:/bin:/usr/local/bin",
            "API": site_api.public,
            "ADMIN": site_api.admin,
            "ADMIN_TOKEN": AdminHttp(site_api, signer).headers["Authorization"].removeprefix("Bearer "),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "<h1>the guide's</h1>" in done.stdout
    assert len(done.stdout.split()[-1]) == 36, "the id of the release"
    assert (tmp_path / "app.js").read_bytes()[:2] == b"\x1f\x8b"
