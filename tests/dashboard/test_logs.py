"""What pods write, live in the page: the API server hands it on from a node."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from websockets.sync.client import ClientConnection, connect

from support.command_line import CommandLine
from support.dashboard import Dashboard, Visitor
from support.dashboard_program import Program, new_token, revoke
from support.kubelet import Kubelet
from support.waiting import eventually

WITHIN = 40


def backpack(dashboard: Dashboard, ada: Visitor, name: str, **spec: object) -> str:
    """A new one that ada sees; where its pages are."""
    dashboard.cluster.backpack(dashboard.namespace, name, admins=["ada"], **spec)
    place = f"/backpacks/{dashboard.namespace}/{name}"
    eventually(lambda: ada.get(f"{place}/logs").status_code == 200, within=30)
    return place


@contextmanager
def watched(ada: Visitor, place: str, **query: str) -> Iterator[ClientConnection]:
    """The socket of the tab."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    url = ada.dashboard.url.replace("http", "ws") + f"/live{place}/logs?{asked}"
    headers = {"Cookie": ada.cookie}
    with connect(url, origin=ada.dashboard.url, additional_headers=headers, proxy=None) as socket:  # type: ignore[arg-type]
        yield socket


def read_until(socket: ClientConnection, words: str) -> str:
    """All that came until these words did."""
    text = ""
    while words not in text:
        try:
            text += str(socket.recv(timeout=WITHIN))
        except TimeoutError:
            pytest.fail(f"{words!r} didn't come, but {text[-3000:]}")
    return text


def delete(dashboard: Dashboard, path: str) -> None:
    dashboard.cluster.api.request("DELETE", f"{path}?gracePeriodSeconds=0")


def test_lines_come_as_they_are_written_also_of_the_next_pod(
    dashboard: Dashboard, ada: Visitor, kubelet: Kubelet
) -> None:
    place = backpack(dashboard, ada, "logged")
    first = kubelet.run(dashboard.cluster, dashboard.namespace, "logged", "logged-api-5d8f-aaaaa")
    kubelet.write("logged-api-5d8f-aaaaa", "2026-01-01T10:00:00.1Z", "<script>alert(1)</script>")
    kubelet.write("logged-api-5d8f-aaaaa", "2026-01-01T12:00:00.2+02:00", "\x1b[31mred\x1b[0m \x00")
    kubelet.write("logged-api-5d8f-aaaaa", "2026-01-01T10:00:00.3Z", "x" * 200_000 + "END")

    with watched(ada, place, component="api") as socket:
        text = read_until(socket, "xxx…</li>")
        assert "5d8f-aaaaa" in text
        assert "&lt;script&gt;alert(1)" in text
        assert "<script" not in text
        assert "10:00:00 aaaaa</span> red </li>" in text
        assert "END" not in text
        kubelet.write("logged-api-5d8f-aaaaa", "2026-01-01T10:00:01Z", "while it is looked at")
        assert "while it is" in read_until(socket, "looked at")

        kubelet.end("logged-api-5d8f-aaaaa")
        delete(dashboard, first)
        second = kubelet.run(dashboard.cluster, dashboard.namespace, "logged", "logged-api-5d8f-bbbbb")
        kubelet.write("logged-api-5d8f-bbbbb", "2026-01-01T10:00:02Z", "the next pod")
        assert "looked at" not in read_until(socket, "the next pod")
    delete(dashboard, second)


def test_a_stream_that_breaks_off_goes_on_without_a_line_twice(
    dashboard: Dashboard, ada: Visitor, kubelet: Kubelet
) -> None:
    place = backpack(dashboard, ada, "broken")
    pod = kubelet.run(dashboard.cluster, dashboard.namespace, "broken", "broken-api-1-a")
    kubelet.write("broken-api-1-a", "2026-01-01T10:00:00.123456789Z", "before")

    with watched(ada, place) as socket:
        read_until(socket, "before</li>")
        kubelet.end("broken-api-1-a")
        eventually(lambda: not kubelet.reading["broken-api-1-a"], within=WITHIN)
        kubelet.write("broken-api-1-a", "2026-01-01T10:00:00.2Z", "after")
        assert "before</li>" not in read_until(socket, "after</li>")
    assert any("sinceTime=2026-01-01T10%3A00%3A00Z" in asked for asked in kubelet.asked)
    delete(dashboard, pod)


