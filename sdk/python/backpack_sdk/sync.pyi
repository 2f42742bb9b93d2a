"""Made from the asynchronous source by `make sdk-sync`."""

import builtins
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from ssl import SSLContext
from typing import Any, Generic, Self, TypeVar, overload

from .auth import SessionInfo
from .db import CollectionInfo
from .documents import DocumentEvent, Filter
from .files import FileInfo, Progress, Source
from .listeners import StopListening
from .options import RealtimeOptions
from .realtime.channel import ChannelInfo, ChannelMessage, Member, PresenceEvent, Said
from .realtime.link import Message, Status
from .realtime.service import Broadcast
from .session import AuthChange, User
from .storage import FileChanges, Range

T = TypeVar("T")

class Listing(Generic[T]):
    """A list: `for` goes through all of it, the attributes are its first page's."""

    @property
    def items(self) -> list[T]: ...
    @property
    def next_cursor(self) -> str | None: ...
    @property
    def total(self) -> int | None: ...
    def __iter__(self) -> Iterator[T]: ...

class Auth:
    """Accounts and sessions."""

    @property
    def user(self) -> User | None:
        """Who is signed in, as far as is known without asking."""

    @property
    def token(self) -> str | None:
        """The session's token; None where nobody is signed in."""

    def register(self, email: str, password: str, profile: dict[str, Any] | None = None) -> User:
        """Make an account. It isn't signed in yet."""

    def login(self, email: str, password: str) -> User:
        """Sign in."""

    def logout(self) -> None:
        """Sign out here."""

    def logout_all(self) -> None:
        """Sign out everywhere."""

    def me(self) -> User | None:
        """Who is signed in, as the API knows it; None: nobody."""

    def update(self, profile: dict[str, Any]) -> User:
        """Change the profile: a merge patch (RFC 7396), None removes a field."""

    def change_password(self, current: str, password: str) -> None:
        """Set another password. The user's other sessions end."""

    def sessions(self) -> list[SessionInfo]:
        """Where the user is signed in, the newest first."""

    def end_session(self, id: str) -> None:
        """Sign out one of them."""

    def delete_account(self, password: str) -> None:
        """Remove the account, and its files. Its documents stay."""

    def on_change(self, listener: Callable[[AuthChange], None]) -> StopListening:
        """Hear of it when another user, or nobody, is signed in. Gives what ends it."""

class Content:
    """A file's content as a stream: `with` opens it, `for` gives its pieces.

    The call is made when it is opened, and raises `BackpackError` then.
    """

    @property
    def content_type(self) -> str: ...
    @property
    def size(self) -> int:
        """Bytes that come: those of the range, where one was asked for."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def __iter__(self) -> Iterator[bytes]: ...

class Channel(Generic[T]):
    """A place for messages `T` between users. Membership is the user's: it outlives connections."""

    name: str

    def create(self, *, private: bool = False, members: Sequence[str] = ()) -> ChannelInfo:
        """Make it, and join it. 409 where it exists. Who is in `members` may join a private one."""

    def join(self) -> None:
        """Become a member, and get its messages from now on."""

    def add(self, user: str) -> None:
        """Make somebody else a member, as who has made the channel."""

    def leave(self) -> None:
        """Be no member any more."""

    def delete(self) -> None:
        """Remove it, as who has made it."""

    def members(self) -> list[Member]:
        """The members, and who of them is connected."""

    def publish(self, data: T, *, key: str | None = None) -> Said:
        """Send to all members, the sender too.

        Without a connection it waits for one; all that is sent arrives once, in its order.
        """

    def on_message(self, listener: Callable[[ChannelMessage[T]], None]) -> StopListening:
        """Hear every message. Gives what ends it."""

    def on_presence(self, listener: Callable[[PresenceEvent], None]) -> StopListening:
        """Hear who comes and goes. Gives what ends it."""

class Realtime:
    """The connection, opened on need."""

    @property
    def status(self) -> Status:
        """How the connection is."""

    def on_status(self, listener: Callable[[Status], None]) -> StopListening:
        """Hear how the connection is. Gives what ends it."""

    def open(self) -> None:
        """Connect before anything needs it."""

    def close(self) -> None:
        """End the connection, and every subscription. The next need opens another."""

    def channel(self, name: str) -> Channel[Any]:
        """A channel by its name, a type and a name: `chat/room-1`. Nothing is asked."""

    def channels(self, type: str | None = None) -> Listing[ChannelInfo]:
        """The channels that the user may know of; with a type only its own."""

    def join_mine(self) -> list[str]:
        """Get the messages of every channel that the user is a member of; gives their names."""

    def change(self, from_: str, to: str) -> None:
        """Leave one channel, and join another."""

    def broadcast(self, data: Any, *, key: str | None = None) -> Said:
        """Send to everybody who is connected. Without a connection it waits for one."""

    def on_broadcast(self, listener: Callable[[Broadcast], None]) -> StopListening:
        """Connect, and hear every broadcast. What is said while the connection is lost isn't repeated."""

    def on_reset(self, listener: Callable[[], None]) -> StopListening:
        """Messages of channels may have been missed: they are no longer to be had."""

    def on_event(self, listener: Callable[[Message], None]) -> StopListening:
        """Hear every event as the server sends it."""

    def ping(self) -> None:
        """Ask whether the server is there."""

    def request(self, op: str, fields: dict[str, Any] | None = None) -> Any:
        """Any operation of the socket, with its fields."""

    def subscribe(
        self, collection: str, handler: Callable[[DocumentEvent[Any]], None], filter: Filter | None = None
    ) -> StopListening:
        """See `Collection.subscribe`."""

