"""What the pods of a backpack write."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from ..errors import CliError, Exit
from ..log_lines import as_written, short
from ..moments import nanoseconds
from ..options import Json, Name, place
from ..output import Output
from ..source import LABELS, MOST_LINES, Component, LogRequest, find


def logs(
    name: Name,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as more is written.")] = False,
    component: Annotated[Component, typer.Option("--component", "-c", help="Of which part.")] = "api",
    pod: Annotated[str, typer.Option(help="Of this pod only.")] = "",
    tail: Annotated[
        int, typer.Option(min=0, max=MOST_LINES, help="Lines that are there already, of each pod.")
    ] = 300,
    previous: Annotated[bool, typer.Option(help="What was written before the last restart.")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="Lines as they were written, not shortened.")] = False,
    as_json: Json = False,
) -> None:
    """What its pods write: those of the API, or of another part."""
    with place(as_json=as_json) as at:
        backpack = find(at.source, name)
        lines = _Lines(at.out, as_written if raw else short)
        label = LABELS.get(component, component)
        for line in at.source.logs(backpack, LogRequest(label, pod, tail, previous, follow)):
            lines.tell(line)


class _Lines:
    """Each line once: where a stream breaks off, it begins anew."""

    def __init__(self, out: Output, shown: Callable[[str], str]) -> None:
        self._out = out
        self._shown = shown
        self._last: dict[str, int] = {}
        self._known: dict[str, int] = {}
        """Of each pod the moment until which its lines may come again."""
        self._since = 0
        """The moment from which on lines of other pods count."""
        self._pods = 0
        self._trouble = ""

    def tell(self, line: dict[str, Any]) -> None:
        match line:
            case {"type": "pods", "pods": pods, "trouble": trouble}:
                self._pods = len(pods)
                if trouble and trouble != self._trouble:
                    self._out.note(trouble)
                self._trouble = trouble or ""
            case {"type": "line", "pod": pod, "at": at, "text": text}:
                moment = nanoseconds(at)
                if moment is not None:
                    if moment <= self._known.get(pod, self._since - 1):
                        return
                    self._last[pod] = moment
                shown = self._shown(text)
                self._out.line(line, f"{pod} {shown}" if self._pods > 1 else shown)
            case {"type": "again"}:
                self._known = dict(self._last)
                self._since = line.get("since") or 0
            case {"type": "end", "reason": "signedOut"}:
                raise CliError("Your token counts no longer: log in again.", Exit.NOT_ALLOWED)
            case {"type": "end", "reason": "gone"}:
                raise CliError("It was deleted, or isn't yours to see any more.", Exit.NOT_FOUND)