def test_components_pods_and_what_was_before_a_restart_can_be_chosen(
    dashboard: Dashboard, ada: Visitor, kubelet: Kubelet
) -> None:
    place = backpack(dashboard, ada, "chosen")
    ended = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
    waits = {"waiting": {"reason": "CrashLoopBackOff"}}
    status = {"restartCount": 3, "state": waits, "lastState": ended}
    pods = [
        kubelet.run(dashboard.cluster, dashboard.namespace, "chosen", "chosen-mongo-1-a", "mongo", **status),
        kubelet.run(dashboard.cluster, dashboard.namespace, "chosen", "chosen-mongo-1-b", "mongo"),
        kubelet.run(dashboard.cluster, dashboard.namespace, "chosen", "chosen-web-1-a", "web"),
    ]
    for pod in ("chosen-mongo-1-a", "chosen-mongo-1-a/previous", "chosen-mongo-1-b", "chosen-web-1-a"):
        kubelet.write(pod, "2026-01-01T10:00:00Z", f"written by {pod}")
        kubelet.end(pod)

    with watched(ada, place, component="web") as socket:
        assert "mongo" not in read_until(socket, "written by chosen-web-1-a<")
    with watched(ada, place, component="mongo", pod="chosen-mongo-1-a") as socket:
        text = read_until(socket, "written by chosen-mongo-1-a<")
        assert "CrashLoopBackOff, restarted 3×" in text
        assert f'href="{place}/logs?component=mongo&amp;pod=chosen-mongo-1-a&amp;previous=true"' in text
        assert "pod=chosen-mongo-1-b&amp;previous" not in text
        assert "written by chosen-mongo-1-b" not in text
    with watched(ada, place, component="mongo", pod="chosen-mongo-1-a", previous="true") as socket:
        read_until(socket, "written by chosen-mongo-1-a/previous<")
    with watched(ada, place, component="mongo", pod="chosen-mongo-1-b", previous="true") as socket:
        # Another pod has something of before; this one hasn't.
        read_until(socket, "restarted, or what it wrote before")
    with watched(ada, place, component="mongo", pod="kube-apiserver") as socket:
        read_until(socket, "there any more. Choose another one.")
    assert not any("kube-apiserver" in asked for asked in kubelet.asked)
    for path in pods:
        delete(dashboard, path)


def test_a_log_ends_for_whoever_may_no_longer_see_it(
    dashboard: Dashboard, ada: Visitor, kubelet: Kubelet
) -> None:
    place = backpack(dashboard, ada, "taken-back")
    pod = kubelet.run(dashboard.cluster, dashboard.namespace, "taken-back", "taken-back-api-1-a")
    kubelet.write("taken-back-api-1-a", "2026-01-01T10:00:00Z", "for ada")
    path = f"/apis/backpack.dev/v1alpha1/namespaces/{dashboard.namespace}/backpacks/taken-back"

    with watched(ada, place) as socket:
        read_until(socket, "for ada")
        dashboard.cluster.api.merge(path, {"spec": {"admins": ["bob"]}})
        eventually(lambda: ada.get(f"{place}/logs").status_code == 404, within=30)
        kubelet.write("taken-back-api-1-a", "2026-01-01T10:00:01Z", "for bob alone")
        # Until the dashboard closes it.
        assert "for bob alone" not in "".join(str(text) for text in socket)

    def nobody_reads() -> bool:
        kubelet.write("taken-back-api-1-a", "2026-01-01T10:00:02Z", "noticed by the next line")
        return not kubelet.reading["taken-back-api-1-a"]

    eventually(nobody_reads, within=WITHIN)
    delete(dashboard, pod)


