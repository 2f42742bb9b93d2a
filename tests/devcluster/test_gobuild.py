"""What decides whether a program has to be compiled again."""

import subprocess
import sys
from pathlib import Path

import pytest

from backpack_devcluster import gobuild, paths, report
from backpack_devcluster.errors import BuildFailed
from backpack_devcluster.gobuild import Edit, Tool

PROGRAM = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("made") }\n'


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small program of its own, and an empty cache."""
    folder = tmp_path / "go" / "small"
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text("module example.org/small\n\ngo 1.26.0\n")
    (folder / "main.go").write_text(PROGRAM)
    monkeypatch.setattr(paths, "GO_SOURCES", tmp_path / "go")
    monkeypatch.setitem(gobuild.TOOLS, "small", Tool("small", links=("other-name",)))
    monkeypatch.setenv("BACKPACK_CACHE", str(tmp_path / "cache"))
    return folder


def test_a_program_is_compiled_once_and_found_again(sources: Path) -> None:
    told = report.silent()
    first = gobuild.build("small", told)
    assert subprocess.run([first], capture_output=True, text=True, check=True).stdout == "made\n"
    assert gobuild.build("small", told) == first
    assert [title for title, _ in told.timings] == ["Compile small"]


def test_its_other_names_are_beside_it(sources: Path) -> None:
    binary = gobuild.build("small", report.silent())
    assert (binary.parent / "other-name").resolve() == binary.resolve()


@pytest.mark.parametrize("file", ["main.go", "go.mod"])
def test_a_change_of_any_file_changes_the_key(sources: Path, file: str) -> None:
    tool = Tool("small")
    before = gobuild.key(tool, "go1")
    with (sources / file).open("a") as appended:
        appended.write("// changed\n")
    assert gobuild.key(tool, "go1") != before


def test_another_go_release_or_linker_setting_changes_the_key(sources: Path) -> None:
    keys = {
        gobuild.key(Tool("small"), "go1"),
        gobuild.key(Tool("small"), "go2"),
        gobuild.key(Tool("small", stamps=("main.version=1",)), "go1"),
    }
    assert len(keys) == 3


def test_a_program_that_does_not_compile_is_told_in_gos_words_and_leaves_nothing(sources: Path) -> None:
    (sources / "main.go").write_text("package main\n\nfunc main() { undefined() }\n")
    with pytest.raises(BuildFailed, match="undefined: undefined"):
        gobuild.build("small", report.silent())
    assert list((paths.cache() / "go" / "small").iterdir()) == []


def test_two_processes_compile_it_once(sources: Path) -> None:
    build = (
        "import sys; from pathlib import Path; from backpack_devcluster import gobuild, paths, report;"
        "paths.GO_SOURCES = Path(sys.argv[1]); gobuild.TOOLS['small'] = gobuild.Tool('small');"
        "print(gobuild.build('small', report.PlainReport()))"
    )
    command = [sys.executable, "-c", build, str(sources.parent)]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    answers = [process.communicate(timeout=120) for process in both]
    assert len({out for out, _ in answers}) == 1
    assert sum("packages compiled" in err for _, err in answers) == 1


def test_the_version_is_that_of_go_mod() -> None:
    text = (
        "module x\n\nrequire example.org/one v1.0.0\n\nrequire (\n\texample.org/two v2.3.4 // indirect\n)\n"
    )
    assert gobuild.module_version(text, "example.org/one") == "v1.0.0"
    assert gobuild.module_version(text, "example.org/two") == "v2.3.4"
    with pytest.raises(BuildFailed, match=r"requires no example\.org/three"):
        gobuild.module_version(text, "example.org/three")


@pytest.mark.parametrize("tool", gobuild.TOOLS.values(), ids=lambda tool: tool.name)
def test_every_tool_has_its_module_and_the_version_it_stamps(tool: Tool) -> None:
    go_mod = (tool.sources / "go.mod").read_text()
    assert (tool.sources / "go.sum").exists()
    if tool.version_of:
        assert gobuild.module_version(go_mod, tool.version_of).startswith("v")


def test_an_edit_changes_the_one_place_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "main.go").write_text("one two three")
    gobuild.apply_edit(tmp_path, Edit("main.go", "two", "2"))
    assert (tmp_path / "main.go").read_text() == "one 2 three"


@pytest.mark.parametrize("text", ["one three", "two and two", None])
def test_an_edit_of_a_source_that_is_otherwise_fails_the_build(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "main.go").write_text(text)
    with pytest.raises(BuildFailed, match="is not as this edit of it expects"):
        gobuild.apply_edit(tmp_path, Edit("main.go", "two", "2"))
