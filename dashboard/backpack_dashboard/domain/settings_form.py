"""The settings of a backpack as a form: which fields there are, what stands in them, and what
of the spec a filled one changes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from backpack_dashboard.domain import yaml_text
from backpack_dashboard.domain.access import may_change
from backpack_dashboard.domain.admins import Admin
from backpack_dashboard.errors import Invalid


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the spec; `path` is its dotted path, and its name in the form."""

    path: str
    label: str
    kind: Literal["text", "number", "flag", "choice", "lines", "yaml"] = "text"
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()


GROUPS: tuple[tuple[str, tuple[Field, ...]], ...] = (
    (
        "General",
        (
            Field("displayName", "Title", hint="What people read in the dashboard."),
            Field(
                "hostname", "Host name", hint="The first label of its addresses; left out, it is its name."
            ),
            Field("admins", "Admins", "lines", "User names, one a line. Owners need not be named."),
        ),
    ),
    (
        "Accounts",
        (
            Field(
                "auth.registration",
                "Registration",
                "choice",
                choices=(("open", "Open: everybody may register"), ("closed", "Closed: you make accounts")),
            ),
            Field("auth.sessionTTL", "Session lasts", hint="Unused, such as `30m`, `12h` or `168h`."),
            Field("auth.password.minLength", "Shortest password", "number", "Characters, from 8 to 128."),
        ),
    ),
    (
        "API and site",
        (
            Field("api.requireKey", "Calls need the publishable key", "flag"),
            Field("web.spa", "Single-page application", "flag", "Unknown paths give index.html."),
            Field(
                "api.createCollections",
                "New collections",
                "choice",
                choices=(("user", "By signed-in users"), ("none", "Only by admins")),
            ),
            Field(
                "api.allowedOrigins",
                "Further origins",
                "lines",
                "One a line, such as `http://localhost:5173`.",
            ),
            Field(
                "collections",
                "Collections as code",
                "yaml",
                "A list of name, indexes, schema and rules; these are read-only elsewhere.",
            ),
        ),
    ),
    (
        "Size",
        (
            Field("api.replicas", "API pods", "number", "From 1 to 20."),
            Field("web.replicas", "Web server pods", "number", "From 1 to 20."),
            Field("database.storage.size", "Database volume", hint="It can grow, never shrink."),
            Field("cache.storage.size", "Cache volume", hint="It can grow, never shrink."),
            Field("files.storage.size", "Files volume", hint="It can grow, never shrink."),
            Field("files.quotaPerUser", "Quota of each user", hint="Such as `100Mi` or `2Gi`."),
            Field("files.maxFileSize", "Largest file", hint="Such as `50Mi`."),
        ),
    ),
)
FIELDS = {field.path: field for _, fields in GROUPS for field in fields}


def groups_of(admin: Admin) -> list[tuple[str, list[Field]]]:
    """What the admin may change; a group with nothing in it is left out."""
    seen = ((title, [one for one in fields if may_change(admin, one.path)]) for title, fields in GROUPS)
    return [(title, fields) for title, fields in seen if fields]


def shown(spec: Mapping[str, Any]) -> dict[str, str]:
    """What stands in each field."""
    return {path: _text(field, _at(spec, path)) for path, field in FIELDS.items()}


def change(form: Mapping[str, str]) -> dict[str, Any]:
    """The filled form as a merge patch of the spec: what is empty is left to its default, what
    the form doesn't have stays. Raises `Invalid`, with a sentence for each field."""
    patch: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for path, text in form.items():
        if path not in FIELDS:
            continue
        try:
            value = _value(FIELDS[path], text)
        except Invalid as error:
            faults |= error.fields
            continue
        *above, last = path.split(".")
        place = patch
        for part in above:
            place = place.setdefault(part, {})
        place[last] = value
    if faults:
        raise Invalid("Nothing was changed.", faults)
    return patch


def faults_by_field(faults: Mapping[str, str]) -> dict[str, str]:
    """The API server's sentences, by `spec.api.allowedOrigins[1]`, at the form's fields; those
    about something else are left out."""
    found: dict[str, str] = {}
    for place, sentence in faults.items():
        path = re.sub(r"\[.*", "", place.removeprefix("spec."))
        if path in FIELDS:
            found.setdefault(path, sentence)
    return found


def _at(spec: Mapping[str, Any], path: str) -> Any:
    value: Any = spec
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _text(field: Field, value: Any) -> str:
    if value is None:
        return ""
    match field.kind:
        case "flag":
            return "true" if value else ""
        case "lines":
            return "\n".join(value)
        case "yaml":
            return yaml_text.write(value)
    return str(value)


def _value(field: Field, text: str) -> Any:
    text = text.strip()
    if field.kind == "flag":
        return text == "true"
    if not text:
        return None
    match field.kind:
        case "number":
            if not re.fullmatch(r"[0-9]{1,9}", text):
                raise Invalid("Nothing was changed.", {field.path: "Write a whole number."})
            return int(text)
        case "lines":
            return [line.strip() for line in text.splitlines() if line.strip()]
        case "yaml":
            return yaml_text.read(text, field.path)
    return text
