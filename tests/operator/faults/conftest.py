"""An API server on which nobody writes but the tests and the operators they kill."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.control_plane import start_control_plane
from support.fault_stage import FaultStage
from support.mortal_operator import MortalOperators
from support.operated_cluster import Operated, OperatedCluster


@pytest.fixture(scope="session")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OperatedCluster]:
    """Without the controller manager: no pods, no garbage collector."""
    directory = tmp_path_factory.mktemp("quiet")
    with (
        start_control_plane(directory / "plane", controller_manager=False) as plane,
        OperatedCluster(plane) as cluster,
    ):
        cluster.install()
        yield cluster


@pytest.fixture
def operated(quiet: OperatedCluster, tmp_path: Path) -> Iterator[Operated]:
    """The real program, for two namespaces of a test's own."""
    own, namespace, other = (quiet.namespace(prefix) for prefix in ("system", "apps", "other"))
    with quiet.operator(tmp_path, own, namespace, other) as operator:
        yield Operated(quiet, operator, namespace, other, own)


@pytest.fixture
def operators(quiet: OperatedCluster) -> MortalOperators:
    return MortalOperators(quiet.plane)


@pytest.fixture
def stage(quiet: OperatedCluster) -> FaultStage:
    return FaultStage(quiet)
