"""`site.*` on the admin socket."""

from collections.abc import Callable

import httpx
import pytest

from support.admin_client import AdminHttp, AdminSigner
from support.core_api import CoreApi
from support.site_zips import site_zip
from support.sockets import Refused, Socket

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def api(start_admin_api: Callable[..., CoreApi]) -> CoreApi:
    return start_admin_api()


def test_releases_are_listed_switched_and_deleted(api: CoreApi, signer: AdminSigner) -> None:
    admin = AdminHttp(api, signer)
    with admin.socket() as console:
        assert console.call("site.releases") == {"items": [], "nextCursor": None}
        first, second = (upload(admin, f"<p>{number}") for number in range(2))
        assert page_of(api) == "<p>1"
        assert [one["id"] for one in console.call("site.releases")["items"]] == [second, first]

        assert console.call("site.activate", releaseId=first)["active"]
        assert page_of(api) == "<p>0"
        assert refusal(console, "site.delete", first) == 409
        assert console.call("site.delete", releaseId=second) is None
        assert [one["id"] for one in console.call("site.releases")["items"]] == [first]
        assert refusal(console, "site.activate", second) == 404
        for nothing in ("nothing", "x" * 300, "a\0b", "../releases", f"{first}/."):
            assert refusal(console, "site.delete", nothing) == 404
            assert refusal(console, "site.activate", nothing) == 404

        done = [entry for entry in console.call("audit.list")["items"] if entry["outcome"] == "done"]
        assert [(entry["op"], entry["target"]) for entry in done] == [
            ("site.delete", {"releaseId": second}),
            ("site.activate", {"releaseId": first}),
            ("site.upload", {"releaseId": second}),
            ("site.upload", {"releaseId": first}),
        ]


def upload(admin: AdminHttp, index: str) -> str:
    answer = admin.call("POST", "/admin/site/releases", content=site_zip(index=index.encode()))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def page_of(api: CoreApi) -> str:
    return httpx.get(f"{api.public}/site/", timeout=20).text


def refusal(console: Socket, op: str, release: str) -> int:
    with pytest.raises(Refused) as refused:
        console.call(op, releaseId=release)
    return refused.value.status
