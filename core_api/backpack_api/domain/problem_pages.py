"""A page for each type of problem, so that its `type` leads somewhere."""

import base64
import functools
import hashlib
import html
import inspect
import re

from backpack_api.problems import Problem, all_problems

_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 42rem; margin: 3rem auto; padding: 0 1.25rem;
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
code { font: .95em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
dt { font-weight: 600; margin-top: 1rem; }
dd { margin: 0; }
"""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'sha256-"
        + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
        + "'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "public, max-age=3600",
    "Referrer-Policy": "no-referrer",
}


@functools.cache
def problem_page(slug: str) -> str | None:
    """The page of the problem with this slug, or None where there is none."""
    for kind in all_problems():
        if kind.slug == slug:
            said = f"Status {kind.status}, type <code>/problems/{slug}</code>"
            content = f"<p>{said}</p>\n<p>{_meaning(kind)}</p>"
            return _PAGE.format(title=html.escape(kind.title), style=_STYLE, content=content)
    return None


@functools.cache
def list_page() -> str:
    """All problems, one below the other."""
    entries = "\n".join(
        f'<dt><a href="/problems/{kind.slug}">{kind.status} {html.escape(kind.title)}</a></dt>'
        f"<dd>{_meaning(kind)}</dd>"
        for kind in all_problems()
    )
    return _PAGE.format(title="Problems", style=_STYLE, content=f"<dl>\n{entries}\n</dl>")


def _meaning(kind: type[Problem]) -> str:
    """The docstring of its class, `code` and all."""
    text = html.escape(" ".join(inspect.cleandoc(kind.__doc__ or "").split()), quote=False)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
