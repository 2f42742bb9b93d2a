"""What the API takes and answers. Names in JSON are in camel case, moments RFC 3339 in UTC."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from backpack_dashboard.domain.backpacks import Backpack
from backpack_dashboard.domain.happenings import Happening
from backpack_dashboard.domain.nesting import MOST_LEVELS, deeper_than, has_half_a_character
from backpack_dashboard.services.news import End, Ping


class Shape(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", from_attributes=True
    )


class Given(Shape):
    """The body of a request."""

    @model_validator(mode="before")
    @classmethod
    def _readable(cls, body: Any) -> Any:
        if deeper_than(body, MOST_LEVELS):
            raise ValueError(f"nested too deeply: at most {MOST_LEVELS} levels")
        if has_half_a_character(body):
            raise ValueError(r"half a character: `\ud800` to `\udfff` stand only in pairs")
        return body


class FieldFault(Shape):
    path: str
    message: str


class Problem(Shape):
    """An error (RFC 9457), as `application/problem+json`. `detail` is a sentence for people
    that says what to do; `errors` tells which fields are wrong."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldFault] | None = None


class NewBackpack(Given):
    name: Annotated[str, Field(description="Also its hostname: a-z, 0-9 and hyphens, at most 40.")]
    display_name: str = ""
    namespace: Annotated[
        str | None, Field(description="One of `namespaces` of /me; without it the first of them.")
    ] = None
    spec: Annotated[
        dict[str, Any],
        Field(description="More of the Backpack's spec, such as what can't be changed later: an owner's."),
    ] = {}


class Change(Given):
    spec: Annotated[
        dict[str, Any],
        Field(
            description="A JSON merge patch of the Backpack's spec: null removes a field. "
            '`{"suspend": true}` suspends it, `{"api": {"replicas": 2}}` scales it. Which fields '
            "are a developer's to change says docs/dashboard-api.md."
        ),
    ]
    generation: Annotated[
        int | None, Field(description="Of the spec that the change is meant for; 409 where it is another.")
    ] = None


class ConditionShape(Shape):
    type: str
    status: str
    reason: str
    message: str
    since: str


class EventShape(Shape):
    id: str
    at: str
    warning: bool
    reason: str
    message: str

    @classmethod
    def of(cls, one: Happening) -> "EventShape":
        return cls(id=one.id, at=one.at, warning=one.warning, reason=one.reason, message=one.message)


class BackpackShape(Shape):
    """A Backpack. `state` is the whole of it in a word or two, `message` in a sentence; `mood`
    is how that is to be taken. The URLs are null until there is a route. `conditions` are those
    of the present `generation`: right after a change there are none, and it isn't `ready`."""

    namespace: str
    name: str
    uid: str
    generation: int
    display_name: str
    hostname: str
    admins: list[str]
    state: str
    mood: Literal["good", "busy", "bad", "resting"]
    message: str
    ready: bool
    suspended: bool
    deleting: bool
    url: str | None
    api_url: str | None
    version: str | None
    created_at: str
    conditions: list[ConditionShape]
    spec: dict[str, Any]

    @classmethod
    def of(cls, one: Backpack) -> "BackpackShape":
        state = one.state
        return cls(
            namespace=one.namespace,
            name=one.name,
            uid=one.uid,
            generation=one.generation,
            display_name=one.title,
            hostname=one.hostname,
            admins=list(one.admins),
            state=state.label,
            mood=state.mood,
            message=state.message,
            ready=one.ready,
            suspended=one.suspended,
            deleting=one.deleting,
            url=one.url,
            api_url=one.api_url,
            version=one.status.get("version"),
            created_at=one.created_at,
            conditions=[ConditionShape.model_validate(item) for item in one.conditions],
            spec=dict(one.spec),
        )


class BackpackList(Shape):
    items: list[BackpackShape]


class EventList(Shape):
    items: list[EventShape]


class Person(Shape):
    """Whose token it is, what it may do until when, and where its admin may create backpacks:
    `room` more, or without a limit where it is null."""

    name: str
    email: str
    display_name: str
    role: Literal["owner", "developer"]
    scopes: list[str]
    expires_at: str
    namespaces: list[str]
    room: int | None


class BackpackNews(Shape):
    """How the backpack is now: the first line of a stream, and one after each change."""

    type: Literal["backpack"] = "backpack"
    backpack: BackpackShape


class EventNews(Shape):
    """Something that the cluster reports about it."""

    type: Literal["event"] = "event"
    event: EventShape


class PingNews(Shape):
    """Nothing is new; the connection lives. At least one line comes in 15 s."""

    type: Literal["ping"] = "ping"


class EndNews(Shape):
    """The last line. `ready`, or `gone`: deleted, or no longer this admin's; `timeout`: ask
    again; `signedOut`: the token counts no longer."""

    type: Literal["end"] = "end"
    reason: Literal["ready", "gone", "timeout", "signedOut"]


News = Annotated[BackpackNews | EventNews | PingNews | EndNews, Field(discriminator="type")]


def news_of(one: Backpack | Happening | Ping | End) -> News:
    match one:
        case Backpack():
            return BackpackNews(backpack=BackpackShape.of(one))
        case Happening():
            return EventNews(event=EventShape.of(one))
        case Ping():
            return PingNews()
        case End():
            return EndNews(reason=one.reason)
