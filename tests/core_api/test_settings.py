"""The environment and the configuration file."""

from pathlib import Path

import pytest

from backpack_api.settings import SettingsError, load_configuration, load_settings
from backpack_contract import environment, ports

GIVEN = {
    environment.CONFIG_FILE: "/etc/backpack/config.json",
    environment.FILES_DIRECTORY: "/data/files",
    environment.MONGO_HOST: "todo-mongo.apps.svc.cluster.local",
    environment.MONGO_USERNAME: "backpack",
    environment.MONGO_PASSWORD: "mongo password",
    environment.REDIS_HOST: "todo-redis.apps.svc.cluster.local",
    environment.REDIS_PASSWORD: "redis password",
}


def set_environment(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_what_the_operator_sets_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(monkeypatch, GIVEN)
    settings = load_settings()
    assert (settings.public_port, settings.admin_port) == (ports.API_PUBLIC, ports.API_ADMIN)
    # OWASP's first recommendation for argon2id.
    assert (settings.password_memory_kib, settings.password_rounds) == (19 * 1024, 2)
    assert settings.trusted_proxies == ()


def test_no_password_is_in_the_text_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(monkeypatch, GIVEN)
    for text in (str(load_settings()), repr(load_settings())):
        assert "mongo password" not in text
        assert "redis password" not in text


@pytest.mark.parametrize("missing", GIVEN)
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    set_environment(monkeypatch, {name: value for name, value in GIVEN.items() if name != missing})
    monkeypatch.delenv(missing, raising=False)
    with pytest.raises(SettingsError, match=missing):
        load_settings()


def test_a_configuration_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no-such\.json"):
        load_configuration(tmp_path / "no-such.json")
