"""A port of a pod on this machine, as an administrator gets it."""

from contextlib import AbstractContextManager

from backpack_dev.port_forward import port_forward as forward
from support.kubectl import Kubectl


def port_forward(kubectl: Kubectl, pod: str, port: int) -> AbstractContextManager[str]:
    """`host:port` of this machine that leads to the pod's port, within the block."""
    program = (str(kubectl.program), f"--kubeconfig={kubectl.kubeconfig}")
    return forward(program, kubectl.namespace, f"pod/{pod}", port)
