"""What the four Services have in common; each has a module of its own."""

from typing import Any

from backpack_operator.model.backpack import Backpack
from backpack_operator.specs.labels import owned, selector


def service(backpack: Backpack, component: str, ports: dict[str, int]) -> dict[str, Any]:
    """A cluster-internal Service; `ports`: name -> TCP port, the same on the pods."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": owned(backpack, component, component),
        "spec": {
            "type": "ClusterIP",
            "selector": selector(backpack, component),
            "ports": [
                {"name": name, "port": port, "targetPort": port, "protocol": "TCP"}
                for name, port in ports.items()
            ],
        },
    }
