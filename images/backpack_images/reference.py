"""The reference of the custom resources in `docs/reference/`, made from their definitions.

`make crds` makes it, and a test compares: what `kubectl explain` says and what the
documentation says is one text.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from .parts import REPOSITORY

SOURCE = REPOSITORY / "crds"
PAGES = REPOSITORY / "docs" / "reference"

Schema = Mapping[str, Any]
_BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "minProperties": "at least {} keys",
    "maxProperties": "at most {} keys",
    "pattern": "matches `{}`",
}


def pages(source: Path = SOURCE) -> dict[str, str]:
    """The text of each page by its file name: one for each definition."""
    definitions = [yaml.safe_load(file.read_text()) for file in sorted(source.glob("*.yaml"))]
    return {f"{one['spec']['names']['singular']}.md": page(one) for one in definitions}


def differences(source: Path = SOURCE, target: Path = PAGES) -> list[str]:
    """The names of the pages that are not what the definitions make, sorted."""
    made = pages(source)
    there = {path.name: path.read_text() for path in target.glob("*.md")}
    return sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))


def refresh(source: Path = SOURCE, target: Path = PAGES) -> None:
    """Make the pages what the definitions say."""
    target.mkdir(parents=True, exist_ok=True)
    made = pages(source)
    for path in target.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (target / name).write_text(text)


def page(definition: Schema) -> str:
    """The page of one definition, in Markdown."""
    spec = definition["spec"]
    names, version = spec["names"], spec["versions"][0]
    schema = version["schema"]["openAPIV3Schema"]
    short = "".join(f", short name `{name}`" for name in names.get("shortNames", ()))
    lines = [
        f"# {names['kind']}: all fields",
        "",
        f"<!-- Made from crds/{names['plural']}.yaml by `make crds`: change it there. -->",
        "",
        f"`{spec['group']}/{version['name']}`, {spec['scope'].lower()}{short}. {_line(schema)}",
        "",
        f"The same text as `kubectl explain {names['singular']} --recursive`, field by field.",
        "",
        "What is refused, is refused with the sentences that stand below the tables; of the whole object:",
        "",
        *_rules(schema),
        "",
    ]
    for part in ("spec", "status"):
        if part in schema["properties"]:
            lines += _section(part, schema["properties"][part])
    columns = version.get("additionalPrinterColumns", ())
    if columns:
        lines += ["## Columns of `kubectl get`", "", "| column | what | shown |", "|---|---|---|"]
        lines += [_column(column) for column in columns]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _section(path: str, schema: Schema) -> Iterator[str]:
    """One object with its fields, then the objects among them."""
    fields = schema.get("properties", {})
    yield from (
        f"## {path}",
        "",
        _line(schema),
        "",
        "| field | type | default | what it is |",
        "|---|---|---|---|",
    )
    for name, field in fields.items():
        required = " **Required.**" if name in schema.get("required", ()) else ""
        default = f"`{_inline(field['default'])}`" if "default" in field and not _inner(field) else ""
        yield f"| `{name}` | {_type(field)} | {default} | {_cell(_line(field))}{required} |"
    rules = list(_rules(schema))
    for name, field in fields.items():
        rules += [] if _inner(field) else _rules(field, f"`{name}`: ")
    yield from ("", *rules, "") if rules else ("",)
    for name, field in fields.items():
        if (inner := _inner(field)) is not None:
            suffix = "[]" if field["type"] == "array" else ""
            described = {**inner, "description": inner.get("description") or field.get("description", "")}
            yield from _section(f"{path}.{name}{suffix}", described)


def _inner(field: Schema) -> Schema | None:
    """The object that a field holds, or that its items are, where it has named fields."""
    held = field.get("items", {}) if field.get("type") == "array" else field
    return held if held.get("properties") else None


def _type(field: Schema) -> str:
    kind = str(field.get("type", "any"))
    if field.get("x-kubernetes-int-or-string"):
        kind = "integer or string"
    if kind == "array":
        kind = f"list of {field['items'].get('type', 'any')}"
    if "enum" in field:
        kind = " \\| ".join(f"`{value}`" for value in field["enum"])
    bounds = [text.format(field[key]) for key, text in _BOUNDS.items() if key in field]
    return _cell(", ".join([kind, *bounds]), escape=False)


def _rules(schema: Schema, prefix: str = "") -> Iterator[str]:
    """What the API server says to who breaks a rule, as items of a list."""
    for rule in schema.get("x-kubernetes-validations", ()):
        if "message" in rule:
            yield f"- {prefix}{rule['message']}."


def _column(column: Schema) -> str:
    when = "with `-o wide`" if column.get("priority") else "always"
    return f"| {column['name']} | {column.get('description', '')} | {when} |"


def _line(schema: Schema) -> str:
    return " ".join(str(schema.get("description", "")).split())


def _inline(value: Any) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, width=10_000)
    return text.removesuffix("\n...\n").strip()


def _cell(text: str, *, escape: bool = True) -> str:
    return (text.replace("|", "\\|") if escape else text).replace("<", "&lt;")
