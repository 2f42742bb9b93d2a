"""An event loop whose clock leaps: what takes minutes in the world takes none, and is exact."""

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class _Leaping(selectors.DefaultSelector):
    """Waits for nobody: the time that a loop would wait is over at once."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise AssertionError("everything waits, and nothing will ever come")
        self.now += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """For coroutines that use neither threads nor the network."""

    def __init__(self) -> None:
        self._clock = _Leaping()
        self.errors: list[Mapping[str, Any]] = []
        """What its exception handler was told of."""
        super().__init__(self._clock)
        self.set_exception_handler(lambda _, context: self.errors.append(context))

    def time(self) -> float:
        return self._clock.now


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run it on a clock of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


async def settle() -> None:
    """Let what is due be done."""
    for _ in range(50):
        await asyncio.sleep(0)
