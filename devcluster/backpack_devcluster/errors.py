"""What goes wrong in the development cluster, as sentences for whoever ran the command.

DevClusterError
├── BuildFailed       a program could not be compiled
├── DaemonFailed      a daemon did not start, or ended; names its log
├── NotReady          something did not become ready in time
├── Unfit             the machine lacks something, or somebody else uses it
└── ApiRefused        the API server answered with an error
"""


class DevClusterError(Exception):
    """Its text is a sentence that can be shown as it is."""


class BuildFailed(DevClusterError):
    """A program could not be compiled."""


class DaemonFailed(DevClusterError):
    """A daemon did not start, or ended before it was ready."""


class NotReady(DevClusterError):
    """A condition was not met in time."""


class Unfit(DevClusterError):
    """The machine can't run the cluster as it is; the text says what to change."""


class ApiRefused(DevClusterError):
    """The API server answered with an error status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"the API server answered {status}: {message}")
        self.status = status
