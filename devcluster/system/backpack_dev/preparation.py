"""What tests and linting use, installed and built before they begin, so that no test waits for it."""

from backpack_devcluster import gobuild, packages
from backpack_devcluster.report import Report
from backpack_images import browser_files, javascript, schemas

TEST_PROGRAMS = (
    packages.Need("redis-server", "redis-server"),
    packages.Need("/usr/sbin/nginx", "nginx-light"),
    packages.Need("/usr/bin/chromium", "chromium"),
    packages.Need("curl", "curl"),
    packages.Need("jq", "jq"),
)


def prepare(report: Report) -> None:
    """Have everything at hand that the tests start."""
    packages.ensure((*TEST_PROGRAMS, *packages.NODE, *packages.IMAGES), report)
    for program in ("kubernetes", "ferretdb", "helm", "kubeconform", "promrules", "pebble"):
        gobuild.build(program, report)
    browser_files.ensure(report)
    schemas.directory(report)
    javascript.site_script(report)
    javascript.ensure(report, javascript.RUNTIMES)
