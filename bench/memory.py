"""What the operator and each container of a backpack hold in memory.

Read from the kubelet's own summary: `rssBytes` is anonymous memory,
`workingSetBytes` is what counts against a limit.
"""

import json
from typing import Any

from bench.cluster import find_system, kubectl, kubectl_json
from bench.table import mebibytes, print_table


def main() -> None:
    system = find_system()
    (node,) = kubectl_json(system, "get", "nodes")["items"]
    path = f"/api/v1/nodes/{node['metadata']['name']}/proxy/stats/summary"
    rows = []
    pods: list[dict[str, Any]] = json.loads(kubectl(system, "get", "--raw", path))["pods"]
    for pod in sorted(pods, key=lambda pod: (pod["podRef"]["namespace"], pod["podRef"]["name"])):
        for container in pod.get("containers", []):
            memory = container["memory"]
            rows.append(
                (
                    f"{pod['podRef']['namespace']}/{pod['podRef']['name']}",
                    container["name"],
                    mebibytes(memory["rssBytes"]),
                    mebibytes(memory["workingSetBytes"]),
                )
            )
    print_table("Memory, MiB", ("pod", "container", "RSS", "working set"), rows)


if __name__ == "__main__":
    main()
