"""The documents of a collection: the table, and one document in an editor."""

import secrets
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from backpack_dashboard.domain.differences import compare
from backpack_dashboard.domain.documents import own_fields
from backpack_dashboard.domain.json_text import JsonFault, JsonObject, compact, parse_object, pretty
from backpack_dashboard.errors import BackpackRefused
from backpack_dashboard.pages.render import go, html, page
from backpack_dashboard.routes.dependencies import Me, Mine, Parts
from backpack_dashboard.services.documents import Overtaken, Place
from backpack_dashboard.services.live_documents import NEWEST_FIRST

MOST_TYPED = 4 * 1024 * 1024
"""Bytes of a form's field: a document of 1 MiB, with blanks, so that its size is told at the field."""

router = APIRouter(
    prefix="/backpacks/{namespace}/{name}/collections/{collection}",
    form_limits={"max_part_size": MOST_TYPED},
)
_OURS = (400, 409, 413, 422)
"""Refusals that are told at the editor."""

Choice = Annotated[Literal["save", "format", "merge"], Form()]


@router.get("")
async def documents(
    request: Request,
    me: Me,
    backpack: Mine,
    collection: str,
    filter: str = "",  # noqa: A002  as it is called in the URL
    sort: str = NEWEST_FIRST,
    cursor: str = "",
) -> Response:
    """The documents come by the page's socket: see `live_documents`."""
    return page(
        request,
        "backpack/collections/documents.html",
        me,
        tab="collections",
        backpack=backpack,
        collection=collection,
        filter=filter,
        sort=sort,
        cursor=cursor,
    )


@router.get("/new")
async def new(request: Request, me: Me, backpack: Mine, collection: str) -> Response:
    return page(
        request,
        "backpack/collections/new_document.html",
        me,
        tab="collections",
        backpack=backpack,
        collection=collection,
        **_new_form(pretty({"title": "Pack"}), "", secrets.token_hex(16)),
    )


@router.post("/documents")
async def create(
    request: Request,
    parts: Parts,
    me: Me,
    backpack: Mine,
    collection: str,
    data: Annotated[str, Form()] = "",
    owner_id: Annotated[str, Form()] = "",
    key: Annotated[str, Form()] = "",
    choice: Choice = "save",
) -> Response:
    form = _new_form(data, owner_id, key)
    try:
        given = parse_object(data)
        form["data"] = pretty(given)
        if choice == "save":
            place = Place(me.admin, backpack, collection)
            made = await parts.documents.create(place, given, owner_id.strip() or None, key)
            return go(request, f"{backpack.path}/collections/{collection}/documents/{made['id']}")
    except JsonFault as fault:
        form |= {"errors": {"data": str(fault)}, "line": fault.line}
    except BackpackRefused as error:
        form["errors"] = _refused(error)
    return page(
        request,
        "backpack/collections/new_document_form.html",
        me,
        status=422 if form["errors"] else 200,
        backpack=backpack,
        collection=collection,
        **form,
    )


@router.get("/documents/{document_id}")
async def document(request: Request, me: Me, backpack: Mine, collection: str, document_id: str) -> Response:
    return page(
        request,
        "backpack/collections/document.html",
        me,
        tab="collections",
        backpack=backpack,
        collection=collection,
        document_id=document_id,
    )


@router.get("/documents/{document_id}/editor")
async def editor(
    request: Request, parts: Parts, me: Me, backpack: Mine, collection: str, document_id: str
) -> Response:
    found = await parts.documents.get(Place(me.admin, backpack, collection), document_id)
    return _editor(request, me, backpack, collection, _form_of(found), document=found)


