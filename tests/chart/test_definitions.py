"""The chart installs the resource definitions that are in `crds/`."""

from pathlib import Path

from backpack_images import chart_definitions, reference


def test_the_chart_has_what_crds_has() -> None:
    assert chart_definitions.differences() == []
    assert sorted(path.name for path in chart_definitions.COPY.iterdir()) == [
        "backpackadmins.yaml",
        "backpacks.yaml",
    ]


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


def test_the_reference_in_the_documentation_is_what_the_definitions_say() -> None:
    assert reference.differences() == [], "run `make crds`"


def test_a_page_has_every_field_with_its_default_and_its_bounds() -> None:
    text = reference.pages()["backpack.md"]

    assert "## spec.api\n" in text
    assert "## spec.collections[].rules\n" in text
    replicas = next(line for line in text.splitlines() if line.startswith("| `replicas` | integer"))
    assert "| `1` |" in replicas
    assert "| `displayName` | string, at least 1 characters, at most 100 characters |" in text
    assert "- `hostname`: the hostnames `admin` and those that end in `-api` are reserved" in text
    assert "`Retain` \\| `Delete`" in text


def test_pages_that_lag_behind_are_named_and_made_anew(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("of a definition that was removed")
    made = sorted(reference.pages())

    assert reference.differences(target=tmp_path) == sorted([*made, "gone.md"])
    reference.refresh(target=tmp_path)
    assert reference.differences(target=tmp_path) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == made
