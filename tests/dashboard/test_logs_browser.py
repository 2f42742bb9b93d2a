"""Logs in a real Chromium: whatever a pod writes, it is a text."""

from playwright.sync_api import Page, expect

from support.dashboard import Dashboard, Visitor
from support.dashboard_browser import WITHIN, accessible, page, playwright, sign_in
from support.kubelet import Kubelet

__all__ = ["page", "playwright"]

HOSTILE = (
    "<script>document.title = 'run'</script>",
    "<img src=x onerror=\"document.title = 'run'\">",
    '</li></ol><div hx-get="/admins" hx-trigger="load" hx-swap-oob="true" id="main">gone</div>',
)


def test_what_pods_write_never_runs(page: Page, dashboard: Dashboard, ada: Visitor, kubelet: Kubelet) -> None:
    namespace = dashboard.namespace
    dashboard.cluster.backpack(namespace, "hostile", admins=["ada"], displayName="Hostile")
    pod = kubelet.run(dashboard.cluster, namespace, "hostile", "hostile-api-1-a")
    for second, text in enumerate(HOSTILE):
        kubelet.write("hostile-api-1-a", f"2026-01-01T10:00:0{second}Z", text)
    sign_in(page, ada)
    page.get_by_role("link", name="Hostile").click()
    page.get_by_role("link", name="Logs").click()

    log = page.locator("#log-lines")
    for text in HOSTILE:
        expect(log).to_contain_text(text, timeout=WITHIN)
    assert log.locator("li").count() == len(HOSTILE)
    assert log.locator("img, script, div").count() == 0
    assert "run" not in page.title()
    kubelet.write("hostile-api-1-a", "2026-01-01T10:00:09Z", "while it is looked at")
    expect(log).to_contain_text("while it is looked at", timeout=WITHIN)
    accessible(page, "logs")

    page.get_by_role("link", name="Database").click()
    expect(page.locator("#log-replicas")).to_contain_text("No pod of this component", timeout=WITHIN)
    dashboard.cluster.api.request("DELETE", f"{pod}?gracePeriodSeconds=0")
