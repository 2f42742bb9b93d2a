"""The page that a backpack's site shows until its first release."""

import base64
import functools
import hashlib
import html
from dataclasses import dataclass, field

_STYLE = """
:root { color-scheme: light dark; --ground: #f7f5f0; --card: #fff; --ink: #22252b; --soft: #5b6270;
  --line: #e2ded4; --accent: #1f6f5c; --chip: #eef5f2; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171b; --card: #1d2127; --ink: #eceae4;
  --soft: #a5acb8; --line: #323841; --accent: #7fd1b9; --chip: #22302d; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--ground); color: var(--ink);
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { width: min(38rem, 100%); background: var(--card); border: 1px solid var(--line);
  border-radius: 1.25rem; padding: clamp(1.5rem, 5vw, 3rem); box-shadow: 0 1rem 3rem rgb(0 0 0 / .06); }
svg { width: 3.5rem; height: 3.5rem; color: var(--accent); }
h1 { margin: 1rem 0 .25rem; font-size: clamp(1.6rem, 5vw, 2.1rem); line-height: 1.2;
  overflow-wrap: anywhere; }
p { margin: .5rem 0; color: var(--soft); }
.state { display: inline-flex; align-items: center; gap: .5rem; margin: 1rem 0; padding: .25rem .8rem;
  border-radius: 2rem; background: var(--chip); color: var(--accent); font-weight: 600; font-size: .95rem; }
.state::before { content: ""; width: .55rem; height: .55rem; border-radius: 50%; background: currentcolor; }
dl { margin: 1.5rem 0 0; padding-top: 1.25rem; border-top: 1px solid var(--line); }
dt { font-size: .85rem; color: var(--soft); }
dd { margin: .15rem 0 1rem; overflow-wrap: anywhere; }
code { font: .95em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
"""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{name} · your backpack is ready</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main>
<svg viewBox="0 0 48 48" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round"
 stroke-linejoin="round" aria-hidden="true" focusable="false"><path d="M17 13v-3a5 5 0 0 1 5-5h4a5 5 0 0 1
 5 5v3"/><path d="M11 24a11 11 0 0 1 11-11h4a11 11 0 0 1 11 11v15a4 4 0 0 1-4 4H15a4 4 0 0 1-4-4z"/>
<path d="M17 43V32a3 3 0 0 1 3-3h8a3 3 0 0 1 3 3v11M19 21h10M17 35h14"/></svg>
<h1>{name}</h1>
<p class="state" role="status">Your backpack is ready</p>
<p>There is no site here yet: nothing has been uploaded. As soon as there is, it takes the place of
this page.</p>
<dl>
<dt>API of this backpack</dt>
<dd><code>{api}</code></dd>
<dt>Accounts, documents and sessions</dt>
<dd>are served there already.</dd>
</dl>
</main>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class LandingPage:
    """A page with what HTTP has to say about it."""

    html: bytes
    etag: str
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    @functools.lru_cache(maxsize=4)
    def of(cls, name: str, api_origin: str) -> "LandingPage":
        """The page of the backpack with this name and API."""
        page = _PAGE.format(name=html.escape(name), api=html.escape(api_origin), style=_STYLE).encode()
        style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
        policy = (
            f"default-src 'none'; style-src 'sha256-{style}'; img-src data:; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'"
        )
        return cls(
            page,
            f'"{hashlib.sha256(page).hexdigest()[:32]}"',
            {
                "Cache-Control": "no-cache",
                "Content-Security-Policy": policy,
                "Referrer-Policy": "no-referrer",
            },
        )
