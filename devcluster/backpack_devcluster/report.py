"""Progress of long work, told the same way by everything that takes its time.

A `Report` hands out steps; a step is a context manager, told now and then how
far it is. On a terminal there is one live line for the step at work, elsewhere
plain lines, so that a log of a CI run reads well too.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TextIO

from rich.console import Console
from rich.status import Status

QUIET_SECONDS = 10.0
"""How often a plain report tells of a step that goes on."""


class Step(Protocol):
    """One piece of work, while it goes on."""

    def progress(self, text: str) -> None:
        """Tell how far it is, in a few words; called as often as there is news."""

    def result(self, text: str) -> None:
        """What to say beside the title when the step is done."""


class Report(Protocol):
    """Where progress is told; `timings` are the finished steps' titles and seconds."""

    timings: list[tuple[str, float]]

    def step(self, title: str) -> AbstractContextManager[Step]:
        """Begin a step; it ends, well or badly, with the `with` block."""

    def say(self, text: str) -> None:
        """A line that belongs to no step."""


@dataclass
class _PlainStep:
    title: str
    stream: TextIO | None
    begun: float
    told: float
    done: str = ""

    def progress(self, text: str) -> None:
        now = time.monotonic()
        if self.stream is not None and now - self.told >= QUIET_SECONDS:
            self.told = now
            print(f"  {self.title}: {text}", file=self.stream, flush=True)

    def result(self, text: str) -> None:
        self.done = text


@dataclass
class PlainReport:
    """Lines of text; with no stream at all, silence (the timings are kept)."""

    stream: TextIO | None = field(default_factory=lambda: sys.stderr)
    timings: list[tuple[str, float]] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        begun = time.monotonic()
        step = _PlainStep(title, self.stream, begun, begun)
        try:
            yield step
        except BaseException:
            self.say(f"  FAILED {title} ({time.monotonic() - begun:.1f} s)")
            raise
        seconds = time.monotonic() - begun
        self.timings.append((title, seconds))
        self.say(f"  {title}{f': {step.done}' if step.done else ''} ({seconds:.1f} s)")

    def say(self, text: str) -> None:
        if self.stream is not None:
            print(text, file=self.stream, flush=True)


@dataclass
class _LiveStep:
    title: str
    status: Status
    done: str = ""

    def progress(self, text: str) -> None:
        self.status.update(f"{self.title} [dim]{text}[/dim]")

    def result(self, text: str) -> None:
        self.done = text


@dataclass
class LiveReport:
    """One live line on a terminal, which becomes a tick with its seconds."""

    console: Console
    timings: list[tuple[str, float]] = field(default_factory=list)
    _depth: int = 0

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        begun = time.monotonic()
        status = self.console.status(title)
        step = _LiveStep(title, status)
        # rich shows one live line at a time: an inner step only prints its tick.
        outermost = self._depth == 0
        self._depth += 1
        if outermost:
            status.start()
        try:
            yield step
        except BaseException:
            self.console.print(f"[red]✗[/red] {title} [dim]{time.monotonic() - begun:.1f} s[/dim]")
            raise
        finally:
            self._depth -= 1
            if outermost:
                status.stop()
        seconds = time.monotonic() - begun
        self.timings.append((title, seconds))
        done = f": {step.done}" if step.done else ""
        self.console.print(f"[green]✓[/green] {title}{done} [dim]{seconds:.1f} s[/dim]", highlight=False)

    def say(self, text: str) -> None:
        self.console.print(text, highlight=False)


def for_terminal() -> Report:
    """The report that suits standard error."""
    console = Console(stderr=True)
    return LiveReport(console) if console.is_terminal else PlainReport()


def silent() -> Report:
    """A report for tests and for programs that have nobody to tell."""
    return PlainReport(stream=None)
