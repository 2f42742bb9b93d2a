"""The `backpack` command line in this process: a command takes a second to start as a process of its own."""

import contextlib
import io
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from backpack_cli import main


@dataclass(frozen=True)
class Done:
    """What a command has printed, and its exit code."""

    code: int
    out: str
    err: str
    raw: bytes

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """Of a command that prints JSON line by line."""
        return [json.loads(line) for line in self.out.splitlines()]


class CommandLine:
    """A user's: with a home of his own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.login_file = home / "backpack" / "login.json"

    def __call__(
        self,
        *words: str | Path,
        stdin: str = "",
        variables: Mapping[str, str] | None = None,
        plugin: bool = False,
    ) -> Done:
        """Run a command, as from a script: nobody is there to be asked. `plugin`: as kubectl's."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        environment = {"XDG_CONFIG_HOME": str(self.home), **(variables or {})}
        code = 0
        with (
            patch.dict("os.environ", environment),
            patch.object(sys, "argv", ["backpack", *map(str, words)]),
            patch.object(sys, "stdin", io.StringIO(stdin)),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                main.plugin() if plugin else main.main()
            except SystemExit as end:
                code = int(end.code or 0)
        raw = out.buffer.getvalue()
        said = err.buffer.getvalue().decode()
        return Done(code, raw.decode(errors="replace"), said, raw)
