"""The size of each image, beside the base that they share."""

from backpack_devcluster import report
from backpack_images.build import build_all
from backpack_images.catalogue import IMAGES
from bench.table import mebibytes, print_table


def main() -> None:
    built = build_all(list(IMAGES), report.silent())
    rows = [
        (name, mebibytes(image.size), mebibytes(image.archive.stat().st_size))
        for name, image in built.items()
    ]
    print_table("Images, MiB (those built on base and python contain them)", ("", "unpacked", "packed"), rows)


if __name__ == "__main__":
    main()
