"""The operator beside the bare API server, measured in one run: `make bench-operator`.

    stage.py     a control plane, the definitions, the operator as a process of its own
    baseline.py  what the operator is compared with: a loop that applies the same objects
    kubelet.py   plays the kubelet and the provisioner: there is no node
    measures/    one module a measurement

etcd and the API server are real and share the machine's cores with whatever is measured.
"""

import sys
from pathlib import Path

# The cluster of the tests is the cluster of the benchmarks.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
