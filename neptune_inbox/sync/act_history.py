"""What the agent did in this session, newest last, and taking it back one act after the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox.sync.verbs import way_back

if TYPE_CHECKING:
    from collections.abc import Mapping

    from neptune_inbox.model import Key, Triage
    from neptune_inbox.store.outbox.undo import Undone
    from neptune_inbox.sync.session import Session

MOST_ACTS = 500
Restore: TypeAlias = Callable[[], Awaitable[object]]


class Act(NamedTuple):
    """One thing that was done, and how it is taken back."""

    words: str
    """What its marks are called; without marks, the sentence that says that it was taken back."""
    receipt_id: str = ""
    """The receipt of its marks; empty where nothing is sent to anybody."""
    restore: Restore | None = None


class TakenBack(Struct, frozen=True):
    """What became of taking back the last act."""

    said: str = ""
    """What is said of an act without marks that was taken back; empty: see `undone`."""
    undone: Undone | None = None
    """The marks that were taken back, or were not."""
    sent: tuple[str, ...] = ()
    """The later acts that were skipped, as they were sent already."""
    tried: tuple[str, ...] = ()
    """The later acts that were skipped, as some of their marks were tried with unknown outcome."""


class ActHistory:
    """The acts of one session: marks and triage in one row, so that undo is about the last one."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._acts: list[Act] = []

    def note_marks(self, receipt_id: str, label: str) -> None:
        """Marks were held under this receipt."""
        self._note(Act(label, receipt_id))

    def note(self, taken_back: str, restore: Restore) -> None:
        """Something that is not sent was changed; `restore` puts it back, which `taken_back` says."""
        self._note(Act(taken_back, restore=restore))

    async def note_outcome(
        self, outcome: object, before: Mapping[Key, Triage], taken_back: Callable[[], str]
    ) -> None:
        """A verb did this with rows that had this triage before; an act that changed nothing does not count."""
        if (restore := way_back(self._session, outcome)) is not None:
            self.note(taken_back(), restore)
        after = await self._session.triage.triage(list(before))
        changed = {key: (old, after[key]) for key, old in before.items() if old != after[key]}
        if changed:
            self.note(taken_back(), lambda: self._session.triage.restore(changed))

    async def take_back(self) -> TakenBack:
        """Take back the newest act that can be."""
        sent: list[str] = []
        tried: list[str] = []
        while self._acts:
            act = self._acts[-1]
            found = await self._try(act, sent, tried)
            self._acts.remove(act)
            if found is not None:
                return replace(found, sent=tuple(sent), tried=tuple(tried))
        # Of another instance, or of before this start.
        return TakenBack(undone=await self._session.marking.undo(), sent=tuple(sent), tried=tuple(tried))

    async def _try(self, act: Act, sent: list[str], tried: list[str]) -> TakenBack | None:
        if act.restore is not None:
            await act.restore()
            return TakenBack(act.words)
        undone = await self._session.marking.undo(act.receipt_id)
        if undone is not None and undone.undone:
            return TakenBack(undone=undone)
        if undone is not None and undone.too_late:
            (tried if undone.tried else sent).append(act.words)
        return None

    def _note(self, act: Act) -> None:
        self._acts = [*self._acts[-MOST_ACTS:], act]
