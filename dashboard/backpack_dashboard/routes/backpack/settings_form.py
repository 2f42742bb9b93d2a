"""The settings as a form, and as YAML for whoever wants all of them."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from backpack_dashboard.domain import settings_form, yaml_text
from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.domain.changes import merge_patch
from backpack_dashboard.errors import Conflict, DashboardError, Forbidden, Invalid
from backpack_dashboard.pages.render import page
from backpack_dashboard.routes.dependencies import Me, Mine, Parts
from backpack_dashboard.services.sessions import Visitor

router = APIRouter(prefix="/backpacks/{namespace}/{name}")
_REFUSALS = (Invalid, Forbidden, Conflict)
"""These stand at the form, which keeps what was written in it."""


@router.get("/settings/form")
async def form(request: Request, parts: Parts, me: Me, backpack: Mine) -> Response:
    version = await parts.backpack_settings.read(backpack)
    return _form(request, me, backpack, settings_form.shown(version.spec), version.generation)


@router.put("/settings/form")
async def save(
    request: Request, parts: Parts, me: Me, backpack: Mine, generation: Annotated[int, Form()]
) -> Response:
    written = {name: str(value) for name, value in (await request.form()).items()}
    try:
        change = settings_form.change(written)
        done = await parts.backpack_settings.change(me.admin, backpack, generation, lambda _: change)
    except _REFUSALS as error:
        return _form(request, me, backpack, written, generation, problem=error)
    shown = settings_form.shown(done.version.spec)
    return _form(request, me, backpack, shown, done.version.generation, changed=done.differences)


@router.get("/settings/yaml")
async def yaml(request: Request, parts: Parts, me: Me, backpack: Mine) -> Response:
    version = await parts.backpack_settings.read(backpack)
    return _yaml(request, me, backpack, yaml_text.write(version.spec), version.generation)


@router.put("/settings/yaml")
async def save_yaml(
    request: Request,
    parts: Parts,
    me: Me,
    backpack: Mine,
    generation: Annotated[int, Form()],
    text: Annotated[str, Form()] = "",
    dry_run: Annotated[bool, Form()] = False,
) -> Response:
    """`dry_run`: the API server only tries it."""
    try:
        spec = yaml_text.read(text, "text")
        if not isinstance(spec, dict):
            raise Invalid(
                "Nothing was changed.", {"text": "Write the fields of the spec, such as `suspend: false`."}
            )
        done = await parts.backpack_settings.change(
            me.admin, backpack, generation, lambda before: merge_patch(before, spec), dry_run=dry_run
        )
    except _REFUSALS as error:
        return _yaml(request, me, backpack, text, generation, problem=error)
    if not dry_run:
        text = yaml_text.write(done.version.spec)
    return _yaml(
        request, me, backpack, text, done.version.generation, changed=done.differences, tried=dry_run
    )


def _form(
    request: Request, me: Visitor, backpack: Backpack, values: Mapping[str, str], generation: int, **told: Any
) -> Response:
    problem: DashboardError | None = told.get("problem")
    errors = settings_form.faults_by_field(problem.fields) if isinstance(problem, Invalid) else {}
    return page(
        request,
        "backpack/settings_form.html",
        me,
        status=problem.status if problem else 200,
        backpack=backpack,
        groups=settings_form.groups_of(me.admin),
        values=values,
        generation=generation,
        errors=errors,
        # A sentence that stands at its field is not said again above.
        problem=None if errors and problem else problem,
        changed=told.get("changed"),
        tried=False,
    )


def _yaml(
    request: Request, me: Visitor, backpack: Backpack, text: str, generation: int, **told: Any
) -> Response:
    problem: DashboardError | None = told.get("problem")
    errors = problem.fields if isinstance(problem, Invalid) else {}
    return page(
        request,
        "backpack/settings_yaml.html",
        me,
        status=problem.status if problem else 200,
        backpack=backpack,
        text=text,
        generation=generation,
        errors=errors,
        problem=problem,
        changed=told.get("changed"),
        tried=told.get("tried", False),
    )
