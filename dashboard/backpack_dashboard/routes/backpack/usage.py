"""How much of a backpack is used: small charts of the time that the page is open."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from backpack_dashboard.domain.usage import polyline, rates
from backpack_dashboard.pages.render import page
from backpack_dashboard.pages.texts import size
from backpack_dashboard.routes.dependencies import Me, Mine, Parts

router = APIRouter(prefix="/backpacks/{namespace}/{name}")


@router.get("/usage")
async def usage(request: Request, me: Me, backpack: Mine) -> Response:
    return page(request, "backpack/usage.html", me, tab="usage", backpack=backpack)


@router.get("/usage/figures")
async def figures(request: Request, parts: Parts, me: Me, backpack: Mine) -> Response:
    samples = await parts.usage.look(me.admin, backpack)
    asked = rates(samples)
    series: list[tuple[str, str, list[float]]] = [
        ("Users", f"{samples[-1].users:,}", [one.users for one in samples]),
        ("Documents", f"{samples[-1].documents:,}", [one.documents for one in samples]),
        ("Documents and files", size(samples[-1].bytes), [one.bytes for one in samples]),
        ("Open sockets", f"{samples[-1].sockets:,}", [one.sockets for one in samples]),
        ("Requests", f"{asked[-1]:.1f}/s" if asked else "counting…", asked),
    ]
    charts = [(title, now, polyline(values), _trend(values)) for title, now, values in series]
    return page(request, "backpack/usage_figures.html", me, backpack=backpack, charts=charts)


def _trend(values: list[float]) -> str:
    """The chart in words."""
    if len(values) < 2:
        return "The chart begins with the next look, in 10 seconds."
    low, high = (f"{value:,.1f}".removesuffix(".0") for value in (min(values), max(values)))
    return f"Unchanged over {len(values)} looks." if low == high else f"Between {low} and {high}."
