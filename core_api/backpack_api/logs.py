"""One JSON object a line on standard output: for people with `kubectl logs` and
for whatever collects them. Tokens, passwords and e-mail addresses never go in."""

import logging
import sys
from datetime import UTC, datetime
from typing import Any

import orjson

FIELDS = "fields"
"""The attribute of a log record that holds its extra fields."""


class JsonFormatter(logging.Formatter):
    """Renders `record.fields` beside time, level, logger and message."""

    def __init__(self, constant: dict[str, str]) -> None:
        super().__init__()
        self._constant = constant

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self._constant,
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def configure(level: str, *, backpack: str, namespace: str) -> None:
    """Send every logger of the process through the JSON formatter."""
    # What no line of ours shows need not be found out for each of them: the thread, and
    # who called. This is the library's own advice ("Optimization" in its manual).
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter({"backpack": backpack, "namespace": namespace}))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # The drivers tell of every heartbeat that fails; what matters is in our own lines.
    for chatty in ("pymongo", "asyncio", "uvicorn.error"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
