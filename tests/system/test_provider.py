"""Who runs the cluster: kind where Docker answers, else the project's own, else nobody."""

import os
import platform

import pytest

from backpack_dev import provider
from backpack_dev.devcluster_provider import DevclusterProvider
from backpack_dev.errors import NoProvider
from backpack_dev.kind_provider import KindProvider


def machine(monkeypatch: pytest.MonkeyPatch, *, docker: bool, system: str, user: int) -> None:
    monkeypatch.setattr(provider, "docker_answers", lambda: docker)
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(os, "geteuid", lambda: user)


def test_with_docker_it_is_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, docker=True, system="Darwin", user=501)
    assert isinstance(provider.choose(), KindProvider)


def test_on_linux_as_root_without_docker_it_is_the_projects_own(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, docker=False, system="Linux", user=0)
    assert isinstance(provider.choose(), DevclusterProvider)


@pytest.mark.parametrize(("system", "user"), [("Linux", 1000), ("Darwin", 0)])
def test_else_the_message_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, system: str, user: int
) -> None:
    machine(monkeypatch, docker=False, system=system, user=user)
    with pytest.raises(NoProvider, match=r"Docker.*root"):
        provider.choose()
