"""The package as it is published: its size, its types, and that the README is true of it."""

import gzip
import json
import re
import subprocess
import textwrap
from pathlib import Path

import pytest

from backpack_contract.version import VERSION
from backpack_images import javascript
from backpack_images.javascript import NODE, SDK
from support.core_api import CoreApi
from support.sdk_js import machine_node

README = (SDK / "README.md").read_text()
KIB = 1024


def compressed(script: bytes) -> int:
    """Bytes as a server sends them."""
    return len(gzip.compress(script, 9))


def bundle(folder: Path, dist: Path, text: str) -> bytes:
    """What a bundler makes of a module that imports from `SDK`."""
    source = folder / "module.js"
    source.write_text(text.replace("SDK", str(dist / "esm" / "index.js")))
    esbuild = "node_modules/esbuild/bin/esbuild"
    return javascript.run(esbuild, str(source), "--bundle", "--minify", "--format=esm").encode()


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def project(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty project into which the packed SDK was installed, without a network."""
    folder = tmp_path_factory.mktemp("project")
    packed = json.loads(
        javascript.npm("pack", "--json", "--ignore-scripts", "--pack-destination", str(folder))
    )
    (name,) = [one["filename"] for one in (packed if isinstance(packed, list) else packed.values())]
    (folder / "package.json").write_text('{"name": "empty", "private": true, "type": "module"}\n')
    javascript.npm("install", "--offline", "--no-audit", "--no-fund", f"./{name}", folder=folder)
    return folder


def test_everything_together_is_small(dist: Path, tmp_path: Path) -> None:
    assert compressed((dist / "backpack.js").read_bytes()) <= 8 * KIB
    assert compressed(bundle(tmp_path, dist, 'export * from "SDK";')) <= 8 * KIB


def test_what_is_not_imported_is_not_bundled(dist: Path, tmp_path: Path) -> None:
    assert compressed(bundle(tmp_path, dist, 'export { BackpackError } from "SDK";')) < 600
    reader = bundle(tmp_path, dist, 'export { Transport, Auth, Db } from "SDK";')
    assert compressed(reader) < 4 * KIB
    for left_out in (b"/realtime", b"XMLHttpRequest", b"joinUsersChannels"):
        assert left_out not in reader
    assert b"joinUsersChannels" not in bundle(tmp_path, dist, 'export { createClient } from "SDK";')


def test_it_depends_on_nothing_and_has_the_project_s_version() -> None:
    package = json.loads((SDK / "package.json").read_text())
    assert package["version"] == VERSION
    assert not {"dependencies", "peerDependencies", "optionalDependencies"} & set(package)
    lock = (SDK / "package-lock.json").read_text()
    assert '"integrity"' in lock
    assert "resolved" not in lock


def test_it_exports_what_it_says(dist: Path) -> None:
    names = "console.log(Object.keys(require(process.argv[1])).sort().join(' '))"
    shown = javascript.run("-e", names, "--", str(dist / "cjs" / "index.js"))
    assert shown.split() == [
        *("Auth", "BackpackError", "Channel", "Client", "Collection", "Db", "Listing"),
        *("Realtime", "Storage", "Transport", "createClient", "createSdk"),
    ]


def test_the_package_has_what_it_needs_and_no_more(project: Path) -> None:
    installed = project / "node_modules" / "backpack-sdk"
    assert {path.name for path in installed.iterdir()} == {
        "LICENSE",
        "README.md",
        "dist",
        "package.json",
        "src",
    }
    assert list(project.glob("node_modules/[!.]*")) == [installed]


@pytest.mark.parametrize("style", ["module", "commonjs"])
def test_the_readme_s_program_runs(project: Path, sdk_api: CoreApi, style: str) -> None:
    program = examples("js")[0].replace("https://todo-api.example.com", sdk_api.public)
    program = program.replace("ada@example.com", f"{style}@example.com")
    program = program.replace('"tasks"', f'"tasks-{style}"')
    name = "example.mjs"
    if style == "commonjs":
        program = re.sub(r"import (\{.*?\}) from (.*);", r"const \1 = require(\2);", program)
        program = f"(async () => {{{program}}})();"
        name = "example.cjs"
    (project / name).write_text(program)
    # It ends by itself: nothing of the SDK keeps it.
    done = subprocess.run([NODE, name], cwd=project, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert "Pack 2\n" in done.stdout


def test_a_node_without_a_websocket_says_so(project: Path, sdk_api: CoreApi) -> None:
    found = machine_node()
    if found is None or found[1] not in (20, 21):
        pytest.skip("the machine has no Node 20 of its own beside the newer one that the project brings")
    ws = json.dumps(str(SDK / "node_modules" / "ws" / "wrapper.mjs"))
    program = f"""
        import {{ createClient }} from "backpack-sdk";
        import {{ WebSocket }} from {ws};
        const url = "{sdk_api.public}", [email, password] = ["old-node@example.com", "correct horse battery"];
        const without = createClient(url);
        await without.auth.register(email, password);
        await without.auth.login(email, password);
        await without.realtime.ping().catch((error) => console.log(error.type, error.detail));
        const client = createClient(url, {{ WebSocket, token: without.auth.token }});
        await client.realtime.ping();
        console.log(client.realtime.status.state);
        client.close();
    """
    (project / "old.mjs").write_text(textwrap.dedent(program))
    done = subprocess.run(
        [found[0], "old.mjs"], cwd=project, capture_output=True, text=True, timeout=60, check=True
    )
    refused, state = done.stdout.splitlines()
    assert refused.startswith("backpack:not-configured There is no WebSocket here")
    assert state == "open"


def test_the_readme_s_examples_are_true_of_the_types(project: Path) -> None:
    blocks = [re.sub(r"^import .*\n", "", block, flags=re.MULTILINE) for block in examples("js")[1:]]
    typed = "".join(examples("ts"))
    used = ("showLogin", "input", "bar", "controller", "image", "show", "mark", "showState")
    prelude = 'import { Auth, BackpackError, createClient, Db, Transport } from "backpack-sdk";\n'
    prelude += "".join(f"declare const {name}: any;\n" for name in used)
    prelude += 'const backpack = createClient("https://todo-api.example.com");\n'
    body = typed + "".join(f"async function block{at}() {{\n{text}}}\n" for at, text in enumerate(blocks))
    (project / "readme.mts").write_text(prelude + body + "export {};\n")
    (project / "readme.cts").write_text(
        'import sdk = require("backpack-sdk");\nconst client: sdk.Client = sdk.createClient("https://x");\n'
        "export const user: Promise<sdk.User> = client.auth.login('a', 'b');\n"
    )
    compile_ = [str(NODE), str(SDK / "node_modules" / "typescript" / "bin" / "tsc"), "--noEmit", "--strict"]
    compile_ += ["--target", "es2022", "--lib", "es2023,dom,dom.iterable,dom.asynciterable", "--types", ""]
    for module, files in (
        (["--module", "nodenext"], ["readme.mts", "readme.cts"]),
        (["--module", "esnext", "--moduleResolution", "bundler"], ["readme.mts"]),
    ):
        done = subprocess.run(
            [*compile_, *module, *files], cwd=project, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout


def test_units(dist: Path) -> None:
    """Node's own test runner: what takes minutes in the world, on a clock of the tests' own."""
    files = [str(path) for path in sorted((SDK / "test" / "unit").glob("*.test.ts"))]
    javascript.run("--test", *files)


def test_types(dist: Path) -> None:
    """`test/types.ts`: what must compile, and what must not."""
    javascript.run("node_modules/typescript/bin/tsc", "--noEmit")
