"""What the documentation says the admin socket serves, it serves, and nothing else."""

import re
from pathlib import Path

import pytest

from backpack_api.routes.admin.socket import AdminSocket
from support.core_api import CoreApi

pytestmark = pytest.mark.timeout(60)

PAGE = Path(__file__).parents[3] / "docs/api/admin.md"


async def test_every_operation_is_in_the_table(admin_api: CoreApi) -> None:
    text = PAGE.read_text(encoding="utf-8")
    table = text[text.index("| op | fields | data |") : text.index("A user is `{")]
    cells = [line.split("|")[1] for line in table.splitlines()[2:] if line.startswith("|")]
    documented = {name for cell in cells for name in re.findall(r"`([A-Za-z.]+)`", cell)}
    async with admin_api.runtime() as runtime:
        assert documented == set(AdminSocket(runtime).operations)
