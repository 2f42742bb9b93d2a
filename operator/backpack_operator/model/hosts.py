"""Where a backpack is found from outside: hosts, origins and URLs."""

from dataclasses import dataclass

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Hosts:
    """The two hosts of a backpack under one hostname."""

    site: str
    api: str
    scheme: str
    port: int | None

    @property
    def site_origin(self) -> str:
        """`scheme://host[:port]`, without the scheme's own port; also the site's URL."""
        return self._origin(self.site)

    @property
    def api_origin(self) -> str:
        return self._origin(self.api)

    def _origin(self, host: str) -> str:
        port = "" if self.port in (None, _DEFAULT_PORTS[self.scheme]) else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def hosts(hostname: str, domain: str, scheme: str, port: int | None) -> Hosts:
    """`hostname` never ends in -api (the schema refuses it), so that the API's host
    can't be another backpack's site."""
    return Hosts(f"{hostname}.{domain}", f"{hostname}-api.{domain}", scheme, port)
