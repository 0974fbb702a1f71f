"""What the keys of each dialog do, declared once, for bindings, key lines, help and the check of a keymap. Data only.

The last part of an id names the method of the dialog that does it.
"""

from __future__ import annotations

from neptune_inbox.presentation.action import Action, ActionTable, Where

__all__ = ["DIALOG_ACTIONS"]

_LISTED = frozenset((Where.PICKER, Where.HELP))
_READ = frozenset((Where.DOCUMENT, Where.TIMELINE, Where.DIFF, Where.INSIGHT, Where.OUTBOX, Where.USER))
_PAPERS = frozenset((Where.DOCUMENT, Where.TIMELINE))
_CLOSED = _READ | {Where.DELIVERY}
_FILLED = frozenset((Where.FORM, Where.SIGN_IN))
_ALL = _LISTED | _CLOSED | _FILLED | {Where.QUESTION}

_ANY, _SHEET, _CHOOSE, _FILL = "In every dialog", "In a dialog to read", "In a list to choose from", "In a form"
_DOCUMENT, _DIFF = "In evidence, receipts and the journal", "Before a change is written"
_TIMELINE = "In a timeline"
_OUTBOX, _USER, _INSIGHT = "In the outbox", "On the page of a customer", "In insight"
_DELIVERY, _SIGN_IN = "After an event was sent", "When signing in"
_SEARCH, _APP = "In the search line", "Anywhere"
"""The groups; each also completes a sentence: press y before a change is written."""


def _in(where: Where) -> frozenset[Where]:
    return frozenset((where,))


