"""The command `backpack-dev`, which the Makefile calls: the system up and down, and what tests need first."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from backpack_devcluster import paths
from backpack_devcluster import report as reports
from backpack_devcluster.errors import DevClusterError
from backpack_images import (
    browser_files,
    capabilities,
    chart_definitions,
    javascript,
    lint_chart,
    reference,
    sync_face,
)
from backpack_images.errors import ImageError

from . import dev_loop, preparation, system
from .errors import UpError
from .next_steps import next_steps

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)


@contextmanager
def sentences() -> Iterator[None]:
    """Show an expected error as its sentence, and end with status 1."""
    try:
        yield
    except (UpError, DevClusterError, ImageError) as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        print("Stopped; the same command goes on from here.", file=sys.stderr)
        raise typer.Exit(130) from None


@app.command()
def up() -> None:
    """From a fresh clone to a running system; safe to run again."""
    report = reports.for_terminal()
    begun = time.monotonic()
    with sentences():
        running, examples = system.up(report)
        dashboard = system.dashboard_link(running)
    seconds = time.monotonic() - begun
    steps = [{"step": title, "seconds": round(taken, 1)} for title, taken in report.timings]
    record = paths.cache() / "last-up.json"
    record.write_text(json.dumps({"seconds": round(seconds, 1), "steps": steps}, indent=2) + "\n")
    print(next_steps(running, examples, dashboard, seconds))


@app.command()
def down() -> None:
    """Remove the cluster and all that it left on the machine, but for the build cache."""
    with sentences():
        system.down(reports.for_terminal())


@app.command()
def skaffold() -> None:
    """Follow the source tree into the kind cluster that `up` has made (needs skaffold)."""
    with sentences():
        dev_loop.start(reports.for_terminal())


@app.command("prepare-tests")
def prepare_tests() -> None:
    """Install and build what the tests use, so that no test waits for it."""
    with sentences():
        preparation.prepare(reports.for_terminal())


@app.command()
def vendor() -> None:
    """Put the scripts that the dashboard's pages load beside its own files (needs npm)."""
    with sentences():
        browser_files.ensure(reports.for_terminal())


@app.command("copy-crds")
def copy_definitions() -> None:
    """Give the chart the definitions that are in crds/, and docs/ their reference."""
    chart_definitions.refresh()
    reference.refresh()


@app.command("sdk-table")
def make_sdk_table() -> None:
    """Make the table of docs/sdk.md from the cases of the SDKs."""
    capabilities.refresh()


@app.command("sdk-sync")
def make_sdk_sync() -> None:
    """Make the types of the Python SDK's synchronous face from its asynchronous source."""
    sync_face.refresh()


@app.command("lint-chart")
def check_chart() -> None:
    """helm lint, kubeconform on what the chart renders to, and Prometheus' parser on its queries."""
    with sentences():
        lint_chart.lint(reports.for_terminal())


@app.command("lint-sdk")
def check_sdk() -> None:
    """The types and the style of sdk/js, and the style of the examples."""
    with sentences():
        javascript.lint(reports.for_terminal())


def main() -> None:
    app()
