"""How long work is told of."""

import io

import pytest
from rich.console import Console

from backpack_devcluster.report import LiveReport, PlainReport, Report, silent


def tell(report: Report) -> None:
    with report.step("Outer") as outer:
        outer.progress("halfway")
        with report.step("Inner"):
            pass
        outer.result("3 things")


def test_plain_lines_name_each_step_with_its_result_and_seconds() -> None:
    stream = io.StringIO()
    tell(PlainReport(stream))
    inner, outer = stream.getvalue().splitlines()
    assert inner.startswith("  Inner (0.")
    assert outer.startswith("  Outer: 3 things (0.")


def test_a_terminal_shows_the_same_with_ticks() -> None:
    stream = io.StringIO()
    tell(LiveReport(Console(file=stream, force_terminal=True, width=100)))
    shown = stream.getvalue()
    assert shown.index("Inner") < shown.index("3 things")
    assert shown.count("✓") == 2


@pytest.mark.parametrize(
    "report", [silent(), LiveReport(Console(file=io.StringIO(), force_terminal=True))], ids=["silent", "live"]
)
def test_the_times_of_finished_steps_are_kept(report: Report) -> None:
    tell(report)
    assert [title for title, _ in report.timings] == ["Inner", "Outer"]
    assert all(seconds >= 0 for _, seconds in report.timings)


def test_a_step_that_fails_is_said_to_and_passes_the_error_on() -> None:
    stream = io.StringIO()
    report = PlainReport(stream)
    with pytest.raises(ZeroDivisionError), report.step("Divide"):
        raise ZeroDivisionError
    assert stream.getvalue().startswith("  FAILED Divide (")
    assert report.timings == []
