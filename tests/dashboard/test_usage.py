"""How much is used, and how the figures become a chart."""

from backpack_dashboard.domain.usage import Sample, polyline, rates
from support.core_api import new_person
from support.dashboard_inside import Inside


def sample(at: float, requests: int | None) -> Sample:
    return Sample(at, 1, 2, 3, 4, requests)


def test_figures_are_shown_with_words_for_each_chart(inside: Inside) -> None:
    new_person(inside.api)

    page = inside.ada.get(f"{inside.path}/usage/figures").text
    for title in ("Users", "Documents", "Documents and files", "Open sockets", "Requests"):
        assert f'aria-label="{title}: ' in page


def test_requests_are_a_rate_and_a_restart_is_no_fall() -> None:
    assert rates([sample(0, 10), sample(10, 30), sample(20, 5)]) == [2.0, 0.5]
    assert rates([sample(0, None), sample(10, 30)]) == []


def test_a_line_stays_within_its_chart() -> None:
    assert polyline([1]) == ""
    for values in ([0, 0], [5, 5, 5], [0, 10, 3], [1000, 1001], [0.5, 1e12]):
        points = [tuple(map(float, point.split(","))) for point in polyline(values).split()]
        assert len(points) == len(values)
        assert all(0 <= x <= 200 and 0 <= y <= 40 for x, y in points)