def test_without_a_pod_it_is_said_why(dashboard: Dashboard, ada: Visitor) -> None:
    for name, spec, words in (
        ("asleep", {"suspend": True}, "It is suspended"),
        ("unmade", {}, "The operator has not looked at it yet"),
    ):
        with watched(ada, backpack(dashboard, ada, name, **spec)) as socket:
            read_until(socket, words)


@pytest.fixture
def program(dashboard: Dashboard, ada: Visitor) -> Iterator[Program]:
    """Of ada, who may look."""
    token = new_token(ada)
    yield Program(dashboard, token)
    if Program(dashboard, token).status() == 200:
        revoke(ada, token)


def test_a_program_reads_what_is_there(
    dashboard: Dashboard, ada: Visitor, kubelet: Kubelet, program: Program
) -> None:
    place = backpack(dashboard, ada, "told")
    status = {"restartCount": 1, "lastState": {"terminated": {"exitCode": 1}}}
    pods = [
        kubelet.run(dashboard.cluster, dashboard.namespace, "told", "told-api-1-a", **status),
        kubelet.run(dashboard.cluster, dashboard.namespace, "told", "told-api-1-b"),
    ]
    for pod in ("told-api-1-a", "told-api-1-a/previous", "told-api-1-b"):
        kubelet.write(pod, "2026-01-01T10:00:00.5Z", f"<b>{pod}</b>")
        kubelet.end(pod)

    def read(query: str = "") -> list[dict[str, Any]]:
        with program.lines(f"{place}/logs{query}") as lines:
            return list(lines)

    first, a, b, last = read()
    assert [one["pod"] for one in first["pods"]] == ["told-api-1-a", "told-api-1-b"]
    assert (first["trouble"], first["pods"][0]["restarts"], first["pods"][0]["previous"]) == (None, 1, True)
    assert a == {
        "type": "line",
        "pod": "told-api-1-a",
        "at": "2026-01-01T10:00:00.500000Z",
        "text": "<b>told-api-1-a</b>",
    }
    assert (b["text"], last) == ("<b>told-api-1-b</b>", {"type": "end", "reason": "done"})
    assert [one.get("text") for one in read("?pod=told-api-1-b&tail=5")] == [None, b["text"], None]
    assert any("tailLines=5" in asked and "follow" not in asked for asked in kubelet.asked)
    before = read("?previous=true&follow=true")
    assert [one.get("text") for one in before] == [None, "<b>told-api-1-a/previous</b>", None]
    assert "No pod of this component" in read("?component=web")[0]["trouble"]
    assert "Choose another one" in read("?pod=kube-apiserver")[0]["trouble"]
    assert program.status("GET", f"{place}/logs?component=etcd") == 422
    assert program.status("GET", f"{place}/logs?tail=1000000") == 422
    for path in pods:
        delete(dashboard, path)


def test_a_program_follows_for_as_long_as_it_may(
    dashboard: Dashboard, ada: Visitor, kubelet: Kubelet, program: Program
) -> None:
    place = backpack(dashboard, ada, "followed-log")
    pod = kubelet.run(dashboard.cluster, dashboard.namespace, "followed-log", "followed-log-api-1-a")
    kubelet.write("followed-log-api-1-a", "2026-01-01T10:00:00Z", "there already")
    path = f"/apis/backpack.dev/v1alpha1/namespaces/{dashboard.namespace}/backpacks/followed-log"

    with program.lines(f"{place}/logs?follow=true") as lines:
        assert next(lines)["type"] == "pods"
        assert next(lines)["text"] == "there already"
        kubelet.write("followed-log-api-1-a", "2026-01-01T10:00:01Z", "while it is read")
        assert next(lines)["text"] == "while it is read"
        revoke(ada, program.token)
        assert next(lines) == {"type": "end", "reason": "signedOut"}
    token = new_token(ada)
    with Program(dashboard, token).lines(f"{place}/logs?follow=true") as lines:
        assert next(lines)["type"] == "pods"
        dashboard.cluster.api.merge(path, {"spec": {"admins": ["bob"]}})
        assert list(lines)[-1] == {"type": "end", "reason": "gone"}
    revoke(ada, token)
    delete(dashboard, pod)


