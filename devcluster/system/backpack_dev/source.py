"""Where things stand in the source tree, from which alone `make up` runs."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CHART = ROOT / "charts/backpack"
DEVCLUSTER = ROOT / "devcluster"
EXAMPLES = ("todo", "chat")
"""The applications that `make up` deploys, in the order in which it names them."""


def example(name: str) -> Path:
    """The folder of an example: `backpack.yaml` and `site/`."""
    return ROOT / "examples" / name
