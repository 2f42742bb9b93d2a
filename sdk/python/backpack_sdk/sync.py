"""The same client for programs without an event loop.

```python
from backpack_sdk.sync import create_client

with create_client("https://todo-api.example.com") as backpack:
    for task in backpack.db.collection("tasks").list():
        print(task["title"])
```

Its classes are made from the asynchronous ones, by `portal`; `sync.pyi`, which is made from their source,
tells type checkers of them.
"""

from typing import Any

from . import auth, client, db, files, listing, realtime, storage
from .portal import Portal, face

Auth = face(auth.Auth)
Channel = face(realtime.Channel)
Collection = face(db.Collection)
Content = face(files.Content)
Db = face(db.Db)
Listing = face(listing.Listing)
Realtime = face(realtime.Realtime)
Storage = face(storage.Storage)


class Client(face(client.Client)):
    """A backpack. `with` closes it at the end."""

    def close(self) -> None:
        """End all connections, and the client's threads."""
        try:
            self._portal.run(self._inner.close)
        finally:
            self._portal.close()

    def __exit__(self, *_: object) -> None:
        self.close()


def create_client(url: str, **options: Any) -> Client:
    """A client of the backpack whose API is at `url`. The options are those of `Options`."""
    portal = Portal()
    try:
        inner: client.Client = portal.run(client.create_client, url, **options)
        portal.backlog = inner._transport.backlog
        return Client(inner, portal)
    except BaseException:
        portal.close()
        raise
