"""Where the dashboard is, and the token: kept in a file that only its owner reads."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .errors import CliError, Exit

URL_VARIABLE = "BACKPACK_DASHBOARD"
TOKEN_VARIABLE = "BACKPACK_TOKEN"  # noqa: S105  a name
_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Login:
    """A dashboard's URL without a slash at its end, and a personal access token."""

    url: str
    token: str


def path(environment: Mapping[str, str] = os.environ) -> Path:
    """Where logins are kept: `$XDG_CONFIG_HOME/backpack/login.json`."""
    home = environment.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "backpack" / "login.json"


def load(environment: Mapping[str, str] = os.environ) -> Login:
    """The variables, or what was kept. Raises `CliError` where there is neither."""
    kept = _kept(path(environment))
    url = environment.get(URL_VARIABLE, "").strip() or (kept.url if kept else "")
    token = environment.get(TOKEN_VARIABLE, "").strip()  # a file's last line break comes along easily
    if not token and kept and kept.url == dashboard_url(url):
        token = kept.token  # another dashboard's isn't sent here
    if not url or not token:
        raise CliError("You aren't logged in: backpack login https://YOUR-DASHBOARD", Exit.NOT_ALLOWED)
    return Login(dashboard_url(url), token)


def keep(login: Login) -> None:
    """Write it, as a whole or not at all, for its owner only."""
    target = path()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent)  # of mode 0600
    try:
        with os.fdopen(handle, "w") as file:
            json.dump(asdict(login), file)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def forget() -> bool:
    """Remove what was kept; whether there was anything."""
    try:
        path().unlink()
    except FileNotFoundError:
        return False
    return True


def dashboard_url(given: str) -> str:
    """The URL that is meant. Raises `CliError` for one over which a token would be in the open."""
    url = (given if "://" in given else f"https://{given}").rstrip("/")
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query or parts.fragment:
        raise CliError(f"{given} is no dashboard's URL; one is https://admin.example.com", Exit.USAGE)
    if parts.scheme == "http" and not _is_local(host):
        raise CliError(f"Over {url} anybody on the way could read your token: use https.", Exit.USAGE)
    return url


def without_tls(given: str) -> str | None:
    """The URL that `given`, which has no scheme, may mean as well; None: a token isn't sent there so."""
    url = f"http://{given}".rstrip("/")
    return url if "://" not in given and _is_local(urlsplit(url).hostname or "") else None


def _is_local(host: str) -> bool:
    return host in _LOCAL or host.endswith(".localhost")


def _kept(file: Path) -> Login | None:
    try:
        content = json.loads(file.read_text())
        return Login(str(content["url"]), str(content["token"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise CliError(f"{file} can't be read: log in again.", Exit.NOT_ALLOWED) from None
