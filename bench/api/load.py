"""wrk as the load generator: many connections, one thread, little of the machine's two cores."""

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.api.peers.peer import Request

SCRIPT = Path(__file__).resolve().parent / "wrk" / "requests.lua"


class Refused(Exception):
    """The server answered some requests with an error: the figure would be of something else."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: requests a second; milliseconds that the quickest took, and that
    half, and 99 of 100, took at most."""

    rate: float
    least: float
    p50: float
    p99: float


def run(
    host: str, headers: Mapping[str, str], requests: Sequence[Request], *, seconds: float, connections: int
) -> Load:
    """Send the requests, over and over. Raises `Refused` unless every one succeeds."""
    with tempfile.NamedTemporaryFile("wb", suffix=".requests") as file:
        head = "".join(f"{name}: {value}\n" for name, value in headers.items())
        file.write(head.encode() + b"\n")
        for one in requests:
            file.write(f"{one.method}\t{one.path}\t".encode() + one.body + b"\n")
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout=20s"]
        command += ["--script", str(SCRIPT), f"http://{host}", "--", file.name]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    if told["failed"] or told["broken"] or not told["requests"]:
        example = requests[0]
        raise Refused(f"{example.method} {example.path} at {host}: {told}")
    return Load(told["requests"] / told["seconds"], told["least"], told["p50"], told["p99"])
