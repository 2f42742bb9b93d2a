"""`sdk/python/backpack_sdk/sync.pyi`: what type checkers and editors see of the SDK's synchronous face.

That face has no source of its own: its classes are made from the asynchronous ones when it is imported. So
are their types here, from the asynchronous source. `make sdk-sync` makes the file, and a test compares.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator

from .parts import REPOSITORY

PACKAGE = REPOSITORY / "sdk" / "python" / "backpack_sdk"
STUB = PACKAGE / "sync.pyi"

CLASSES = {
    "auth": "Auth",
    "files": "Content",
    "realtime/channel": "Channel",
    "realtime/service": "Realtime",
    "db": ("Collection", "Db"),
    "storage": "Storage",
    "client": "Client",
}
"""Modules, and those of their classes that have a synchronous face."""
_NAMES = {
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "AsyncIterator": "Iterator",
    "Unsubscribe": "StopListening",
}
_WORDS = {
    "`await` for a page, `async for` for all": "a page's attributes, or `for` for all",
    "`async ": "`",
}
_HEAD = '''"""Made from the asynchronous source by `make sdk-sync`."""
'''
_LISTING = '''
class Listing(Generic[T]):
    """A list: `for` goes through all of it, the attributes are its first page's."""

    @property
    def items(self) -> list[T]: ...
    @property
    def next_cursor(self) -> str | None: ...
    @property
    def total(self) -> int | None: ...
    def __iter__(self) -> Iterator[T]: ...
'''


def stub() -> str:
    """The file as the source makes it."""
    known: dict[str, tuple[str, str]] = {}
    body: list[ast.stmt] = [*ast.parse(_LISTING).body]
    for path, names in CLASSES.items():
        tree = ast.parse((PACKAGE / f"{path}.py").read_text())
        known |= _origins(tree, path)
        for statement in tree.body:
            if isinstance(statement, ast.ClassDef) and statement.name in names:
                body.append(_class(statement))
            elif isinstance(statement, ast.FunctionDef) and statement.name == "create_client":
                body.append(_signature(statement))
    known["Iterator"] = ("collections.abc", "Iterator")
    text = _HEAD + _imports(body, known) + "\nT = TypeVar('T')\n" + ast.unparse(ast.Module(body, []))
    return _formatted(text)


def refresh() -> None:
    """Make the file anew."""
    STUB.write_text(stub())


def _class(source: ast.ClassDef) -> ast.ClassDef:
    members: list[ast.stmt] = [s for s in source.body[:1] if isinstance(s, ast.Expr)]
    functions = [s for s in source.body if isinstance(s, ast.FunctionDef)]
    overloaded = {function.name for function in functions if _is_overload(function)}
    for statement in source.body:
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if statement.name in overloaded and not _is_overload(statement):
            continue  # a stub has only the signatures
        if statement.name == "__init__":
            members += _attributes(statement)
        elif not statement.name.startswith("_") or statement.name in _NAMES:
            members.append(_signature(statement))
    made = ast.ClassDef(source.name, source.bases, [], members, [])
    _Renamed().visit(made)
    return made


def _attributes(init: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.stmt]:
    """Public attributes: given ones have the parameter's type, made ones their class."""
    parameters = {one.arg: one.annotation for one in init.args.args}
    for statement in init.body:
        match statement:
            case ast.Assign(targets=[ast.Attribute(attr=name)], value=value) if not name.startswith("_"):
                kind = value.func if isinstance(value, ast.Call) else parameters[ast.unparse(value)]
                if kind is None:
                    raise TypeError(f"{PACKAGE}: the attribute {name} has no type")
                yield ast.AnnAssign(ast.Name(name), kind, None, 1)


def _signature(source: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.FunctionDef:
    described = [s for s in source.body[:1] if isinstance(s, ast.Expr) and ast.get_docstring(source)]
    body = described or [ast.Expr(ast.Constant(...))]
    return ast.FunctionDef(source.name, source.args, [*body], source.decorator_list, source.returns, lineno=0)


def _is_overload(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(ast.unparse(one) == "overload" for one in function.decorator_list)


class _Renamed(ast.NodeTransformer):
    """Names of what waits become those of what doesn't."""

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(_NAMES.get(node.id, node.id))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = _NAMES.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if isinstance(node.value, str):
            for asynchronous, synchronous in _WORDS.items():
                node.value = node.value.replace(asynchronous, synchronous)
        return node


def _origins(tree: ast.Module, path: str) -> dict[str, tuple[str, str]]:
    """Where the names of a module come from: the module, and what it calls them."""
    folder, _, name = path.rpartition("/")
    found: dict[str, tuple[str, str]] = {}
    for statement in tree.body:
        match statement:
            case ast.ImportFrom(module=str(module), level=level, names=names):
                if level:
                    module = "." + ".".join(([folder] if level == 1 and folder else []) + [module])
                found |= {one.asname or one.name: (module, one.name) for one in names}
            case ast.Import(names=names):
                found |= {one.name: ("", one.name) for one in names}
            case ast.ClassDef(name=defined) | ast.Assign(targets=[ast.Name(id=defined)]):
                found[defined] = ("." + ".".join(part for part in (folder, name) if part), defined)
    return found


def _imports(body: list[ast.stmt], known: dict[str, tuple[str, str]]) -> str:
    defined = {statement.name for statement in body if isinstance(statement, ast.ClassDef | ast.FunctionDef)}
    used = {node.id for statement in body for node in ast.walk(statement) if isinstance(node, ast.Name)}
    lines = ["from typing import Generic, TypeVar"]
    for name in sorted((used & known.keys()) - defined - {"T"}):
        module, original = known[name]
        lines.append(f"from {module} import {original}" if module else f"import {original}")
    return "\n".join(lines) + "\n"


def _formatted(text: str) -> str:
    ruff = [sys.executable, "-m", "ruff"]
    name = ["--stdin-filename", str(STUB)]
    for command in (["check", "--fix-only", "--select", "I,UP", *name], ["format", *name]):
        done = subprocess.run(
            [*ruff, *command, "--quiet", "-"], input=text, capture_output=True, text=True, check=True
        )
        text = done.stdout
    return text
