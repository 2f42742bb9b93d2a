"""Compiles the Go programs of `devcluster/go` into the cache, once for each set of inputs.

The cache is keyed by everything that can change a binary: the module's files,
how it is built, and the Go release. A binary appears in it in one step, so a
build that was killed leaves nothing that looks finished.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import locks, paths
from .errors import BuildFailed
from .report import Report, Step

_KUBERNETES_VERSION = "k8s.io/component-base/version"


@dataclass(frozen=True)
class Edit:
    """A mend of a module's source until its authors have one: `before` stands in
    `file` exactly once, and `after` takes its place."""

    file: str
    before: str
    after: str


@dataclass(frozen=True)
class Tool:
    """One program: a module in `devcluster/go`, and how it is linked."""

    name: str
    package: str = "."
    binary: str = ""
    stamps: tuple[str, ...] = ()
    """Linker settings `variable=value`; `{version}` is that of `version_of`."""
    version_of: str = ""
    """The required module whose version the stamps name."""
    version_file: str = ""
    """A file that must exist inside `version_of` and hold its version: releases
    have it, the module that the proxy serves has not."""
    edits: tuple[Edit, ...] = ()
    """Mends of `version_of`, whose version then ends in `+backpack`. The files of the
    module's folder `added`, where it has one, are put into the copy too."""
    links: tuple[str, ...] = ()
    """Further names of the binary, which is told by its name what to be."""

    @property
    def sources(self) -> Path:
        return paths.GO_SOURCES / self.name

    @property
    def file_name(self) -> str:
        return self.binary or self.name


_QUERY = "internal/backends/sqlite/collection.go"
_EQUAL = "\t\t\targs = []any{string(must.NotFail(sjson.MarshalSingleValue(v)))}\n"
_IN = "\t\tcase *types.Document:\n\t\t\twhereClause, args = prepareInClause(v.(*types.Document))\n"
_END = "\t\t}\n\t}\n\n"
_LOOK_UPS_BY_INDEX = (
    # FerretDB looks documents up by `_id` in other words than those of the index that it
    # makes for that, and by several of them not at all: see docs/decisions/0005.
    Edit(
        "internal/backends/sqlite/metadata/metadata.go",
        """IDColumn = DefaultColumn + "->'$._id'\"""",
        """IDColumn = DefaultColumn + `->"_id"`""",
    ),
    Edit(_QUERY, f"{_EQUAL}{_END}\tq += whereClause", f"{_EQUAL}{_IN}{_END}\tq += whereClause"),
    Edit(
        _QUERY,
        f"{_EQUAL}{_END}\torderByClause :=",
        f'{_EQUAL}{_IN}\t\t\tfilterPushdown = whereClause != ""\n{_END}\torderByClause :=',
    ),
)
_TOOLS = (
    Tool(
        "kubernetes",
        binary="hyperkube",
        version_of="k8s.io/kubernetes",
        # Without them the server says v0.0.0, and Helm refuses every chart.
        stamps=(
            f"{_KUBERNETES_VERSION}.gitVersion={{version}}",
            f"{_KUBERNETES_VERSION}.gitMajor={{major}}",
            f"{_KUBERNETES_VERSION}.gitMinor={{minor}}",
        ),
        links=(
            "etcd",
            "kube-apiserver",
            "kube-controller-manager",
            "kube-scheduler",
            "kube-proxy",
            "kubelet",
            "kubectl",
        ),
    ),
    Tool(
        "helm",
        package="helm.sh/helm/v3/cmd/helm",
        version_of="helm.sh/helm/v3",
        # Without Kubernetes' version, `helm template` takes every cluster for v1.20.
        stamps=(
            "helm.sh/helm/v3/internal/version.version={version}",
            "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor=1",
            "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=36",
            "helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1",
            "helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=36",
        ),
    ),
    Tool("kubeconform", package="github.com/yannh/kubeconform/cmd/kubeconform"),
    Tool("promrules"),
    Tool("coredns"),
    Tool("pebble", package="github.com/letsencrypt/pebble/v2/cmd/pebble"),
    Tool(
        "ferretdb",
        package="github.com/FerretDB/FerretDB/cmd/ferretdb",
        version_of="github.com/FerretDB/FerretDB",
        version_file="build/version/version.txt",
        edits=_LOOK_UPS_BY_INDEX,
    ),
)
TOOLS = {tool.name: tool for tool in _TOOLS}


def build(name: str, report: Report) -> Path:
    """The path of the compiled program `name`, one of `TOOLS`; built if the cache lacks it."""
    tool = TOOLS[name]
    finished = cached(name)
    if finished.exists():
        return finished
    folder = finished.parent
    with report.step(f"Compile {name}") as step:
        waiting = lambda: step.progress("another process compiles it")  # noqa: E731
        with locks.exclusive(paths.cache() / "go" / f"{name}.lock", waiting):
            if finished.exists():
                step.result("made by another process")
                return finished
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{name}-") as scratch:
                _compile(tool, Path(scratch), step)
                made = Path(scratch) / "finished"
                for link in tool.links:
                    (made / link).symlink_to(tool.file_name)
                made.rename(folder)
    return finished


def key(tool: Tool, go_version: str) -> str:
    """What distinguishes one build of `tool` from another: 16 hex digits."""
    digest = hashlib.sha256(f"{tool!r}\0{go_version}\0".encode())
    for source in sorted(tool.sources.rglob("*")):
        if source.is_file():
            digest.update(f"{source.relative_to(tool.sources)}\0".encode())
            digest.update(hashlib.sha256(source.read_bytes()).digest())
    return digest.hexdigest()[:16]


