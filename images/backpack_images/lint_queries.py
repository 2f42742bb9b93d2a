"""Checks what the chart asks Prometheus: its alert rules, and the queries of its dashboard,
by Prometheus' own parser."""

import json
import subprocess
from pathlib import Path

from .errors import ImageError

_VARIABLES = {"$__rate_interval": "5m"}
"""What Grafana puts in where a query has no string."""


class QueryError(ImageError):
    """Prometheus would refuse a rule or a query; the text is its own."""


def lint(promrules: Path, rules: Path, dashboard: Path) -> None:
    """Raise `QueryError` unless Prometheus takes the file of rules and every query."""
    queries = "\n".join(dashboard_queries(dashboard))
    done = subprocess.run(
        [str(promrules), str(rules)], input=queries, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise QueryError(f"Prometheus would refuse:\n{done.stdout}{done.stderr}".rstrip())


def dashboard_queries(dashboard: Path) -> list[str]:
    """Each on one line."""
    found = []
    for panel in json.loads(dashboard.read_text())["panels"]:
        for target in panel.get("targets", ()):
            query = " ".join(target["expr"].split())
            for variable, value in _VARIABLES.items():
                query = query.replace(variable, value)
            found.append(query)
    return found
