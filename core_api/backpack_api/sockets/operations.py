"""The operations that a socket's messages can ask for, by name."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from backpack_api.domain.json_text import JsonObject, pointer_token
from backpack_api.domain.shapes import Shape, read_shape
from backpack_api.problems import InvalidValue

C = TypeVar("C")
S = TypeVar("S", bound=Shape)


class Nothing(Shape):
    """The fields of an operation that takes none."""


class Operations(Generic[C]):
    """A table of handlers: `await handler(connection, fields)` gives the answer's data.
    `connection` is who asks; `fields` are the message's, without `id` and `op`."""

    def __init__(self) -> None:
        self._table: dict[str, tuple[type[Shape], Callable[[C, Any], Awaitable[Any]]]] = {}

    def add(self, name: str, shape: type[S], handler: Callable[[C, S], Awaitable[Any]]) -> None:
        """Serve an operation whose fields have this shape."""
        self._table[name] = (shape, handler)

    def names(self) -> list[str]:
        return sorted(self._table)

    async def run(self, connection: C, name: Any, fields: JsonObject) -> Any:
        """The data of the operation's answer: anything that JSON can hold. Raises
        `InvalidValue` where there is no such operation or a field is wrong, and
        whatever problem its handler finds."""
        known = self._table.get(name) if isinstance(name, str) else None
        if known is None:
            if name is None:
                raise InvalidValue.at("/op", "is missing")
            what = f"`{pointer_token(name)}`" if isinstance(name, str) else "this"
            raise InvalidValue.at("/op", f"{what} is not an operation of this socket")
        shape, handler = known
        return await handler(connection, read_shape(fields, shape))
