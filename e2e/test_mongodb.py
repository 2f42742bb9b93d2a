"""A backpack on the engine for production, whose image comes from its registry: kind's nodes reach that."""

import pytest

from backpack_images.engine import docker_answers
from support.backpack_client import BackpackClient
from support.backpacks import pod_of, unique
from support.kubectl import Kubectl, backpack
from support.waiting import eventually

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not docker_answers(),
        reason="the project's own cluster has no image of MongoDB: this needs a Docker engine, and so kind",
    ),
]


def test_documents_outlive_the_pod(namespace: Kubectl) -> None:
    name = unique("mongo")
    namespace.apply(backpack(name, database={"engine": "mongodb"}))
    made = namespace.wait_ready(name, within=400)
    with BackpackClient(made["status"]["apiUrl"], "ada@example.com") as ada:
        ada.sign_up()
        titles = {ada.create("tasks", {"title": f"task {number}"})["title"] for number in range(20)}
        former = pod_of(namespace, name, "mongo")["metadata"]["name"]
        namespace.run("delete", "pod", former, "--wait=true", timeout=90)
        eventually(lambda: ada.titles("tasks") == titles, within=120)
