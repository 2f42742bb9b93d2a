"""The chart installs the resource definitions that are in `crds/`."""

from pathlib import Path

from backpack_images import chart_definitions


def test_the_chart_has_what_crds_has() -> None:
    assert chart_definitions.differences() == []
    assert sorted(path.name for path in chart_definitions.COPY.iterdir()) == ["backpacks.yaml"]


def test_a_copy_that_lags_behind_is_named_and_made_anew(tmp_path: Path) -> None:
    source, copy = tmp_path / "crds", tmp_path / "chart" / "crds"
    source.mkdir()
    copy.mkdir(parents=True)
    (source / "changed.yaml").write_text("new")
    (source / "added.yaml").write_text("new")
    (copy / "changed.yaml").write_text("old")
    (copy / "removed.yaml").write_text("old")
    assert chart_definitions.differences(source, copy) == ["added.yaml", "changed.yaml", "removed.yaml"]
    chart_definitions.refresh(source, copy)
    assert chart_definitions.differences(source, copy) == []
    assert not (copy / "removed.yaml").exists()
