"""containerd for this node alone: its own configuration, data, state and socket.

The machine's /etc/containerd and /var/lib/containerd are neither read nor written.
"""

from pathlib import Path

from . import commands, files, processes, waiting
from .layout import CONTAINERD, Layout
from .processes import Daemon

NAMESPACE = "k8s.io"
"""containerd's own namespace in which the kubelet looks for images."""

_CONFIGURATION = """\
version = 2
root = "{root}"
state = "{state}"

[grpc]
  address = "{socket}"

[plugins."io.containerd.internal.v1.opt"]
  path = "{root}/opt"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause}"
  # Without CAP_SYS_RESOURCE the kernel refuses to lower a score; this asks for
  # what it allows.
  restrict_oom_score_adj = true
  disable_apparmor = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{cni}"

  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
      Root = "{runc}"
"""


def configuration(layout: Layout, pause_image: str) -> str:
    """containerd's configuration file."""
    return _CONFIGURATION.format(
        root=layout.containerd_root,
        state=layout.containerd_state,
        socket=layout.containerd_socket,
        cni=layout.cni,
        pause=pause_image,
        runc=layout.directory / "runc",
    )


def daemon(layout: Layout) -> Daemon:
    return Daemon(CONTAINERD, ["containerd", "--config", str(_file(layout))], layout.directory)


def start(layout: Layout, pause_image: str, seconds: float = 30.0) -> bool:
    """Start it unless it runs, and return when it answers; True when it was started."""
    files.put(_file(layout), configuration(layout, pause_image))
    started = processes.start(daemon(layout))

    def answers() -> bool:
        if not processes.running(layout.directory, CONTAINERD):
            raise processes.failed(layout.directory, CONTAINERD)
        return layout.containerd_socket.exists() and commands.succeeds([*_ctr(layout), "version"])

    waiting.until(answers, "containerd", seconds)
    return started


def images(layout: Layout) -> set[str]:
    """The names of all images that the node has."""
    return set(commands.run(*_ctr(layout), "images", "list", "--quiet").split())


def import_image(layout: Layout, archive: Path) -> None:
    """Take the image, with the name that it carries, out of an OCI archive."""
    commands.run(*_ctr(layout), "images", "import", str(archive), seconds=300)


def _file(layout: Layout) -> Path:
    return layout.configuration / "containerd.toml"


def _ctr(layout: Layout) -> list[str]:
    return ["ctr", "--address", str(layout.containerd_socket), "--namespace", NAMESPACE]
