"""The chat of `examples/chat` in real browsers, on a real API."""

import json
import re
import secrets

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from support.example_app import folder_of
from support.example_browser import MARKS, PICTURE, WITHIN, Visitors, sign_up

pytestmark = MARKS

EXAMPLE = "chat"


def say(page: Page, *texts: str) -> None:
    for text in texts:
        page.get_by_label("Message", exact=True).fill(text)
        page.get_by_role("button", name="Send", exact=True).click()


def said(page: Page) -> Locator:
    return page.locator("#messages .text")


class MissedEvents:
    """What a page hears of the API, whose events can be lost until it is told so by resets."""

    def __init__(self, page: Page) -> None:
        self.lost = False
        self._subscriptions: set[str] = set()
        page.route_web_socket(re.compile("/realtime"), self._connect)

    def tell_of_them(self) -> None:
        self.lost = False
        for end in ({}, *({"sub": one} for one in self._subscriptions)):
            self._page.send(json.dumps({"ev": "reset", **end}))

    def _connect(self, page: WebSocketRoute) -> None:
        self._page = page
        server = page.connect_to_server()

        def passed(text: str | bytes) -> None:
            message = json.loads(text)
            data = message.get("data")
            if isinstance(data, dict) and "sub" in data:
                self._subscriptions.add(data["sub"])
            if not (self.lost and message.get("ev") in ("db", "presence", "channel")):
                page.send(text)

        server.on_message(passed)


def enter(people: Visitors, name: str, room: str, **options: object) -> Page:
    """A new user, in a room of the test's own."""
    page = people.open(**options)
    sign_up(page, name)
    expect(page.get_by_role("heading", name="# general")).to_be_visible(timeout=WITHIN)
    if not page.get_by_role("link", name=f"# {room}").is_visible():
        page.get_by_label("New room").fill(room)
        page.get_by_role("button", name="Create").click()
    page.get_by_role("link", name=f"# {room}").click()
    expect(page.get_by_role("heading", name=f"# {room}")).to_be_visible(timeout=WITHIN)
    return page


@pytest.fixture
def room() -> str:
    return f"r{secrets.token_hex(4)}"


def test_two_people_talk_see_each_other_and_find_it_again(people: Visitors, room: str) -> None:
    ada, grace = enter(people, "Ada", room), enter(people, "Grace", room)
    expect(ada.locator("#members .online")).to_have_text(["Ada", "Grace"], timeout=WITHIN)
    ada.get_by_label("Message", exact=True).press_sequentially("<b>Hello")
    expect(grace.locator("#typing")).to_have_text("Ada is typing…", timeout=WITHIN)
    ada.get_by_role("button", name="Send", exact=True).click()
    expect(said(grace)).to_have_text(["<b>Hello"], timeout=WITHIN)
    expect(grace.locator("#typing")).to_have_text("")
    say(grace, "Hello Ada", "How is the engine?")
    for page in (ada, grace):
        expect(said(page)).to_have_text(["<b>Hello", "Hello Ada", "How is the engine?"], timeout=WITHIN)
        expect(page.locator("#messages li:not(.more) strong")).to_have_text(["Ada", "Grace"])

    ada.reload()
    expect(said(ada)).to_have_text(["<b>Hello", "Hello Ada", "How is the engine?"], timeout=WITHIN)
    ada.get_by_role("button", name="Remove “<b>Hello”").click()
    expect(said(grace)).to_have_text(["Hello Ada", "How is the engine?"], timeout=WITHIN)
    expect(ada.get_by_role("button", name="Remove “Hello Ada”")).to_have_count(0)

    grace.context.close()
    expect(ada.locator("#members li")).to_have_text(["Ada", "Grace (away)"], timeout=40_000)


def test_a_picture_is_on_the_other_screen_and_other_files_are_links(people: Visitors, room: str) -> None:
    ada, grace = enter(people, "Ada", room), enter(people, "Grace", room)
    ada.locator("#file").set_input_files({"name": "dot.png", "mimeType": "image/png", "buffer": PICTURE})
    picture = grace.get_by_role("img", name="dot.png")
    expect(picture).to_be_visible(timeout=WITHIN)
    assert picture.evaluate("(image) => image.naturalWidth") == 1
    ada.locator("#file").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"x" * 2048}
    )
    link = grace.get_by_role("link", name="notes.txt (2 KiB)")
    expect(link).to_be_visible(timeout=WITHIN)
    fetched = grace.evaluate(
        "(url) => fetch(url).then((answer) => answer.text())", link.get_attribute("href")
    )
    assert fetched == "x" * 2048


