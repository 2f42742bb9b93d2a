"""Somebody who writes one document after the other, while others listen."""

import httpx

from support.core_api import Person


def write(person: Person, collection: str, documents: int) -> None:
    """Documents `{n: 0}`, `{n: 1}`, … through the replica that the person is signed in at."""
    with httpx.Client(base_url=person.client.base_url, headers=person.client.headers, timeout=20) as client:
        for n in range(documents):
            assert client.post(f"/db/{collection}", json={"n": n}).status_code == 201


def count(person: Person, collection: str) -> int:
    """How many documents there are."""
    query: dict[str, str | int] = {"total": "true", "limit": 1}
    total: int = person.client.get(f"/db/{collection}", params=query).json()["total"]
    return total
