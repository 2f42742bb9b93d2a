"""Work that goes on beside the requests doesn't end by accident, and ends when it is to."""

import asyncio

import pytest

from backpack_api.services import background

FOREVER = 3600


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "RESTART_SECONDS", 0)


class Work:
    """Fails in these ways, then goes on until it is cancelled."""

    def __init__(self, *failures: BaseException) -> None:
        self.failures = list(failures)
        self.goes_on = asyncio.Event()

    async def run(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.goes_on.set()
        await asyncio.sleep(FOREVER)


@pytest.mark.parametrize("failure", [ValueError("a defect"), asyncio.CancelledError()])
async def test_work_that_fails_unexpectedly_begins_again(
    failure: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    work = Work(failure, failure)
    task = background.keep(work.run)
    await asyncio.wait_for(work.goes_on.wait(), 10)
    await background.end(task)
    assert task.cancelled()
    assert len(caplog.records) == 2


async def test_work_ends_when_it_is_told_to_even_if_it_fails_at_that() -> None:
    async def stubborn() -> None:
        try:
            await asyncio.sleep(FOREVER)
        except asyncio.CancelledError:
            raise ValueError("a defect at the end") from None

    task = background.keep(stubborn)
    await asyncio.sleep(0)
    await asyncio.wait_for(background.end(task), 10)
    assert task.done()