class Collection(Generic[T]):
    """One collection, whose documents are read as `T`."""

    name: str

    def list(
        self,
        *,
        filter: Filter | None = None,
        sort: str | Sequence[str] | None = None,
        fields: Sequence[str] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        total: bool = False,
    ) -> Listing[T]:
        """The documents that the filter matches: a page's attributes, or `for` for all.

        `sort`: fields or dotted paths, descending with `-` before them. `fields`: only these, beside the
        system's. `limit`: documents a page, 50, at most 1000. `cursor`: the page before's `next_cursor`, with
        the same filter and sort. `total`: also count what the filter matches.
        """

    def get(self, id: str) -> T:
        """One document. 404 where there is none, or none that one may read."""

    def create(self, document: Mapping[str, Any], *, key: str | None = None) -> T:
        """A new document.

        `key`: what makes a call that is sent again the same one, for a day; a UUID of version 7 where none
        is given.
        """

    def create_many(
        self, documents: Sequence[Mapping[str, Any]], *, key: str | None = None
    ) -> builtins.list[T]:
        """Create up to 1000 documents, in order: none where one of them is invalid."""

    def replace(self, id: str, document: Mapping[str, Any], *, version: int | None = None) -> T:
        """The document with these fields instead of those it had.

        `version`: change only this one; 412 where another change came first.
        """

    def patch(self, id: str, patch: Mapping[str, Any], *, version: int | None = None) -> T:
        """The document after a merge patch (RFC 7396): None removes a field."""

    def delete(self, id: str, *, version: int | None = None) -> T:
        """Remove a document; gives it as it was at last."""

    def subscribe(
        self, handler: Callable[[DocumentEvent[T]], None], *, filter: Filter | None = None
    ) -> StopListening:
        """Hear of each change of a document that the filter matches, or has matched. Gives what ends it.

        A connection that is lost is opened again, and what was missed comes, in order and once; where that is
        no longer to be had, an event `reset` says so.
        """

class Db:
    """Collections of documents."""

    @overload
    def collection(self, name: str) -> Collection[dict[str, Any]]: ...
    @overload
    def collection(self, name: str, shape: type[T]) -> Collection[T]: ...
    def collections(self) -> list[CollectionInfo]:
        """All collections, with their rules."""

    def create_collection(self, name: str) -> CollectionInfo:
        """Make a collection. 409 where it exists, 403 where only administrators may."""

class Storage:
    """Files."""

    def upload(
        self,
        file: Source,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        bucket: str | None = None,
        public: bool | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        key: str | None = None,
    ) -> FileInfo:
        """Keep a file. It appears once all of it is there; at no time it is in memory as a whole.

        `filename` and `content_type`: the file's own where none is given. `bucket`: what groups files,
        `default` where none is given. `public`: whether anyone may read it. `key`: what makes an upload that
        is sent again the same one, for a day.
        """

    def replace(
        self,
        id: str,
        file: Source,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> FileInfo:
        """Put another content in a file's place, with its name and type."""

    def list(
        self, *, bucket: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Listing[FileInfo]:
        """One's own files, in the order of their creation: a page's attributes, or `for` for all."""

    def info(self, id: str) -> FileInfo:
        """What is known of a file."""

    def url(self, id: str) -> str:
        """Where a public file's content is, for `src` and `href`."""

    def download(self, id: str, *, range: Range | None = None) -> bytes:
        """The content."""

    def open(self, id: str, *, range: Range | None = None) -> Content:
        """The content as a stream: for what is too large to be held."""

    def rename(self, id: str, filename: str) -> FileInfo:
        """Another name."""

    def update(self, id: str, changes: FileChanges) -> FileInfo:
        """Change what is known of a file."""

    def delete(self, id: str) -> None:
        """Remove it."""

class Client:
    """A backpack. `with` closes it at the end."""

    auth: Auth
    realtime: Realtime
    db: Db
    storage: Storage

    def close(self) -> None:
        """End all connections."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...

def create_client(
    url: str,
    *,
    key: str | None = None,
    token: str | None = None,
    token_store: MutableMapping[str, str] | None = None,
    retries: int = 2,
    timeout: float = 30.0,
    ssl: SSLContext | None = None,
    realtime: RealtimeOptions | None = None,
) -> Client:
    """A client of the backpack whose API is at `url`. The options are those of `Options`."""
