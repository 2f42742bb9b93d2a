"""The project's own cluster, for Linux machines without Docker."""

from collections.abc import Mapping

from backpack_devcluster import cluster as node
from backpack_devcluster.cluster import Cluster
from backpack_devcluster.report import Report
from backpack_images.build import BuiltImage, build_all

from .source import CHART


class DevclusterProvider:
    """`devcluster`: one per machine."""

    values = CHART / "ci/devcluster-values.yaml"
    images: tuple[str, ...] = ("core-api", "operator", "dashboard", "web", "redis", "ferretdb")

    def running(self) -> Cluster | None:
        return node.running()

    def up(self, report: Report) -> Cluster:
        return node.up(report, build_all)

    def load(self, images: Mapping[str, BuiltImage], report: Report) -> None:
        node.load(images.values(), report)

    def down(self, report: Report) -> None:
        node.down(report)
