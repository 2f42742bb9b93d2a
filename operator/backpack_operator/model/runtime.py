"""What of the operator's settings stands in a backpack's pods, so that a change of it
replaces them. It is kept with each Backpack: a change goes over the fleet in waves, and
until its turn comes a Backpack is rendered with what it had."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from backpack_operator.settings import Settings


@dataclass(frozen=True, slots=True)
class Images:
    """The image of each component."""

    mongo: str
    redis: str
    api: str
    web: str

    def to_dict(self) -> dict[str, str]:
        return {"mongo": self.mongo, "redis": self.redis, "api": self.api, "web": self.web}


@dataclass(frozen=True, slots=True)
class Runtime:
    """All that the builders of Deployments take of the settings; a test sees to it that
    there is nothing else."""

    images: Images
    pull_policy: str
    trusted_proxies: tuple[str, ...]
    cluster_domain: str

    @classmethod
    def of(cls, settings: Settings, engine: str) -> "Runtime":
        """What the settings say for a backpack with this database engine."""
        images = Images(
            mongo=getattr(settings, _engine_setting(engine)),
            redis=settings.image_redis,
            api=settings.image_api,
            web=settings.image_web,
        )
        proxies = tuple(str(network) for network in settings.traefik_addresses)
        return cls(images, settings.image_pull_policy, proxies, settings.cluster_domain)

    @classmethod
    def parse(cls, written: Mapping[str, Any]) -> "Runtime":
        return cls(
            images=Images(**{name: written["images"][name] for name in ("mongo", "redis", "api", "web")}),
            pull_policy=written["imagePullPolicy"],
            trusted_proxies=tuple(written.get("trustedProxies") or ()),
            cluster_domain=written["clusterDomain"],
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "images": self.images.to_dict(),
            "imagePullPolicy": self.pull_policy,
            "trustedProxies": list(self.trusted_proxies),
            "clusterDomain": self.cluster_domain,
        }

    def within(self, settings: Settings, engine: str) -> Settings:
        """The settings, with these in the place of their own."""
        return settings.model_copy(
            update={
                _engine_setting(engine): self.images.mongo,
                "image_redis": self.images.redis,
                "image_api": self.images.api,
                "image_web": self.images.web,
                "image_pull_policy": self.pull_policy,
                "traefik_addresses": tuple(ip_network(proxy) for proxy in self.trusted_proxies),
                "cluster_domain": self.cluster_domain,
            }
        )

    def news(self, former: "Runtime") -> str:
        """What is other than in `former`, for people."""
        before = former.images.to_dict()
        images = [
            f"{image} ({name})" for name, image in self.images.to_dict().items() if image != before[name]
        ]
        others = (
            ("the pull policy", self.pull_policy, former.pull_policy),
            ("the trusted proxies", ", ".join(self.trusted_proxies), ", ".join(former.trusted_proxies)),
            ("the cluster domain", self.cluster_domain, former.cluster_domain),
        )
        return ", ".join([*images, *(f"{what} `{now}`" for what, now, then in others if now != then)])


def _engine_setting(engine: str) -> str:
    """The setting that has the image of a database engine."""
    return f"image_{engine}"
