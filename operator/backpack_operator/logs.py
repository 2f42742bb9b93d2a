"""Logs as one JSON object a line, with the namespace and name of the Backpack that a
line is about. Nothing that is read from a Secret is ever logged."""

import json
import logging
import sys
from datetime import UTC, datetime

_EXTRA = ("namespace", "name_", "outcome", "seconds")


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        for field in _EXTRA:
            if (value := getattr(record, field, None)) is not None:
                line[field.rstrip("_")] = value
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def about(namespace: str, name: str, **more: object) -> dict[str, object]:
    """The `extra` of a log line about one Backpack (`name` itself is taken by logging)."""
    return {"namespace": namespace, "name_": name, **more}


def set_up(level: str) -> None:
    """All logs of the process go to standard output; kopf's only from warnings up,
    since it tells of every event."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    if root.level > logging.DEBUG:
        for name in ("kopf", "aiohttp", "asyncio"):
            logging.getLogger(name).setLevel(logging.WARNING)
