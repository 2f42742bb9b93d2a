"""What of the settings stands in pods, and nothing else does."""

from collections.abc import Callable
from typing import Any

import pytest

from backpack_operator.model.backpack import Backpack
from backpack_operator.model.runtime import Images, Runtime
from backpack_operator.settings import Settings
from backpack_operator.specs.children import workloads
from backpack_operator.specs.engines import ENGINES

CREDENTIALS = {"redis-users.acl": "user default on", "mongo-password": "secret"}
OTHER: dict[str, Any] = {
    "image_api": "other/api:9",
    "image_web": "other/web:9",
    "image_redis": "other/redis:9",
    "image_ferretdb": "other/ferretdb:9",
    "image_mongodb": "other/mongodb:9",
    "image_pull_policy": "Always",
    "traefik_addresses": "10.1.0.0/16, fd00::/64",
    "cluster_domain": "other.local",
}
"""The settings that pods are made with, each with another value."""


class Read(Settings):
    """Notes which of its fields are read."""

    def __getattribute__(self, name: str) -> Any:
        if name in Settings.model_fields:
            READ.add(name)
        return super().__getattribute__(name)


READ: set[str] = set()


def with_others(settings: Settings, **others: Any) -> Settings:
    return Settings(**{**settings.model_dump(), **others})


def pods(backpack: Backpack, settings: Settings, engine: str) -> list[Any]:
    return [body["spec"]["template"] for body in workloads(backpack, settings, engine, CREDENTIALS)]


@pytest.mark.parametrize("engine", ENGINES)
def test_it_is_the_same_after_it_was_written_and_read(settings: Settings, engine: str) -> None:
    runtime = Runtime.of(with_others(settings, **OTHER), engine)
    assert Runtime.parse(runtime.to_dict()) == runtime
    assert runtime.images == Images(f"other/{engine}:9", "other/redis:9", "other/api:9", "other/web:9")
    assert runtime.trusted_proxies == ("10.1.0.0/16", "fd00::/64")


@pytest.mark.parametrize("engine", ENGINES)
def test_pods_of_a_backpack_that_waits_are_what_they_were(
    make_backpack: Callable[..., Backpack], settings: Settings, engine: str
) -> None:
    former = with_others(settings, **OTHER)
    runtime = Runtime.of(former, engine)
    kept = runtime.within(settings, engine)
    assert pods(make_backpack(), kept, engine) == pods(make_backpack(), former, engine)
    assert pods(make_backpack(), kept, engine) != pods(make_backpack(), settings, engine)
    assert kept.domain == settings.domain


def test_no_other_setting_stands_in_a_pod_so_that_none_goes_past_the_waves(
    make_backpack: Callable[..., Backpack], settings: Settings
) -> None:
    """One that does belongs into `Runtime`."""
    files = {"storage": {"accessMode": "ReadWriteMany"}}
    for backpack in (make_backpack(), make_backpack(files=files, api={"replicas": 2, "logLevel": "debug"})):
        for engine in ENGINES:
            reading = Read(**settings.model_dump())
            READ.clear()
            pods(backpack, reading, engine)
            assert READ
            assert set(OTHER) >= READ


def test_what_is_new_is_named(settings: Settings) -> None:
    former = Runtime.of(settings, "ferretdb")
    assert former.news(former) == ""
    image = Runtime.of(with_others(settings, image_api="other/api:9"), "ferretdb")
    assert image.news(former) == "other/api:9 (api)"
    everything = Runtime.of(with_others(settings, **OTHER), "ferretdb").news(former)
    for word in ("other/ferretdb:9 (mongo)", "other/web:9 (web)", "pull policy `Always`", "fd00::/64"):
        assert word in everything
