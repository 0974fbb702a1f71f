"""THE table of actions: id, default keys, label, where, group, rank in the hints, help. Data only.

Bindings, hints, help, palette, README and the check of a user's keymap are all made from it by `keys.py`.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Where(StrEnum):
    """Where a key can be pressed."""

    LIST = "list"
    SELECTION = "selection"
    """The list, while rows are selected."""
    PREVIEW = "preview"
    SIDEBAR = "sidebar"


LISTS = frozenset((Where.LIST, Where.SELECTION))
READING = LISTS | {Where.PREVIEW}
EVERYWHERE = frozenset(Where)


class Action(Struct, frozen=True):
    """Something that the agent can do."""

    id: str
    keys: tuple[str, ...]
    """Textual's names; the first is the one that is shown. Empty: only in the palette."""
    label: str
    where: frozenset[Where]
    group: str
    hint: int = 0
    """Its place in the line of hints, 1 first; 0 keeps it out."""
    help: str = ""
    selected: int = 0
    """Its place in the line of hints while rows are selected; 0 keeps it out."""
    reading: int = 0
    """A place of its own in it while the preview has the keys; 0 leaves it where it is in the list."""


_MOVE, _SHOW, _MARK, _MINE = "Move", "Show", "Mark read for the customer", "Mine only"
_SELECT, _USERS, _CLOSER, _APP = "Select", "Users", "Look closer", "App"

