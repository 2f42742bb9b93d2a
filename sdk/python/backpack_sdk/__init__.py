"""Accounts, documents, files and realtime of a backpack.

`create_client` gives an asynchronous client; `backpack_sdk.sync.create_client` the same one for programs
without an event loop.
"""

from .auth import Auth, SessionInfo
from .client import Client, create_client
from .db import Collection, CollectionInfo, Db, Rule, Verb
from .documents import (
    Document,
    DocumentEvent,
    DocumentGone,
    DocumentWritten,
    Filter,
    SubscriptionEnded,
    SubscriptionReset,
)
from .errors import BackpackError, Fault
from .files import Content, FileInfo, Progress, Source
from .listing import Listing, Page
from .options import Options, RealtimeOptions
from .realtime import (
    Broadcast,
    Channel,
    ChannelInfo,
    ChannelMessage,
    Member,
    PresenceEvent,
    Realtime,
    Said,
    State,
    Status,
    Unsubscribe,
)
from .session import AuthChange, Change, User
from .storage import FileChanges, Storage

__all__ = [
    "Auth",
    "AuthChange",
    "BackpackError",
    "Broadcast",
    "Change",
    "Channel",
    "ChannelInfo",
    "ChannelMessage",
    "Client",
    "Collection",
    "CollectionInfo",
    "Content",
    "Db",
    "Document",
    "DocumentEvent",
    "DocumentGone",
    "DocumentWritten",
    "Fault",
    "FileChanges",
    "FileInfo",
    "Filter",
    "Listing",
    "Member",
    "Options",
    "Page",
    "PresenceEvent",
    "Progress",
    "Realtime",
    "RealtimeOptions",
    "Rule",
    "Said",
    "SessionInfo",
    "Source",
    "State",
    "Status",
    "Storage",
    "SubscriptionEnded",
    "SubscriptionReset",
    "Unsubscribe",
    "User",
    "Verb",
    "create_client",
]
