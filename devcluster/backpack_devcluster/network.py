"""The node's network: a bridge of its own, and what the kernel must allow.

The API server and the kubelet listen on the bridge's address, so nothing of
the cluster is reachable from outside the machine.
"""

import json
from pathlib import Path

from . import commands, files, sysctls
from .layout import BRIDGE, GATEWAY, POD_ADDRESSES, PREFIX_LENGTH, SERVICES, SERVICES_CHAIN, Layout

NEEDED_SYSCTLS = {
    "net.ipv4.ip_forward": "1",
    # Without it, a packet between two pods of the bridge never meets the
    # rules that turn a Service's address into a pod's.
    "net.bridge.bridge-nf-call-iptables": "1",
}

_RESOLVERS = (Path("/etc/resolv.conf"), Path("/run/systemd/resolve/resolv.conf"))


def bring_up(layout: Layout) -> None:
    """Make the bridge if it is missing, set the sysctls, write the CNI configuration."""
    if not Path(f"/sys/class/net/{BRIDGE}").exists():
        commands.run("ip", "link", "add", BRIDGE, "type", "bridge")
    addresses = json.loads(commands.run("ip", "-json", "address", "show", "dev", BRIDGE))
    if GATEWAY not in {info["local"] for info in addresses[0]["addr_info"]}:
        commands.run("ip", "address", "add", f"{GATEWAY}/{PREFIX_LENGTH}", "dev", BRIDGE)
    commands.run("ip", "link", "set", BRIDGE, "up")
    for name, value in NEEDED_SYSCTLS.items():
        sysctls.write(name, value)
    keep_services_in()
    files.put(layout.cni / "10-backpack.conflist", json.dumps(cni_configuration(layout), indent=2))
    resolvers = [path.read_text() for path in _RESOLVERS if path.exists()]
    files.put(layout.configuration / "resolv.conf", reachable_resolvers(resolvers), mode=0o644)


def keep_services_in() -> None:
    """Refuse connections to addresses of Services that no rule has turned into a pod's.

    A new Service has its address before kube-proxy has its rules. Until then a connection
    would leave the machine, with the password that it begins with, and whatever answers
    there would be taken for the Service.
    """
    present = commands.run("iptables-save", "-t", "filter").splitlines()
    rules = [
        f"-A {SERVICES_CHAIN} -d {SERVICES} -j REJECT --reject-with icmp-port-unreachable",
        f"-A FORWARD -j {SERVICES_CHAIN}",
        f"-A OUTPUT -j {SERVICES_CHAIN}",
    ]
    missing = [rule for rule in rules if rule not in present]
    if not missing:
        return
    # Naming a chain that is there would empty it.
    made = any(line.startswith(f":{SERVICES_CHAIN} ") for line in present)
    declared = [] if made else [f":{SERVICES_CHAIN} - [0:0]"]
    lines = ["*filter", *declared, *missing, "COMMIT", ""]
    commands.run("iptables-restore", "--noflush", "--wait", stdin="\n".join(lines))


def cni_configuration(layout: Layout) -> dict[str, object]:
    """How a pod gets its interface: on the bridge, an address of the range, host ports."""
    return {
        "cniVersion": "0.4.0",
        "name": "backpack",
        "plugins": [
            {
                "type": "bridge",
                "bridge": BRIDGE,
                "isGateway": True,
                "ipMasq": True,
                "hairpinMode": True,
                "ipam": {
                    "type": "host-local",
                    "dataDir": str(layout.directory / "cni-addresses"),
                    "ranges": [[{"subnet": POD_ADDRESSES, "gateway": GATEWAY}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            },
            {"type": "portmap", "capabilities": {"portMappings": True}, "snat": True},
        ],
    }


def reachable_resolvers(contents: list[str]) -> str:
    """A resolv.conf for pods, from those of the machine in order of preference.

    A resolver on the machine's loopback can't be reached from a pod. Where there
    is no other, the gateway stands in, which refuses at once: names outside the
    cluster then fail quickly, and CoreDNS starts all the same.
    """
    for text in contents:
        servers = [line.split()[1] for line in text.splitlines() if line.startswith("nameserver ")]
        usable = [server for server in servers if not server.startswith("127.") and server != "::1"]
        if usable:
            return "".join(f"nameserver {server}\n" for server in usable[:3])
    return f"nameserver {GATEWAY}\n"