ACTIONS: tuple[Action, ...] = (
    Action("move.down", ("j", "down"), "down", EVERYWHERE, _MOVE, help="to the next row"),
    Action("move.up", ("k", "up"), "up", EVERYWHERE, _MOVE, help="to the row before"),
    Action("move.first", ("g", "home"), "first", EVERYWHERE, _MOVE, help="to the first row"),
    Action("move.last", ("G", "end"), "last", EVERYWHERE, _MOVE, help="to the last row"),
    Action("move.half_down", ("ctrl+d",), "half a page down", EVERYWHERE, _MOVE),
    Action("move.half_up", ("ctrl+u",), "half a page up", EVERYWHERE, _MOVE),
    Action("move.page_down", ("pagedown",), "page down", EVERYWHERE, _MOVE),
    Action("move.page_up", ("pageup",), "page up", EVERYWHERE, _MOVE),
    Action("unread.next", ("n",), "next unread", READING, _MOVE, help="past everything already read", reading=5),
    Action("unread.previous", ("N",), "previous unread", READING, _MOVE),
    Action("pane.next", ("tab", "l"), "next pane", EVERYWHERE, _MOVE, help="users, list, preview"),
    Action("pane.previous", ("shift+tab", "h"), "previous pane", EVERYWHERE, _MOVE),
    Action("open", ("enter",), "open", EVERYWHERE, _SHOW, help="read it; opening never marks it as read"),
    Action(
        "back", ("escape",), "back", EVERYWHERE, _SHOW, help="close, clear the selection, clear the search", reading=4
    ),
    Action("preview.toggle", ("p",), "preview", READING, _SHOW, help="show or hide the preview"),
    Action("preview.down", ("ctrl+f",), "scroll preview down", READING, _SHOW, reading=6),
    Action("preview.up", ("ctrl+b",), "scroll preview up", READING, _SHOW),
    Action("filter.all", ("1",), "all", EVERYWHERE, _SHOW),
    Action("filter.unread", ("2",), "unread", EVERYWHERE, _SHOW),
    Action("filter.read", ("3",), "read", EVERYWHERE, _SHOW),
    Action("search", ("slash",), "find", EVERYWHERE, _SHOW, 7, "filter as you type: words, event: user: since: is:"),
    Action("views", ("f",), "views", EVERYWHERE, _SHOW, help="choose a saved search, or save this one"),
    Action("refresh", ("r",), "refresh", EVERYWHERE, _SHOW, 10, "fold in what is new, and ask the server again"),
    Action("refresh.all", ("R",), "refresh all", EVERYWHERE, _SHOW, help="ask for every watched user"),
    Action(
        "mark.row",
        ("m",),
        "mark read",
        READING,
        _MARK,
        1,
        "the row or the selection, when the countdown ends",
        selected=1,
    ),
    Action("mark.all", ("M",), "mark all", READING, _MARK, 2, "opens a sheet that says exactly which, and whose"),
    Action("undo", ("z", "u"), "undo", EVERYWHERE, _MARK, 3, "take back what was not sent yet", selected=12),
    Action("send.now", ("dollar_sign",), "send now", EVERYWHERE, _MARK, help="send what waits, at once"),
    Action("mine.done", ("e",), "done", READING, _MINE, 4, "done for me; the customer sees no change", selected=2),
    Action("mine.back", ("U",), "back to my queue", READING, _MINE, help="no longer done or snoozed"),
    Action("mine.snooze", ("b",), "snooze", READING, _MINE, 5, "out of my sight until a time", selected=3),
    Action("mine.star", ("s",), "star", READING, _MINE, selected=4),
    Action("mine.note", ("c",), "note", READING, _MINE, help="a line to myself", selected=5),
    Action("select.toggle", ("x", "space"), "select", LISTS, _SELECT, 6, "and on to the next row"),
    Action(
        "select.range",
        ("v",),
        "select a range",
        LISTS,
        _SELECT,
        help="from here to where the cursor goes",
        selected=11,
    ),
    Action("select.all", ("a",), "select all shown", LISTS, _SELECT, selected=10),
    Action("select.none", ("A",), "select none", LISTS, _SELECT, selected=6),
    Action("user.go", ("at",), "user", EVERYWHERE, _USERS, 8, "go to any user, by id or name"),
    Action("user.next", ("J",), "next user", EVERYWHERE, _USERS, help="the next watched user"),
    Action("user.previous", ("K",), "previous user", EVERYWHERE, _USERS),
    Action("user.watch", ("w",), "watch", EVERYWHERE, _USERS, help="watch this user, or stop watching"),
    Action("people", ("P",), "person", EVERYWHERE, _USERS, help="who this is, and how they can be reached"),
    Action("profile.switch", ("E",), "profile", EVERYWHERE, _USERS, help="another environment, or sign in again"),
    Action("evidence", ("i",), "evidence", READING, _CLOSER, 9, "did they get it, was it read, when, by whom"),
    Action(
        "link.open",
        ("o",),
        "open link",
        READING,
        _CLOSER,
        help="shows the host first, and asks",
        selected=7,
        reading=7,
    ),
    Action("copy.id", ("y",), "copy id", READING, _CLOSER, selected=8),
    Action("copy.link", ("Y",), "copy link", READING, _CLOSER),
    Action(
        "pipe",
        ("vertical_line",),
        "pipe",
        READING,
        _CLOSER,
        help="the rows as JSON into a command of yours",
        selected=9,
    ),
    Action("insight", ("I",), "insight", EVERYWHERE, _CLOSER, help="how soon each kind of event is read"),
    Action("event", ("C",), "send an event", EVERYWHERE, _CLOSER, help="compose and send a test event"),
    Action("outbox", ("O",), "outbox", EVERYWHERE, _APP, help="what waits and what was refused: retry, drop"),
    Action("receipts", ("T",), "receipts", EVERYWHERE, _APP, help="what each mark all did, id by id"),
    Action("journal", ("L",), "journal", EVERYWHERE, _APP, help="every write that we caused"),
    Action("theme", ("ctrl+t",), "theme", EVERYWHERE, _APP, help="dark, light, or the terminal's own colours"),
    Action("palette", ("colon", "ctrl+p"), "palette", EVERYWHERE, _APP, help="every action by name"),
    Action("help", ("question_mark",), "help", EVERYWHERE, _APP, 90, "this page", selected=90),
    Action("quit", ("q",), "quit", EVERYWHERE, _APP, 91, "back, then quit; asks about what was not sent"),
    Action("nothing.deleted", ("d", "D", "delete"), "nothing is deleted here", READING, _APP, help="says what is"),
)
