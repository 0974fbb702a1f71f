"""One line for a bar or a prompt, filled in from a closed set of names; `fast_status` speaks it too: few imports."""

from __future__ import annotations

from neptune_inbox.presentation.times import span, table_age

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from neptune_inbox.model import Instant, JsonObject

NAMES = {
    "profile": "the profile",
    "customers": "how many customers are watched",
    "unread": "what they have not read, as last counted by the server",
    "todo": "unread, and neither done nor snoozed nor being marked",
    "oldest": "how long the oldest of these has been there",
    "pending": "marks that are waiting or being sent",
    "refused": "marks that the server refused",
    "seen": "how long ago the customer who has waited longest was polled",
}
"""The names allowed in braces; nothing else is ever looked up."""
USUAL = "{unread} unread, {todo} to do, oldest {oldest}, {pending} pending"
NOTHING, UNKNOWN, NEVER = "-", "?", "never"
LONGEST = 2_000
"""Characters of a format."""


class Status:
    """The state of one profile's queue, from the cache alone."""

    def __init__(
        self,
        profile: str,
        unread: Sequence[int | None],
        looks: Sequence[Instant | None],
        *,
        todo: int,
        oldest: Instant | None,
        is_whole: bool,
        pending: int,
        refused: int,
    ) -> None:
        """`unread` and `looks` are of each watched customer: what the server counted, and when it was last asked.

        `oldest` is when the oldest of what is to do was created. `is_whole` says that all that is unread is loaded;
        else there may be more to do, and older.
        """
        counted = [count for count in unread if count is not None]
        looked = [look for look in looks if look is not None]
        self.profile = profile
        self.customers = len(unread)
        self.unread = sum(counted) if counted or not unread else None
        self.is_exact = len(counted) == len(unread)
        self.todo, self.oldest, self.is_whole = todo, oldest, is_whole
        self.pending, self.refused = pending, refused
        self.seen = min(looked, default=None) if len(looked) == len(looks) else None

    def words(self, now: Instant) -> dict[str, str]:
        """The value of each name; with `+` after what may be more."""
        more = "" if self.is_whole else "+"
        return {
            "profile": self.profile,
            "customers": str(self.customers),
            "unread": UNKNOWN if self.unread is None else f"{self.unread}{'' if self.is_exact else '+'}",
            "todo": f"{self.todo}{more}",
            "oldest": self._oldest_words(now),
            "pending": str(self.pending),
            "refused": str(self.refused),
            "seen": span(now - self.seen) if self.seen is not None else NEVER if self.customers else NOTHING,
        }

    def _oldest_words(self, now: Instant) -> str:
        if self.oldest is None:
            return NOTHING if self.is_whole else UNKNOWN
        return f"{table_age(self.oldest, now)}{'' if self.is_whole else '+'}"

    def record(self, iso: Callable[[Instant | None], str | None]) -> JsonObject:
        """As `--json` prints it, with times as `iso` writes them."""
        return {
            "profile": self.profile,
            "customers": self.customers,
            "unread": self.unread,
            "unread_at_least": not self.is_exact,
            "todo": self.todo,
            "todo_at_least": not self.is_whole,
            "oldest": iso(self.oldest),
            "pending": self.pending,
            "refused": self.refused,
            "seen_at": iso(self.seen),
        }


def fill(form: str, words: dict[str, str]) -> str:
    """A format that has no `format_problem`, with its names replaced by these words."""
    return "".join(words[part] if is_name else part for is_name, part in _parts(form))


def _parts(form: str) -> Iterator[tuple[bool, str]]:
    """Text and names in turn; whether it is a name. Raises ValueError for a brace without its partner."""
    rest = form
    while rest:
        start = next((place for place, char in enumerate(rest) if char in "{}"), len(rest))
        if rest[start : start + 2] in ("{{", "}}"):
            yield False, rest[: start + 1]
            rest = rest[start + 2 :]
        elif start == len(rest):
            yield False, rest
            rest = ""
        else:
            name, sign, behind = rest[start + 1 :].partition("}")
            if rest[start] == "}" or not sign or "{" in name:
                raise ValueError
            yield False, rest[:start]
            yield True, name
            rest = behind


def format_problem(form: str) -> tuple[str, str]:
    """What is wrong with a format, behind its name, and what to do; two empty texts where nothing is."""
    if len(form) > LONGEST:
        return f"is longer than {LONGEST:,} characters", "Shorten it."
    if not _can_be_shown(form):
        return "holds a line break or a control character", "Let the shell put them around what is printed."
    try:
        unknown = [part for is_name, part in _parts(form) if is_name and part not in NAMES]
    except ValueError:
        return "has an unmatched brace", "Write {{ or }} for the brace itself."
    if unknown:
        return f"does not know {{{unknown[0][:40]}}}", f"Valid names: {', '.join(f'{{{name}}}' for name in NAMES)}."
    return "", ""


def _can_be_shown(form: str) -> bool:
    """Icons of the private use areas, which bars are full of, are shown as well."""
    if form.isprintable():
        return True
    from unicodedata import category

    return all(
        char.isprintable() or char == "\N{ZERO WIDTH JOINER}" or category(char) in ("Co", "Zs") for char in form
    )
