"""A real API server for tests: etcd, kube-apiserver, and the garbage collector.

A conftest takes the fixture by importing it:

    from support.control_plane import control_plane  # noqa: F401
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from backpack_devcluster.control_plane import running
from backpack_devcluster.plane import ControlPlane
from backpack_devcluster.report import PlainReport

__all__ = ["ControlPlane", "control_plane", "start_control_plane"]


def start_control_plane(
    directory: Path, *, controller_manager: bool = True, scheduler: bool = False
) -> AbstractContextManager[ControlPlane]:
    """A control plane of the test's own, on free ports, gone at the end of the block.

    The first one on a machine compiles Kubernetes, which takes minutes and is told.
    """
    return running(
        directory, controller_manager=controller_manager, scheduler=scheduler, report=PlainReport()
    )


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """One control plane for all tests of a worker: they must use names of their own."""
    with start_control_plane(tmp_path_factory.mktemp("control-plane")) as plane:
        yield plane
