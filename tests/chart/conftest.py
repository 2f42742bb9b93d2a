"""Helm, compiled by the first test that asks for it."""

import pytest

from backpack_devcluster import gobuild
from backpack_devcluster.report import PlainReport
from support.helm import Helm


@pytest.fixture
def helm() -> Helm:
    return Helm(gobuild.build("helm", PlainReport()))
