"""A backpack's API as an outside client meets it: by hostname, through Traefik."""

import json
import ssl
from typing import Any

import httpx

PASSWORD = "correct horse battery"


class HostTransport(httpx.HTTPTransport):
    """Sends requests for any `*.localhost` name to one loopback port.

    Python's resolver doesn't know `*.localhost` on every machine; browsers and
    curl do. The Host header, and the name in the TLS handshake, stay what the URL says.
    """

    def __init__(self, port: int, trust: ssl.SSLContext | None = None) -> None:
        super().__init__(retries=0, verify=trust or True)
        self.port = port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        # A request of its own: cookies are kept by the name in the client's.
        here = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1", port=self.port),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )
        return super().handle_request(here)


def open_client(origin: str, trust: ssl.SSLContext | None = None, **options: Any) -> httpx.Client:
    """An httpx client of `scheme://host:port`, with its own cookies. `trust`: of another
    authority than the public ones."""
    port = httpx.URL(origin).port or 80
    return httpx.Client(base_url=origin, transport=HostTransport(port, trust), timeout=15, **options)


class BackpackClient:
    """One user of one backpack, signed in by a token."""

    def __init__(
        self, api_url: str, email: str, password: str = PASSWORD, trust: ssl.SSLContext | None = None
    ) -> None:
        self.email = email
        self.password = password
        self.http = open_client(api_url, trust)
        self.user: dict[str, Any] = {}

    def __enter__(self) -> "BackpackClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def register(self) -> httpx.Response:
        return self.http.post("/auth/register", json={"email": self.email, "password": self.password})

    def login(self) -> httpx.Response:
        body = {"email": self.email, "password": self.password, "token": True}
        answer = self.http.post("/auth/login", json=body)
        self.http.cookies.clear()
        if answer.status_code == 200:
            self.user = answer.json()["user"]
            self.http.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return answer

    def sign_up(self) -> "BackpackClient":
        """Register and log in, with a collection `tasks` to use; fails loudly where anything is refused."""
        for call, status in ((self.register, 201), (self.login, 200)):
            answer = call()
            assert answer.status_code == status, answer.text
        self.make_collection("tasks")
        return self

    def make_collection(self, name: str) -> None:
        """Make a collection, unless somebody has."""
        answer = self.http.post("/collections", json={"name": name})
        assert answer.status_code in {201, 409}, answer.text

    def create(self, collection: str, document: dict[str, Any]) -> dict[str, Any]:
        answer = self.http.post(f"/db/{collection}", json=document)
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    def titles(self, collection: str) -> set[str]:
        """The `title` of every document that the user may read, over all pages."""
        found: set[str] = set()
        cursor = None
        while True:
            query = {"limit": "100"} | ({"cursor": cursor} if cursor else {})
            answer = self.http.get(f"/db/{collection}", params=query)
            assert answer.status_code == 200, answer.text
            page = json.loads(answer.text)
            found |= {item["title"] for item in page["items"]}
            cursor = page["nextCursor"]
            if cursor is None:
                return found