DIALOG_ACTIONS = ActionTable(
    (
        Action("dialog.back", ("escape",), "back", _ALL, _ANY, help="close it; nothing is changed"),
        Action("dialog.close", ("q",), "back", _CLOSED, _SHEET, help="also closes it"),
        Action("dialog.down", ("j", "down"), "down", _READ, _SHEET),
        Action("dialog.up", ("k", "up"), "up", _READ, _SHEET),
        Action("dialog.take", ("enter",), "choose", _LISTED | {Where.QUESTION}, _CHOOSE),
        Action("dialog.next", ("down", "ctrl+n"), "next choice", _LISTED, _CHOOSE),
        Action("dialog.previous", ("up", "ctrl+p"), "previous choice", _LISTED, _CHOOSE),
        Action("help.page_down", ("pagedown",), "page down", _in(Where.HELP), _CHOOSE, help="in the help"),
        Action("help.page_up", ("pageup",), "page up", _in(Where.HELP), _CHOOSE, help="in the help"),
        Action(
            "form.next",
            ("enter",),
            "next",
            _FILLED,
            _FILL,
            help="to the next field; from the last one, continue",
            comes_first=True,
        ),
        Action("form.next_field", ("tab",), "next field", _FILLED, _FILL, comes_first=True),
        Action("form.previous_field", ("shift+tab",), "previous field", _FILLED, _FILL, comes_first=True),
        Action("form.submit", ("ctrl+s",), "continue", _in(Where.FORM), _FILL, help="a preview comes first"),
        Action("form.drop", ("ctrl+r",), "drop the draft", _in(Where.FORM), _FILL, comes_first=True),
        Action("sign_in.submit", ("ctrl+s",), "sign in", _in(Where.SIGN_IN), _SIGN_IN),
        Action(
            "sign_in.choose_environment",
            ("ctrl+l",),
            "environments",
            _in(Where.SIGN_IN),
            _SIGN_IN,
            help="list what this token may use",
        ),
        Action(
            "sign_in.use_once",
            ("ctrl+o",),
            "use once",
            _in(Where.SIGN_IN),
            _SIGN_IN,
            help="for this session only, where the keyring refused the token",
        ),
        Action("sign_in.next_field", ("down",), "next field", _in(Where.SIGN_IN), _SIGN_IN, comes_first=True),
        Action("sign_in.previous_field", ("up",), "previous field", _in(Where.SIGN_IN), _SIGN_IN, comes_first=True),
        Action("document.copy_text", ("y",), "copy", _PAPERS, _DOCUMENT, help="as text"),
        Action("document.copy_json", ("Y",), "copy as JSON", _PAPERS, _DOCUMENT),
        Action(
            "document.retry",
            ("t",),
            "try what had no effect again",
            _in(Where.DOCUMENT),
            _DOCUMENT,
            help="in a receipt",
        ),
        Action("document.page_down", ("ctrl+d", "pagedown", "space"), "page down", _PAPERS, _DOCUMENT),
        Action("document.page_up", ("ctrl+u", "pageup"), "page up", _PAPERS, _DOCUMENT),
        Action("document.first", ("g", "home"), "to the top", _PAPERS, _DOCUMENT),
        Action("document.last", ("G", "end"), "to the end", _PAPERS, _DOCUMENT),
        Action("document.close", ("i",), "back", _in(Where.DOCUMENT), _DOCUMENT),
        Action("timeline.take", ("enter",), "the bell then", _in(Where.TIMELINE), _TIMELINE, help="row by row"),
        Action("timeline.close", ("Z",), "back", _in(Where.TIMELINE), _TIMELINE),
        Action("diff.agree", ("y",), "write it", _in(Where.DIFF), _DIFF, help="the only key that writes"),
        Action("diff.close", ("n",), "back", _in(Where.DIFF), _DIFF, help="nothing is written"),
        Action("outbox.go", ("enter",), "go to it", _in(Where.OUTBOX), _OUTBOX, help="to the notification"),
        Action("outbox.retry", ("t",), "retry", _in(Where.OUTBOX), _OUTBOX, help="send it again"),
        Action("outbox.retry_all", ("T",), "retry all", _in(Where.OUTBOX), _OUTBOX),
        Action("outbox.next_id", ("n",), "retry by the next id", _in(Where.OUTBOX), _OUTBOX, help="of its row"),
        Action("outbox.drop", ("d",), "drop", _in(Where.OUTBOX), _OUTBOX, help="never send it; asks first"),
        Action("outbox.drop_all", ("D",), "drop all", _in(Where.OUTBOX), _OUTBOX, help="asks first"),
        Action("outbox.send", ("dollar_sign",), "send now", _in(Where.OUTBOX), _OUTBOX),
        Action("user.add", ("a",), "add", _in(Where.USER), _USER),
        Action("user.change", ("enter",), "change it", _in(Where.USER), _USER, help="the highlighted contact"),
        Action("user.remove", ("d",), "delete", _in(Where.USER), _USER, help="the highlighted contact; asks first"),
        Action("user.edit", ("e",), "filterable, meta of it", _in(Where.USER), _USER),
        Action("user.copy", ("y",), "copy", _in(Where.USER), _USER, help="who this is, as text"),
        Action(
            "user.finish", ("f",), "finish: delete the old one", _in(Where.USER), _USER, help="of a half-done change"
        ),
        Action("user.take_back", ("t",), "take back: delete the new one", _in(Where.USER), _USER),
        Action("user.meta", ("m",), "meta", _in(Where.USER), _USER, help="change it"),
        Action("user.create", ("n",), "new user", _in(Where.USER), _USER),
        Action("user.delete", ("D",), "delete user", _in(Where.USER), _USER, help="asks for the id first"),
        Action("user.event", ("C",), "event", _in(Where.USER), _USER, help="send one for this user"),
        Action("user.reload", ("r",), "reload", _in(Where.USER), _USER),
        Action("delivery.go", ("enter",), "go to it", _in(Where.DELIVERY), _DELIVERY, help="once it has arrived"),
        Action("delivery.keep", ("t",), "keep it as a template", _in(Where.DELIVERY), _DELIVERY),
        Action("insight.week", ("1",), "7 days", _in(Where.INSIGHT), _INSIGHT),
        Action("insight.month", ("2",), "30 days", _in(Where.INSIGHT), _INSIGHT),
        Action("insight.quarter", ("3",), "90 days", _in(Where.INSIGHT), _INSIGHT),
        Action("insight.copy", ("y",), "copy as CSV", _in(Where.INSIGHT), _INSIGHT),
        Action("insight.close", ("I",), "back", _in(Where.INSIGHT), _INSIGHT),
        Action(
            "search.take", ("tab",), "take it", _in(Where.SEARCH), _SEARCH, help="the suggestion", comes_first=True
        ),
        Action("search.farther", ("up",), "choose", _in(Where.SEARCH), _SEARCH, help="among the suggestions"),
        Action("search.nearer", ("down",), "choose", _in(Where.SEARCH), _SEARCH, help="back"),
        Action("search.close", ("escape",), "end the search", _in(Where.SEARCH), _SEARCH),
        Action("app.suspend", ("ctrl+z",), "suspend", _in(Where.APP), _APP, help="back to the shell; fg returns"),
    )
)
