"""`--wait` ends where only somebody's act helps, and goes on with what may pass."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from backpack_cli.commands.hopeless import SOON
from backpack_cli.commands.waiting import wait
from backpack_cli.errors import CliError, Exit
from backpack_cli.output import Output
from support.command_line import CommandLine
from support.scripted_server import ScriptedServer, json_of, lines_of

PING = {"type": "ping"}
READY = {"type": "end", "reason": "ready"}


def shop(reason: str, **more: Any) -> dict[str, Any]:
    condition = {"type": "Ready", "status": "False", "reason": reason, "message": f"Why {reason}."}
    about = {"name": "shop", "namespace": "apps", "state": reason, "mood": "bad", "message": f"Why {reason}."}
    urls = {"url": None, "apiUrl": None}
    return {**about, **urls, "ready": False, "deleting": False, "conditions": [condition], **more}


def news(reason: str, **more: Any) -> dict[str, Any]:
    return {"type": "backpack", "backpack": shop(reason, **more)}


def waited(*lines: tuple[float, dict[str, Any]]) -> dict[str, Any]:
    """With each line the second in which it comes."""
    now = 0.0

    def stream(*_: object) -> Iterator[dict[str, Any]]:
        nonlocal now
        for second, line in lines:
            now = second
            yield line

    source = Mock()
    source.watch = stream
    return wait(source, Output(as_json=False), shop("Starting"), "ready", 600, clock=lambda: now)


@pytest.mark.parametrize("reason", ["EngineMismatch", "CredentialsLost", "VolumeLost", "Paused", "Suspended"])
def test_what_never_mends_itself_ends_at_once(reason: str) -> None:
    with pytest.raises(CliError, match=f"{reason}: Why {reason}") as caught:
        waited((0, news("Starting")), (1, news(reason)), (2, READY))
    assert (caught.value.code, caught.value.problem) == (Exit.FAILED, {"reason": reason})
    assert "backpack resume shop --wait" in caught.value.message


@pytest.mark.parametrize("reason", ["HostnameTaken", "RetainedDataFound", "NameConflict"])
def test_what_a_deletion_leaves_for_a_moment_has_a_moment_to_pass(reason: str) -> None:
    waited((0, news(reason)), (SOON - 1, news("Starting")), (SOON + 1, news(reason)), (SOON + 2, READY))
    with pytest.raises(CliError, match=reason) as caught:
        waited((0, news(reason)), (SOON, PING), (SOON + 1, READY))
    assert "backpack delete shop, then backpack create ANOTHER-NAME" in caught.value.message


@pytest.mark.parametrize(
    "reason",
    ["Starting", "ImagePullFailed", "UpgradeHalted", "QuotaExceeded", "TraefikMissing", "Unschedulable"],
)
def test_what_may_pass_is_waited_for(reason: str) -> None:
    waited((0, news(reason)), (SOON, PING), (500, PING), (501, READY))


def test_conditions_that_are_older_than_a_change_count_for_nothing() -> None:
    waited((0, news("Waiting", conditions=[])), (20, PING), (21, READY))


def test_create_says_what_to_do_and_ends_with_one(tmp_path: Path) -> None:
    place = "/api/v1/backpacks"
    answers = {
        f"POST {place}": [json_of(shop("Starting"), 201)],
        f"GET {place}/apps/shop/watch": [lines_of(news("EngineMismatch"), PING)],
    }
    with ScriptedServer(answers) as server:
        done = CommandLine(tmp_path)("create", "shop", "--wait", variables=server.variables)
    assert done.code == Exit.FAILED
    assert "EngineMismatch: Why EngineMismatch." in done.err
