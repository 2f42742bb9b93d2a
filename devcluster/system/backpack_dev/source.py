"""Where things stand in the source tree, from which alone `make up` runs."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CHART = ROOT / "charts/backpack"
DEVCLUSTER = ROOT / "devcluster"
EXAMPLE = ROOT / "examples/todo/backpack.yaml"