def test_the_command_line_prints_them(
    dashboard: Dashboard, ada: Visitor, kubelet: Kubelet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backpack(dashboard, ada, "printed")
    pods = [
        kubelet.run(dashboard.cluster, dashboard.namespace, "printed", f"printed-api-1-{n}") for n in "ab"
    ]
    for n in "ab":
        kubelet.write(f"printed-api-1-{n}", "2026-01-01T10:00:00Z", f"\x1b[31mwritten by {n}")
        kubelet.end(f"printed-api-1-{n}")
    token = new_token(ada)
    command = CommandLine(tmp_path)
    assert command("login", dashboard.url, stdin=token).code == 0

    def both() -> None:
        printed = command("logs", "printed")
        assert printed.code == 0, printed.err
        assert sorted(printed.out.splitlines()) == [f"printed-api-1-{n} written by {n}" for n in "ab"]

    eventually(lambda: both() or True, within=30)
    monkeypatch.setenv("KUBECONFIG", str(dashboard.cluster.plane.kubeconfig))
    direct = command("logs", f"{dashboard.namespace}/printed", plugin=True)
    assert direct.out.splitlines() == [f"printed-api-1-{n} written by {n}" for n in "ab"]
    (line,) = command("logs", "printed", "--pod", "printed-api-1-a", "--json").lines
    assert (line["pod"], line["text"]) == ("printed-api-1-a", "written by a")
    assert command("logs", "printed", "-c", "web").out == ""
    revoke(ada, token)
    for path in pods:
        delete(dashboard, path)


@pytest.mark.parametrize("direct", [False, True], ids=["by the dashboard", "from the cluster"])
def test_the_command_line_follows_them(
    dashboard: Dashboard, ada: Visitor, kubelet: Kubelet, tmp_path: Path, direct: bool
) -> None:
    name = "read-directly" if direct else "read-by-dashboard"
    backpack(dashboard, ada, name)
    first, second = f"{name}-api-1-a", f"{name}-api-1-b"
    pods = [kubelet.run(dashboard.cluster, dashboard.namespace, name, first)]
    kubelet.write(first, "2026-01-01T10:00:00Z", "before")
    token = new_token(ada)
    given = {
        "BACKPACK_DASHBOARD": dashboard.url,
        "BACKPACK_TOKEN": token,
        "KUBECONFIG": str(dashboard.cluster.plane.kubeconfig),
        "XDG_CONFIG_HOME": str(tmp_path),
        "PYTHONUNBUFFERED": "1",
    }
    kubeconfig = yaml.safe_load(dashboard.cluster.plane.kubeconfig.read_text())
    context = ["--context", kubeconfig["current-context"]] if direct else []
    command = [sys.executable, "-m", "backpack_cli", *context, "logs", f"{dashboard.namespace}/{name}", "-f"]
    with subprocess.Popen(command, env={**os.environ, **given}, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "before\n"
        kubelet.write(first, "2026-01-01T10:00:01Z", "while it is followed")
        assert process.stdout.readline() == "while it is followed\n"
        pods.append(kubelet.run(dashboard.cluster, dashboard.namespace, name, second))
        kubelet.write(second, "2026-01-01T10:00:02Z", "the next pod")
        assert process.stdout.readline() == f"{second} the next pod\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
    revoke(ada, token)
    for pod in (first, second):
        kubelet.end(pod)
    for path in pods:
        delete(dashboard, path)
