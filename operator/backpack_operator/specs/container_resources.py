"""Requests and limits of each container: small defaults, so that hundreds of
backpacks fit a cluster, under what the Backpack asks for."""

from collections.abc import Mapping
from dataclasses import dataclass

from backpack_operator.model.quantities import larger, smaller, whole_bytes
from backpack_operator.model.spec import Resources


@dataclass(frozen=True, slots=True)
class Default:
    """CPU and memory: what is reserved, and the most that may be used."""

    cpu: tuple[str, str]
    memory: tuple[str, str]


API = Default(cpu=("20m", "1"), memory=("96Mi", "512Mi"))
FERRETDB = Default(cpu=("10m", "1"), memory=("48Mi", "512Mi"))
MONGODB = Default(cpu=("50m", "1"), memory=("256Mi", "1Gi"))
REDIS = Default(cpu=("10m", "500m"), memory=("16Mi", "256Mi"))
WEB = Default(cpu=("10m", "500m"), memory=("16Mi", "128Mi"))


def container_resources(default: Default, written: Resources) -> dict[str, dict[str, str]]:
    """The `resources` of a container. Where only one of request and limit is written
    and the default of the other would contradict it, the default gives way."""
    requests: dict[str, str] = {}
    limits: dict[str, str] = {}
    for name, (small, large) in (("cpu", default.cpu), ("memory", default.memory)):
        request, limit = written.requests.get(name), written.limits.get(name)
        if limit is None:
            limit = larger(large, request) if request is not None else large
        if request is None:
            request = smaller(small, limit)
        requests[name], limits[name] = request, limit
    return {"requests": requests, "limits": limits}


def memory_limit(resources: Mapping[str, Mapping[str, str]]) -> int:
    """The limit in bytes, of what `container_resources` gave."""
    return whole_bytes(resources["limits"]["memory"])
