"""The revision of a configuration: a number that grows whenever anything in it changes, so
that an API can tell which of two is newer, whatever it has missed.

It is kept as an annotation of the Secret, which is read in every reconcile, written before
the configuration is, and only onto what was read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from backpack_contract.configuration import BackpackConfiguration
from backpack_contract.resources import GROUP
from backpack_operator.model.digests import digest

ANNOTATION = f"{GROUP}/configuration"
"""On the Secret: number, generation of the Backpack, and a digest of the rest, with a `/`
between them."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One configuration by its number, and what it was made from."""

    number: int
    generation: int
    content: str
    """A digest of the configuration, but for the number."""

    @classmethod
    def parse(cls, annotations: Mapping[str, str]) -> "Revision | None":
        """None where there is none, or somebody has changed it."""
        number, _, rest = annotations.get(ANNOTATION, "").partition("/")
        generation, _, content = rest.partition("/")
        if not (number.isdecimal() and generation.isdecimal() and content):
            return None
        return cls(int(number), int(generation), content)

    def to_text(self) -> str:
        return f"{self.number}/{self.generation}/{self.content}"


def numbered(
    configuration: BackpackConfiguration, last: Revision | None, in_force: int = 0
) -> tuple[BackpackConfiguration, Revision]:
    """The configuration with its revision: that of the last one, if it is the same, or else
    the next. `in_force`: the revision that the API has refused it for, 0 if it has not. The
    API then knows of more than the Secret does, which was restored from a backup or is lost:
    what the resource says now is to count all the same."""
    content = digest(configuration.to_json())
    known = last.number if last is not None else 0
    if last is not None and last.content == content and in_force <= known:
        return replace(configuration, revision=known), last
    number = max(known, in_force) + 1
    return replace(configuration, revision=number), Revision(number, configuration.generation, content)
