"""The configuration in force: the mounted file at first, then what the operator sends.

Whoever needs a value asks for it when it is needed, so that a change reaches
requests without a restart.
"""

from collections.abc import Callable

from backpack_contract.configuration import BackpackConfiguration

Listener = Callable[[BackpackConfiguration], None]


class LiveConfiguration:
    """The one holder of the configuration in force."""

    def __init__(self, initial: BackpackConfiguration) -> None:
        self._current = initial
        self._listeners: list[Listener] = []

    @property
    def current(self) -> BackpackConfiguration:
        return self._current

    def on_change(self, listener: Listener) -> None:
        """Call the listener with each configuration that comes into force."""
        self._listeners.append(listener)

    def replace(self, configuration: BackpackConfiguration) -> bool:
        """Put another configuration into force; False for an older one."""
        if configuration.older_than(self._current):
            return False
        if configuration != self._current:
            self._current = configuration
            for listener in self._listeners:
                listener(configuration)
        return True
