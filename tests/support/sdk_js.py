"""The JavaScript SDK for tests: its folder, Node, and runners of cases."""

import json
import subprocess
from pathlib import Path
from typing import Any

from backpack_images.javascript import SDK


class NodeRunner:
    """`test/play.ts` in one Node process, which plays case after case."""

    def __init__(self, node: Path | str, log: Path, *flags: str) -> None:
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [str(node), "--disable-warning=ExperimentalWarning", *flags, str(SDK / "test" / "play.ts")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def play(self, steps: list[Any], world: dict[str, Any]) -> str | None:
        """What went wrong; None: nothing."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"steps": steps, "world": world}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(
                f"Node ended with {self._process.wait()}: {Path(self._log.name).read_text()[-4000:]}"
            )
        wrong: str | None = json.loads(line)
        return wrong

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
