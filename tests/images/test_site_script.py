"""The core API's image has the SDK as `sdk/js` builds it."""

from pathlib import Path

from backpack_devcluster.report import silent
from backpack_images import javascript
from backpack_images.catalogue import IMAGES
from backpack_images.javascript import SiteScript


def test_the_image_s_script_is_the_sdk_s_one_file(tmp_path: Path) -> None:
    assert SiteScript() in IMAGES["core-api"].parts
    SiteScript().put(tmp_path, silent())
    content = (tmp_path / "build" / "sdk.js").read_bytes()
    assert content == (javascript.build(silent()) / "backpack.js").read_bytes()
    assert content == javascript.site_script(silent()).read_bytes()
