"""How one collection is defined: rules, indexes, schema; and its end."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from backpack_dashboard.domain.collections import Rule, index_keys
from backpack_dashboard.domain.json_text import JsonFault, parse_object, pretty
from backpack_dashboard.domain.nesting import MOST_LEVELS
from backpack_dashboard.errors import BackpackRefused, Invalid
from backpack_dashboard.pages.render import go, html, page
from backpack_dashboard.routes.dependencies import Me, Mine, Parts

router = APIRouter(prefix="/backpacks/{namespace}/{name}/collections/{collection}")
_OURS = (409, 422)
"""Refusals that are told in the form."""


@router.get("/definition")
async def definition(request: Request, me: Me, backpack: Mine, collection: str) -> Response:
    return page(
        request,
        "backpack/collections/definition.html",
        me,
        tab="collections",
        backpack=backpack,
        collection=collection,
    )


@router.get("/definition/cards")
async def cards(request: Request, parts: Parts, me: Me, backpack: Mine, collection: str) -> Response:
    found = await parts.collections.find(me.admin, backpack, collection)
    return page(
        request,
        "backpack/collections/definition_cards.html",
        me,
        backpack=backpack,
        collection=collection,
        definition=found,
        indexes=await parts.collections.indexes(me.admin, backpack, collection),
        rules=found["rules"],
        schema=pretty(found["schema"]) if found["schema"] else "",
        values={},
        line=None,
    )


@router.put("/rules")
async def set_rules(
    parts: Parts,
    me: Me,
    backpack: Mine,
    collection: str,
    read: Annotated[Rule, Form()],
    create: Annotated[Rule, Form()],
    update: Annotated[Rule, Form()],
    delete: Annotated[Rule, Form()],
) -> Response:
    rules = {"read": read, "create": create, "update": update, "delete": delete}
    await parts.collections.set_rules(me.admin, backpack, collection, rules)
    return _told(collection, "The rules hold from now on.")


@router.post("/indexes")
async def add_index(
    request: Request,
    parts: Parts,
    me: Me,
    backpack: Mine,
    collection: str,
    keys: Annotated[str, Form()] = "",
    unique: Annotated[bool, Form()] = False,
) -> Response:
    errors: dict[str, str] = {}
    try:
        await parts.collections.add_index(me.admin, backpack, collection, index_keys(keys), unique=unique)
    except BackpackRefused as error:
        if error.status not in _OURS:
            raise
        errors["keys"] = error.detail
    values = {"keys": keys, "unique": unique} if errors else {}
    return await _indexes(request, parts, me, backpack, collection, errors=errors, values=values)


@router.delete("/indexes")
async def remove_index(
    request: Request, parts: Parts, me: Me, backpack: Mine, collection: str, keys: str = "[]"
) -> Response:
    await parts.collections.remove_index(me.admin, backpack, collection, keys)
    return await _indexes(request, parts, me, backpack, collection, errors={}, values={})


@router.put("/schema")
async def set_schema(
    request: Request,
    parts: Parts,
    me: Me,
    backpack: Mine,
    collection: str,
    text: Annotated[str, Form(alias="schema")] = "",
    choice: Annotated[Literal["save", "format"], Form()] = "save",
) -> Response:
    errors: dict[str, str] = {}
    line = None
    try:
        given = parse_object(text, MOST_LEVELS) if text.strip() else None
        text = "" if given is None else pretty(given)
        if choice == "save":
            await parts.collections.set_schema(me.admin, backpack, collection, given)
    except JsonFault as fault:
        errors["schema"], line = str(fault), fault.line
    except BackpackRefused as error:
        if error.status not in _OURS:
            raise
        errors["schema"] = error.detail
    answer: Response = page(
        request,
        "backpack/collections/schema_form.html",
        me,
        status=422 if errors else 200,
        backpack=backpack,
        collection=collection,
        schema=text,
        line=line,
        errors=errors,
    )
    if not errors and choice == "save":
        said = "What is written from now on must satisfy it." if given else "Documents may hold anything."
        answer = _with(answer, _told(collection, said))
    return answer


@router.delete("")
async def drop(
    request: Request, parts: Parts, me: Me, backpack: Mine, collection: str, typed: str = ""
) -> Response:
    try:
        await parts.collections.drop(me.admin, backpack, collection, typed)
    except Invalid as error:
        return page(
            request,
            "backpack/collections/drop_form.html",
            me,
            status=422,
            backpack=backpack,
            collection=collection,
            errors=error.fields,
        )
    return go(request, f"{backpack.path}/collections")


async def _indexes(
    request: Request,
    parts: Parts,
    me: Me,
    backpack: Mine,
    collection: str,
    *,
    errors: dict[str, str],
    values: dict[str, Any],
) -> Response:
    return page(
        request,
        "backpack/collections/indexes.html",
        me,
        status=422 if errors else 200,
        backpack=backpack,
        collection=collection,
        indexes=await parts.collections.indexes(me.admin, backpack, collection),
        definition=await parts.collections.find(me.admin, backpack, collection),
        errors=errors,
        values=values,
    )


def _told(collection: str, text: str) -> Response:
    return Response(
        html("fragments/toast.html", mood="good", title=collection, text=text), media_type="text/html"
    )


def _with(answer: Response, more: Response) -> Response:
    return Response(bytes(answer.body) + bytes(more.body), answer.status_code, media_type="text/html")
