"""How browsers reach a backpack: what its spec asks for and the operator's settings,
taken together. Whether there is HTTPS decides about entry points, URLs and cookies."""

from dataclasses import dataclass
from typing import Literal

from backpack_operator.model.backpack import Backpack
from backpack_operator.settings import Settings

Source = Literal["EntryPoint", "Resolver", "Secret", "Disabled"]


@dataclass(frozen=True, slots=True)
class EffectiveTls:
    """`source`: where the certificate comes from. `EntryPoint`: from Traefik's own
    configuration of the entry point, a wildcard's for example; `Disabled`: no HTTPS."""

    source: Source
    resolver: str | None = None
    """With the source Resolver: its name in Traefik's configuration; None where neither
    the Backpack nor the operator names one."""
    secret_name: str | None = None

    @property
    def on(self) -> bool:
        return self.source != "Disabled"

    @property
    def scheme(self) -> Literal["http", "https"]:
        return "https" if self.on else "http"


def effective_tls(backpack: Backpack, settings: Settings) -> EffectiveTls:
    asked = backpack.tls
    source: Source = settings.tls_mode if asked.mode == "Inherit" else asked.mode
    if source == "Resolver":
        return EffectiveTls(source, resolver=asked.resolver or settings.tls_resolver)
    if source == "Secret":
        return EffectiveTls(source, secret_name=asked.secret_name)
    return EffectiveTls(source)
