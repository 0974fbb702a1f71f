"""HTML for the sandbox's page: elements out of Python values, everything escaped, and the one style sheet."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable
from typing import NamedTuple

from starlette.responses import HTMLResponse


class Html(NamedTuple):
    """Markup that is safe to put into a page as it is."""

    text: str


Content = str | int | Html | Iterable["Content"] | None


def render(content: Content) -> str:
    """Content as markup; text is escaped."""
    match content:
        case None:
            return ""
        case Html():
            return content.text
        case str() | int():
            return html.escape(str(content).encode("utf-8", "replace").decode())
        case _:
            return "".join(map(render, content))


def tag(name: str, /, *content: Content, **attributes: str | bool | None) -> Html:
    """One element; `class_` and `for_` are class and for, `_` in names is a hyphen, True is an attribute alone."""
    shown = ""
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        label = key.rstrip("_").replace("_", "-")
        shown += f" {label}" if value is True else f' {label}="{render(value)}"'
    if name in VOID:
        return Html(f"<{name}{shown}>")
    return Html(f"<{name}{shown}>{render(content)}</{name}>")


def document(title: str, *body: Content, refresh: int = 0, status: int = 200) -> HTMLResponse:
    """A whole page under a policy that lets nothing in from outside; `refresh` reloads it, in seconds."""
    head = [
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", title),
        Html(f"<style>{STYLE}</style>"),
    ]
    text = f"<!doctype html>{render(tag('html', tag('head', head), tag('body', *body), lang='en'))}"
    headers = {
        "content-security-policy": POLICY,
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    if refresh:
        headers["refresh"] = str(refresh)
    return HTMLResponse(text, status, headers)


VOID = frozenset({"input", "br", "hr", "meta"})

STYLE = """
:root{color-scheme:light dark;--ground:#fff;--panel:#f4f5f8;--line:#c9ccd6;--text:#1b1d26;--soft:#545869;
--link:#1a4fc4;--unread:#0b6b3a;--bad:#a81e1e;--button:#1a4fc4;--on:#fff}
@media(prefers-color-scheme:dark){:root{--ground:#14161d;--panel:#1e212b;--line:#3b4050;--text:#e9eaf0;
--soft:#a9aebf;--link:#9dbcff;--unread:#7fdca8;--bad:#ff9c9c;--button:#9dbcff;--on:#10131b}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,sans-serif}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--ground);padding:8px}
header{background:var(--panel);border-bottom:1px solid var(--line);padding:12px 20px;display:flex;flex-wrap:wrap;
gap:8px 24px;align-items:baseline}
header strong{font-size:18px}
nav{display:flex;flex-wrap:wrap;gap:4px 16px}
nav a{padding:4px 2px}nav [aria-current]{font-weight:700;text-decoration:none;color:var(--text)}
main{padding:20px;max-width:1200px;margin:auto}
h1{font-size:22px;margin:0 0 12px}h2{font-size:18px;margin:24px 0 8px}
.columns{display:grid;grid-template-columns:minmax(200px,1fr) 3fr;gap:24px}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(280px,1fr));gap:16px}
.row>span:last-child{white-space:nowrap}
.cards{align-items:start}
.card{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:16px}
.card h2{margin-top:0}
ul.plain{list-style:none;margin:0;padding:0}
ul.plain li{border-bottom:1px solid var(--line);padding:8px 0;overflow-wrap:anywhere}
.row{display:flex;gap:12px;justify-content:space-between;align-items:baseline}
.soft{color:var(--soft)}.unread{color:var(--unread);font-weight:700}.bad{color:var(--bad);font-weight:700}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid var(--line);vertical-align:top;
overflow-wrap:anywhere}
td.narrow,th.narrow{white-space:nowrap}
label{display:block;margin:10px 0 2px}
input,select,textarea{font:inherit;width:100%;padding:8px;color:var(--text);background:var(--ground);
border:1px solid var(--soft);border-radius:4px}
textarea{min-height:90px;font-family:ui-monospace,monospace}
button{font:inherit;margin-top:12px;padding:8px 16px;min-height:44px;border:0;border-radius:4px;
background:var(--button);color:var(--on);cursor:pointer}
button.small{margin:0;min-height:32px;padding:2px 12px}
pre{overflow-x:auto;background:var(--panel);padding:12px;border-radius:4px;margin:8px 0}
.said{border-left:4px solid var(--unread);padding:8px 12px;background:var(--panel);margin:0 0 16px}
.said.bad{border-color:var(--bad)}
@media(max-width:720px){.columns{grid-template-columns:1fr}main{padding:12px}}
"""
POLICY = (
    "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'"
)