def module_version(go_mod: str, module: str) -> str:
    """The version that the text of a go.mod requires of `module`, as in `v1.2.3`."""
    for line in go_mod.splitlines():
        words = line.replace("require ", "").split()
        if len(words) >= 2 and words[0] == module:
            return words[1]
    raise BuildFailed(f"go.mod requires no {module}, whose version is wanted")


def module_directory(name: str, module: str) -> Path:
    """The source of a module that `devcluster/go/<name>` requires, as its go.sum has it;
    fetched if Go's cache lacks it."""
    sources = paths.GO_SOURCES / name
    return _fetched(module, module_version((sources / "go.mod").read_text(), module), sources)


def cached(name: str) -> Path:
    """Where the cache has this program, or would have it."""
    tool = TOOLS[name]
    go_version = _go(["env", "GOVERSION", "GOOS", "GOARCH"], tool.sources).replace("\n", " ").strip()
    return paths.cache() / "go" / tool.name / key(tool, go_version) / tool.file_name


def _compile(tool: Tool, scratch: Path, step: Step) -> None:
    arguments = ["-trimpath"]
    ldflags = ["-s", "-w"]
    if tool.version_of:
        version = module_version((tool.sources / "go.mod").read_text(), tool.version_of)
        major, minor = version.removeprefix("v").split(".")[:2]
        for stamp in tool.stamps:
            ldflags += ["-X", stamp.format(version=version, major=major, minor=minor)]
        if tool.version_file or tool.edits:
            arguments.append(f"-modfile={_with_own_copy(tool, version, scratch)}")
    output = scratch / "finished" / tool.file_name
    output.parent.mkdir()
    step.progress("fetching its modules")
    total = len(_go(["list", "-deps", *arguments, tool.package], tool.sources).split())
    command = ["build", "-v", *arguments, "-ldflags", " ".join(ldflags), "-o", str(output), tool.package]
    _run_counting(command, tool.sources, total, step)


def _with_own_copy(tool: Tool, version: str, scratch: Path) -> Path:
    """A go.mod in `scratch` that takes `tool.version_of` from a copy that has the version
    file and the edits."""
    directory = _fetched(tool.version_of, version, tool.sources)
    copy = scratch / "module"
    shutil.copytree(directory, copy, copy_function=_copy_writable)
    for folder in [copy, *(path for path in copy.rglob("*") if path.is_dir())]:
        folder.chmod(0o755)  # the module cache is read-only, and so would the copy be
    if tool.version_file:
        (copy / tool.version_file).write_text(f"{version}{'+backpack' if tool.edits else ''}\n")
    for edit in tool.edits:
        apply_edit(copy, edit)
    if (tool.sources / "added").is_dir():
        shutil.copytree(tool.sources / "added", copy, dirs_exist_ok=True)
    go_mod = scratch / "go.mod"
    shutil.copyfile(tool.sources / "go.mod", go_mod)
    shutil.copyfile(tool.sources / "go.sum", scratch / "go.sum")
    _go(["mod", "edit", f"-replace={tool.version_of}={copy}", str(go_mod)], tool.sources)
    return go_mod


def _fetched(module: str, version: str, sources: Path) -> Path:
    listed = _go(["mod", "download", "-json", f"{module}@{version}"], sources)
    return Path(next(line.split('"')[3] for line in listed.splitlines() if '"Dir"' in line))


def apply_edit(module: Path, edit: Edit) -> None:
    """Change a module's source. Raises `BuildFailed` where it is not as the edit knows it."""
    file = module / edit.file
    text = file.read_text() if file.exists() else ""
    if text.count(edit.before) != 1:
        raise BuildFailed(f"{edit.file} is not as this edit of it expects: see whether it is still needed")
    file.write_text(text.replace(edit.before, edit.after))


def _copy_writable(source: str, target: str) -> None:
    shutil.copyfile(source, target)


def _environment() -> dict[str, str]:
    # A GOFLAGS of the user's could name -mod=vendor and the like.
    return {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false", "GOWORK": "off"}


def _go(arguments: list[str], directory: Path) -> str:
    try:
        done = subprocess.run(
            ["go", *arguments], cwd=directory, env=_environment(), capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise BuildFailed(
            "Go 1.26 or newer is needed to compile the cluster's programs, and there is no `go` "
            "on the PATH: install it from https://go.dev/dl"
        ) from error
    if done.returncode != 0:
        raise BuildFailed(f"`go {' '.join(arguments[:2])}` in {directory} failed:\n{done.stderr.strip()}")
    return done.stdout


def _run_counting(arguments: list[str], directory: Path, total: int, step: Step) -> None:
    """Run `go build -v`, which prints each package that it begins to compile."""
    compiled = 0
    printed: list[str] = []
    command = ["go", *arguments]
    with subprocess.Popen(
        command, cwd=directory, env=_environment(), stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None  # noqa: S101  it was asked for
        for line in process.stderr:
            printed.append(line)
            compiled += 1
            step.progress(f"{compiled} of at most {total} packages")
    if process.returncode != 0:
        raise BuildFailed(f"`go build` in {directory} failed:\n{''.join(printed[-40:]).strip()}")
    step.result(f"{compiled} packages compiled")
