"""Where an export is written to, and what an import says."""

from pathlib import Path

from backpack_cli.errors import Exit
from support.command_line import CommandLine
from support.scripted_server import Says, ScriptedServer, json_of

SHOP = {"name": "shop", "namespace": "apps"}


def test_an_export_into_a_folder_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with ScriptedServer({"GET /api/v1/backpacks": [json_of({"items": [SHOP]})]}) as server:
        for target in (tmp_path, tmp_path / "nowhere" / "all.zip", Path("/dev/null")):
            done = CommandLine(tmp_path)("export", "shop", "-o", target, variables=server.variables)
            assert done.code == Exit.USAGE
        assert not any("export" in asked for asked in server.asked)


def test_an_export_writes_to_no_file_that_somebody_has_foreseen(tmp_path: Path) -> None:
    answers = {
        "GET /api/v1/backpacks": [json_of({"items": [SHOP]})],
        "GET /api/v1/backpacks/apps/shop/export": [Says(200, b"PK everything"), Says(409)],
    }
    folder, victim = tmp_path / "shared", tmp_path / "victim"
    folder.mkdir()
    victim.write_text("untouched")
    (folder / "all.zip.part").symlink_to(victim)
    with ScriptedServer(answers) as server:
        words = ("export", "shop", "-o", folder / "all.zip")
        assert CommandLine(tmp_path)(*words, variables=server.variables).code == 0
        assert CommandLine(tmp_path)(*words, variables=server.variables).code == Exit.CONFLICT
    assert (victim.read_text(), (folder / "all.zip").read_bytes()) == ("untouched", b"PK everything")
    assert sorted(one.name for one in folder.iterdir()) == ["all.zip", "all.zip.part"]


def test_an_import_that_is_refused_names_the_option(tmp_path: Path) -> None:
    detail = "This backpack has users already. `?replace=true` removes them all first."
    answers = {
        "GET /api/v1/backpacks": [json_of({"items": [SHOP]})],
        "POST /api/v1/backpacks/apps/shop/import": [json_of({"detail": detail}, 409)],
    }
    (tmp_path / "all.zip").write_bytes(b"PK")
    with ScriptedServer(answers) as server:
        done = CommandLine(tmp_path)("import", "shop", tmp_path / "all.zip", variables=server.variables)
    assert done.code == Exit.CONFLICT
    assert done.err == "This backpack has users already. `--replace` removes them all first.\n"
