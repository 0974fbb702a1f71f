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


def header(*content: Content) -> Content:
    """The top of each page, with the way past it."""
    skip = tag("a", "To the content", href="#content", class_="skip")
    brand = tag("span", "Neptune sandbox", class_="brand")
    return [skip, tag("header", tag("div", brand, *content, class_="bar"))]


def path_breaks(text: str) -> Content:
    """A path that may break after its slashes."""
    first, *rest = text.split("/")
    return [first, [["/", tag("wbr"), each] for each in rest]]


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


VOID = frozenset({"input", "br", "hr", "meta", "wbr"})

STYLE = """
:root{color-scheme:light dark;--ground:#f5f6fa;--panel:#fff;--line:#dde0e9;--edge:#737a8f;--text:#171a23;
--soft:#545a6d;--link:#1b4bc9;--unread:#0b6337;--bad:#a81e1e;--button:#1b4bc9;--on:#fff;--tint:#e8eefd;--good:#e0f3e7;--ill:#fce8e8}
@media(prefers-color-scheme:dark){:root{--ground:#11131a;--panel:#1a1d27;--line:#323746;--edge:#8087a0;--text:#e9ebf2;
--soft:#a9aec0;--link:#9dbcff;--unread:#84dfac;--bad:#ff9f9f;--button:#9dbcff;--on:#10131b;--tint:#232d48;
--good:#17342a;--ill:#3c2027}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,sans-serif}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-999px}
.skip:focus{left:16px;top:8px;z-index:1;background:var(--panel);padding:8px 16px;border-radius:4px}
header{background:var(--panel);border-bottom:1px solid var(--line)}
.bar,main{max-width:1200px;margin:auto;padding:0 20px}
.bar{display:flex;flex-wrap:wrap;gap:0 28px;align-items:center}
.bar>*{padding:12px 0}
.brand{font-size:18px;font-weight:700}
.brand::before{content:"";display:inline-block;width:11px;height:11px;margin-right:9px;border-radius:50%;
background:var(--button)}
.now{margin-left:auto;font-size:14px}
nav{display:flex;flex-wrap:wrap;gap:4px}
nav a{padding:4px 12px;border-radius:16px;text-decoration:none}
nav a:hover{text-decoration:underline}
nav [aria-current]{background:var(--tint);font-weight:600}
main{padding-top:24px;padding-bottom:48px}
.head{display:flex;flex-wrap:wrap;gap:8px 24px;align-items:center;justify-content:space-between;margin-bottom:16px}
h1{font-size:24px;line-height:32px;margin:0}h2{font-size:17px;line-height:24px;margin:0 0 12px}
.columns{display:grid;grid-template-columns:minmax(260px,1fr) 3fr;gap:20px;align-items:start}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(290px,1fr));gap:20px;align-items:start}
.stack{display:grid;gap:20px}
.card{background:var(--panel);border:1px solid var(--line);border-radius:10px;padding:20px;min-width:0}
.card.narrow{max-width:420px;margin:10vh auto 0}
.card.narrow h1{margin-bottom:16px}
.card>h2:not(:first-child),.card>form+h2{margin-top:24px}
ul{padding-left:20px}
ul.plain{list-style:none;margin:0;padding:0}
ul.plain li{border-top:1px solid var(--line);padding:12px 0;overflow-wrap:anywhere}
ul.plain li:last-child{padding-bottom:0}
.row{display:flex;gap:4px 16px;justify-content:space-between;align-items:center}
.row>:first-child{min-width:0}.row>:nth-child(2){flex:none}
.title{font-weight:600}.is-read .title{font-weight:400}
.soft{color:var(--soft)}.small{font-size:14px;line-height:20px}
.pill{display:inline-block;padding:1px 10px;border-radius:11px;font-size:13px;line-height:20px;white-space:nowrap;
background:var(--tint);color:var(--link)}
.pill.unread{background:var(--good);color:var(--unread);font-weight:600}
.pill.bad{background:var(--ill);color:var(--bad);font-weight:600}
.pill.soft{background:none;color:var(--soft);padding:1px 0}
.inline{display:flex;gap:8px;margin-bottom:16px}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:0 12px;align-items:end}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:15px}
th,td{text-align:left;padding:9px 16px 9px 0;border-top:1px solid var(--line);vertical-align:baseline}
tr>:last-child{padding-right:0}
th{font-size:13px;font-weight:600;color:var(--soft);white-space:nowrap;border-top:0;padding-top:0}
.folds td:nth-child(2){min-width:280px}
td.narrow{white-space:nowrap;width:1px}
code,pre,textarea,.code{font-family:ui-monospace,monospace;font-size:14px}
.code{overflow-wrap:anywhere}
label{display:block;margin:12px 0 4px;font-size:14px;line-height:20px}
label:first-of-type{margin-top:0}
ul a[aria-current]{font-weight:700;color:var(--text);text-decoration:none}
.pair label:first-of-type{margin-top:12px}
label .soft{font-size:13px}
input,select,textarea{font:inherit;width:100%;min-height:44px;padding:8px 12px;color:var(--text);
background:var(--ground);border:1px solid var(--edge);border-radius:6px}
::placeholder{color:var(--soft);opacity:1}
textarea{min-height:92px;font-family:ui-monospace,monospace;display:block}
button{font:inherit;font-weight:600;margin-top:16px;padding:8px 20px;min-height:44px;border:1px solid var(--button);
border-radius:6px;background:var(--button);color:var(--on);cursor:pointer}
button.quiet{margin:0;min-height:36px;padding:4px 14px;font-size:14px;font-weight:400;background:none;
color:var(--link)}
.inline button{margin:0}
summary{cursor:pointer;color:var(--soft);font-size:14px;padding:2px 0}
td summary{overflow-wrap:anywhere;padding:0}
pre{overflow-x:auto;background:var(--ground);border:1px solid var(--line);padding:12px;border-radius:6px;
margin:8px 0 0}
h2.part{margin:32px 0 12px}h3{font-size:15px;line-height:24px;margin:0}.act+.act{margin-top:16px}
.said{border-left:4px solid var(--unread);border-radius:4px;padding:10px 16px;background:var(--good);margin:0 0 16px;
overflow-wrap:anywhere}
.said.bad{border-color:var(--bad);background:var(--ill)}
@media(max-width:760px){.columns{grid-template-columns:minmax(0,1fr)}.bar,main{padding-left:14px;padding-right:14px}
.card{padding:16px}.now{margin-left:0}.bar>*{padding:6px 0}.people{max-height:340px;overflow:auto}
th,td{padding-right:10px}
.folds thead{position:absolute;left:-999px}.folds tr{display:grid;grid-template-columns:auto 1fr auto;padding:9px 0;
border-top:1px solid var(--line)}.folds tr:first-child{border:0}.folds td{border:0;padding:2px 10px 2px 0;width:auto}
.folds td:nth-child(2){min-width:0}
.folds td:last-child{grid-column:1/-1}}
"""
POLICY = (
    "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'"
)
