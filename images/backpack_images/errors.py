"""What goes wrong while images are built, as sentences for whoever ran the command."""

from backpack_devcluster.errors import BuildFailed


class ImageError(BuildFailed):
    """An image could not be built; the text says what to do about it."""
