"""Rules and queries are read by Prometheus' own parser, which finds what is wrong with them."""

import json
from pathlib import Path

import pytest

from backpack_devcluster import gobuild, report
from backpack_images import lint_queries
from backpack_images.lint_chart import ALERTS, DASHBOARD
from backpack_images.lint_queries import QueryError


@pytest.fixture(scope="session")
def promrules() -> Path:
    return gobuild.build("promrules", report.PlainReport())


def test_the_chart_s_own_are_sound(promrules: Path) -> None:
    assert len(lint_queries.dashboard_queries(DASHBOARD)) > 10
    lint_queries.lint(promrules, ALERTS, DASHBOARD)


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("> 0.1", "> 0.1)", "BackpackOperatorApiServerTrouble"),
        ("for: 5m", "for: five minutes", "duration"),
        ("severity: critical}", "severity: critical, se-verity: a}", "se-verity"),
        ("summary: Reconciles fail again", "summary: Reconciles {{ $value fail again", "summary"),
        ("- alert: BackpackOperatorDown", "- alrt: BackpackOperatorDown", "alrt"),
    ],
)
def test_a_rule_that_prometheus_would_refuse_is_found(
    promrules: Path, tmp_path: Path, was: str, now: str, said: str
) -> None:
    rules = tmp_path / "alerts.yaml"
    text = ALERTS.read_text()
    assert was in text
    rules.write_text(text.replace(was, now, 1))

    with pytest.raises(QueryError, match=said):
        lint_queries.lint(promrules, rules, DASHBOARD)


def test_a_query_of_the_dashboard_that_can_t_be_read_is_found(promrules: Path, tmp_path: Path) -> None:
    dashboard = tmp_path / "dashboard.json"
    dashboard.write_text(json.dumps({"panels": [{"targets": [{"expr": "sum(rate(a[$__rate_interval])"}]}]}))

    with pytest.raises(QueryError, match="unclosed left parenthesis"):
        lint_queries.lint(promrules, ALERTS, dashboard)
