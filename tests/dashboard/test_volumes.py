"""How large a backpack's volumes are to be, in the list: by its spec, and by nothing else."""

from typing import Any

import pytest

from backpack_dashboard.domain.volumes import asked
from backpack_dashboard.settings import PREFIX, SettingsError, load_settings
from support.dashboard import Dashboard, Visitor
from support.waiting import eventually


def spec(database: str, files: str, cache: str) -> dict[str, Any]:
    sizes = {"database": database, "files": files, "cache": cache}
    return {part: {"storage": {"size": size}} for part, size in sizes.items()}


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        (("1Gi", "1Gi", "256Mi"), 2 * 2**30 + 256 * 2**20),
        (("1G", "500M", "1024"), 1_500_001_024),
        (("1.5Gi", "0.5Gi", "1Ki"), 2 * 2**30 + 1024),
        (("many", "1Gi", "1Gi"), None),
    ],
)
def test_the_sum_is_exact_or_none(sizes: tuple[str, str, str], expected: int | None) -> None:
    found = asked(spec(*sizes))

    assert found.bytes == expected
    assert found.words == "Database {}, Files {}, Cache {}".format(*sizes)


@pytest.mark.parametrize("limit", ["20 gigabytes", "-1Gi", "Gi"])
def test_a_limit_that_is_no_quantity_is_said_when_the_program_starts(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {
        "PUBLIC_URL": "http://a.test",
        "DOMAIN": "a.test",
        "NAMESPACE": "a",
        "REDIS_HOST": "r",
        "REDIS_PASSWORD": "p",
        "STORAGE_PER_DEVELOPER": limit,
    }
    for name, value in given.items():
        monkeypatch.setenv(PREFIX + name, value)

    with pytest.raises(SettingsError, match=f"{PREFIX}STORAGE_PER_DEVELOPER: .*such as 20Gi"):
        load_settings()
    monkeypatch.setenv(f"{PREFIX}STORAGE_PER_DEVELOPER", "20Gi")
    assert load_settings().storage_per_developer == "20Gi"


def test_without_sizes_there_is_no_sum() -> None:
    assert asked({}).bytes is None


def test_the_list_shows_it_with_its_parts(dashboard: Dashboard, ada: Visitor) -> None:
    large = {"storage": {"size": "10Gi"}}
    dashboard.cluster.backpack(dashboard.namespace, "large", admins=["ada"], database=large)

    eventually(lambda: "11.2 GiB" in ada.get("/").text, within=20)
    assert "Database 10Gi, Files 1Gi, Cache 256Mi" in ada.get("/").text
