"""Where an export is written to."""

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
