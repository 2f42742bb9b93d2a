"""What the process holds in memory once nobody asks anything of it."""

from collections.abc import Callable

import psutil
import pytest

from support.core_api import CoreApi, new_person
from support.waiting import eventually

MIB = 1024 * 1024


@pytest.mark.long
def test_the_memory_of_hashes_is_given_back_when_nobody_signs_in(start_api: Callable[..., CoreApi]) -> None:
    api = start_api(BACKPACK_PASSWORD_MEMORY_KIB="28672")
    process = psutil.Process(api.pid)
    before = process.memory_info().rss
    new_person(api)
    assert process.memory_info().rss > before + 20 * MIB
    eventually(lambda: process.memory_info().rss < before + 10 * MIB, within=20)