@router.put("/documents/{document_id}")
async def save(
    request: Request,
    parts: Parts,
    me: Me,
    backpack: Mine,
    collection: str,
    document_id: str,
    data: Annotated[str, Form()],
    base: Annotated[str, Form()],
    version: Annotated[int, Form()],
    choice: Choice = "save",
) -> Response:
    """`base` is what was opened, so that changes of two can be told apart."""
    place = Place(me.admin, backpack, collection)
    form = _form(document_id, version, data, base)
    toast = ""
    document: JsonObject | None = None
    try:
        given, opened = parse_object(data), parse_object(base)
        form["data"] = pretty(given)
        if choice == "save":
            document = await parts.documents.replace(place, document_id, given, version)
            form = _form_of(document)
            toast = _toast("good", "Saved", f"It is at version {document['version']} now.")
        elif choice == "merge":
            document = await parts.documents.get(place, document_id)
            form |= _beside(document, opened, given, version)
    except JsonFault as fault:
        form |= {"errors": {"data": str(fault)}, "line": fault.line}
    except Overtaken as overtaken:
        document = overtaken.current
        form |= _conflict(document, opened, given, version)
    except BackpackRefused as error:
        form["errors"] = _refused(error)
    return _editor(request, me, backpack, collection, form, document=document, more=toast)


@router.delete("/documents/{document_id}")
async def delete(
    request: Request,
    parts: Parts,
    me: Me,
    backpack: Mine,
    collection: str,
    document_id: str,
    version: int = 0,
) -> Response:
    place = Place(me.admin, backpack, collection)
    try:
        await parts.documents.delete(place, document_id, version)
    except Overtaken as overtaken:
        now = overtaken.current
        toast = _toast("bad", "Not deleted", f"It was changed meanwhile. This is version {now['version']}.")
        return _editor(request, me, backpack, collection, _form_of(now), document=now, more=toast)
    return go(request, f"{backpack.path}/collections/{collection}")


def _new_form(data: str, owner_id: str, key: str) -> dict[str, Any]:
    return {"data": data, "owner_id": owner_id, "key": key, "errors": {}, "line": None}


def _form(document_id: str, version: int, data: str, base: str) -> dict[str, Any]:
    """What the editor's template asks for. `version` is what the next save goes over; `compared`
    is there where somebody else wrote since version `opened`."""
    return {
        "document_id": document_id,
        "version": version,
        "data": data,
        "base": base,
        "errors": {},
        "line": None,
        "compared": None,
        "opened": None,
        "merged": False,
    }


def _form_of(document: JsonObject) -> dict[str, Any]:
    own = own_fields(document)
    return _form(document["id"], document["version"], pretty(own), compact(own))


def _conflict(now: JsonObject, opened: JsonObject, mine: JsonObject, version: int) -> dict[str, Any]:
    compared = compare(opened, own_fields(now), mine)
    return {"version": now["version"], "compared": compared, "opened": version}


def _beside(now: JsonObject, opened: JsonObject, mine: JsonObject, version: int) -> dict[str, Any]:
    """Both people's changes in the editor, to be looked at and saved; where they clash
    (again), the comparison."""
    conflict = _conflict(now, opened, mine, version)
    merged = conflict["compared"].merged
    if merged is None:
        return conflict
    base = compact(own_fields(now))
    return {"version": now["version"], "data": pretty(merged), "base": base, "merged": True}


def _editor(
    request: Request,
    me: Me,
    backpack: Mine,
    collection: str,
    form: dict[str, Any],
    *,
    document: JsonObject | None = None,
    more: str = "",
) -> Response:
    answer = page(
        request,
        "backpack/collections/editor.html",
        me,
        status=422 if form["errors"] else 409 if form["compared"] else 200,
        backpack=backpack,
        collection=collection,
        document=document,
        **form,
    )
    return HTMLResponse(bytes(answer.body).decode() + more, answer.status_code)


def _toast(mood: str, title: str, text: str) -> str:
    return html("fragments/toast.html", mood=mood, title=title, text=text)


def _refused(error: BackpackRefused) -> dict[str, str]:
    """Each fault with its path. Raises what isn't the document's fault again."""
    if error.status not in _OURS:
        raise error
    faults = [f"`{one['path']}` {one['message']}" for one in error.problem.get("errors") or ()]
    return {"data": "; ".join(faults) or error.detail}