def test_what_is_said_without_a_network_is_sent_once_and_in_order(people: Visitors, room: str) -> None:
    ada, grace = enter(people, "Ada", room), enter(people, "Grace", room)
    say(ada, "first")
    expect(said(grace)).to_have_count(1, timeout=WITHIN)
    people.offline(ada, True)
    say(ada, "second", "third")
    expect(ada.locator("#sync")).to_contain_text("Offline", timeout=WITHIN)
    expect(said(ada)).to_have_text(["first", "second", "third"])
    assert said(grace).count() == 1
    people.offline(ada, False)
    for page in (ada, grace):
        expect(said(page)).to_have_text(["first", "second", "third"], timeout=WITHIN)
    expect(ada.locator("#messages .pending")).to_have_count(0, timeout=WITHIN)


@pytest.mark.long
def test_who_has_missed_too_much_reads_rooms_people_and_messages_again(people: Visitors, room: str) -> None:
    ada = people.open()
    events = MissedEvents(ada)
    ada.reload()
    sign_up(ada, "Ada")
    ada.get_by_label("New room").fill(room)
    ada.get_by_role("button", name="Create").click()
    expect(ada.get_by_role("heading", name=f"# {room}")).to_be_visible(timeout=WITHIN)
    expect(ada.locator("#online")).to_have_text("1 online", timeout=WITHIN)
    events.lost = True
    grace = enter(people, "Grace", room)
    say(grace, "Hello")
    expect(grace.locator("#messages .pending")).to_have_count(0, timeout=WITHIN)
    grace.get_by_label("New room").fill(f"{room}-2")
    grace.get_by_role("button", name="Create").click()
    expect(grace.get_by_role("heading", name=f"# {room}-2")).to_be_visible(timeout=WITHIN)
    expect(said(ada)).to_have_count(0)
    events.tell_of_them()
    expect(said(ada)).to_have_text(["Hello"], timeout=WITHIN)
    expect(ada.locator("#messages strong")).to_have_text(["Grace"], timeout=WITHIN)
    expect(ada.get_by_role("link", name=f"# {room}-2")).to_be_visible(timeout=WITHIN)
    expect(ada.locator("#online")).to_have_text("2 online", timeout=WITHIN)


def test_a_message_that_is_refused_says_why_and_can_be_sent_again(people: Visitors, room: str) -> None:
    ada = enter(people, "Ada", room)
    ada.get_by_label("Message", exact=True).evaluate("(field) => { field.maxLength = 9999 }")
    say(ada, "x" * 5000)
    expect(ada.locator("#messages .state")).to_contain_text("Not sent: ", timeout=WITHIN)
    ada.get_by_role("button", name="Send again").click()
    expect(ada.locator("#messages .state")).to_contain_text("Not sent: ", timeout=WITHIN)
    say(ada, "Shorter")
    expect(ada.locator("#messages .pending")).to_have_count(1, timeout=WITHIN)
    ada.reload()
    expect(said(ada)).to_have_text(["Shorter"], timeout=WITHIN)


@pytest.mark.long
def test_other_rooms_tell_of_news_and_old_messages_come_when_asked_for(people: Visitors, room: str) -> None:
    ada = enter(people, "Ada", room)
    say(ada, *(f"message {number}" for number in range(45)))
    expect(ada.locator("#messages .pending")).to_have_count(0, timeout=WITHIN)
    grace = people.open()
    sign_up(grace, "Grace")
    expect(grace.get_by_role("heading", name="# general")).to_be_visible(timeout=WITHIN)
    news = grace.get_by_role("link", name=re.compile(f"# {room}"))
    expect(news).to_be_visible(timeout=WITHIN)
    say(ada, "message 45")
    expect(news).to_have_text(f"# {room} (new messages)", timeout=WITHIN)
    news.click()
    expect(said(grace)).to_have_count(40, timeout=WITHIN)
    expect(news).to_have_text(f"# {room}")
    grace.get_by_role("button", name="Earlier messages").click()
    expect(said(grace)).to_have_text([f"message {number}" for number in range(46)], timeout=WITHIN)
    expect(grace.get_by_role("button", name="Earlier messages")).to_be_hidden()


@pytest.mark.parametrize(
    ("colours", "width"), [pytest.param("light", 1280, marks=pytest.mark.long), ("dark", 360)]
)
def test_it_is_accessible_and_fits(people: Visitors, room: str, colours: str, width: int) -> None:
    page = people.open(colours=colours, width=width)
    page.get_by_role("button", name="Create an account").click()
    people.look(page, f"chat-account-{colours}-{width}")
    grace = enter(people, "Grace", room)
    ada = enter(people, "Ada", room, colours=colours, width=width)
    say(grace, "The compiler is ready. " + "It " + "really " * 30 + "is.", "x" * 120)
    say(ada, "I'll have a look")
    ada.locator("#file").set_input_files({"name": "dot.png", "mimeType": "image/png", "buffer": PICTURE})
    expect(ada.get_by_role("img", name="dot.png")).to_be_visible(timeout=WITHIN)
    expect(said(ada)).to_have_count(4, timeout=WITHIN)
    people.look(ada, f"chat-room-{colours}-{width}")


def test_the_examples_share_their_account_form() -> None:
    assert (folder_of("chat") / "account.js").read_text() == (folder_of("todo") / "account.js").read_text()
