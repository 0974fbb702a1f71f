"""What is kept of one tenant, as `sync` calls it: bound to its thread, each call awaited."""

from __future__ import annotations

from neptune_inbox.store.cache.cache import Cache
from neptune_inbox.store.cache.users import UserCache
from neptune_inbox.store.hooks.hooks import HookStore
from neptune_inbox.store.journal.journal import Journal
from neptune_inbox.store.kept import KeptStore
from neptune_inbox.store.outbox.outbox import Outbox
from neptune_inbox.store.tenant import TenantData
from neptune_inbox.store.triage import TriageStore
from neptune_inbox.store.watch_rule import WatchRuleStore
from neptune_inbox.sync.store_thread import Awaited, OnThread, StoreThread


class AsyncCache(OnThread[Cache]):
    """The cached rows, each call awaited."""

    merge = Awaited(Cache.merge)
    notification = Awaited(Cache.notification)
    event_types = Awaited(Cache.event_types)
    payload_names = Awaited(Cache.payload_names, is_read=True)
    remember = Awaited(Cache.remember)
    recall = Awaited(Cache.recall)
    unread_keys = Awaited(Cache.unread_keys)
    note_seen_unread = Awaited(Cache.note_seen_unread)
    snapshot = Awaited(Cache.snapshot)
    newest_rowid = Awaited(Cache.newest_rowid)


class AsyncUsers(OnThread[UserCache]):
    """The cached users, each call awaited."""

    all = Awaited(UserCache.all)
    get = Awaited(UserCache.get)
    names = Awaited(UserCache.names)
    seen = Awaited(UserCache.seen)
    save = Awaited(UserCache.save)
    save_profiles = Awaited(UserCache.save_profiles)
    forget = Awaited(UserCache.forget)
    counts = Awaited(UserCache.counts)
    set_counts = Awaited(UserCache.set_counts)
    local_counts = Awaited(UserCache.local_counts)
    local_counts_of = Awaited(UserCache.local_counts_of)
    freshness = Awaited(UserCache.freshness)
    set_freshness = Awaited(UserCache.set_freshness)


class AsyncOutbox(OnThread[Outbox]):
    """The marks, each call awaited."""

    marks = Awaited(Outbox.marks)
    current_marks = Awaited(Outbox.current_marks)
    counts = Awaited(Outbox.counts)
    receipts = Awaited(Outbox.receipts)
    receipt = Awaited(Outbox.receipt)
    receipt_ids = Awaited(Outbox.receipt_ids)
    posted_field = Awaited(Outbox.posted_field)
    note_effect = Awaited(Outbox.note_effect)
    awaits_look = Awaited(Outbox.awaits_look)
    undo = Awaited(Outbox.undo)
    send_now = Awaited(Outbox.send_now)
    retry = Awaited(Outbox.retry)
    drop = Awaited(Outbox.drop)
    take_over = Awaited(Outbox.take_over)
    follow_clock = Awaited(Outbox.follow_clock)
    settle = Awaited(Outbox.settle)
    post_another = Awaited(Outbox.post_another)
    contradicted = Awaited(Outbox.contradicted)
    correct = Awaited(Outbox.correct)


class AsyncTriage(OnThread[TriageStore]):
    """The triage, each call awaited."""

    watched = Awaited(TriageStore.watched)
    watch = Awaited(TriageStore.watch)
    unwatch = Awaited(TriageStore.unwatch)
    set_done = Awaited(TriageStore.set_done)
    snooze = Awaited(TriageStore.snooze)
    star = Awaited(TriageStore.star)
    note = Awaited(TriageStore.note)
    triage = Awaited(TriageStore.triage, is_read=True)
    restore = Awaited(TriageStore.restore)
    is_host_confirmed = Awaited(TriageStore.is_host_confirmed)
    confirm_host = Awaited(TriageStore.confirm_host)


class AsyncKept(OnThread[KeptStore]):
    """What is kept of the agent's habits, each call awaited."""

    keep = Awaited(KeptStore.keep)
    newest = Awaited(KeptStore.newest)
    drop = Awaited(KeptStore.drop)


class AsyncHooks(OnThread[HookStore]):
    """What hooks wait for, each call awaited."""

    register = Awaited(HookStore.register)
    release = Awaited(HookStore.release)
    release_left = Awaited(HookStore.release_left)
    states = Awaited(HookStore.states)
    pass_over = Awaited(HookStore.pass_over)
    note_taken = Awaited(HookStore.note_taken)
    skip = Awaited(HookStore.skip)
    note_failure = Awaited(HookStore.note_failure)


class AsyncWatchRule(OnThread[WatchRuleStore]):
    """The state of the watch list, each call awaited."""

    state = Awaited(WatchRuleStore.state)
    apply = Awaited(WatchRuleStore.apply)
    note_problem = Awaited(WatchRuleStore.note_problem)


class AsyncJournal(OnThread[Journal]):
    """The journal, each call awaited."""

    append = Awaited(Journal.append)
    read = Awaited(Journal.read, is_read=True)


class TenantStore:
    """The stores of one tenant on their thread."""

    def __init__(self, data: TenantData, thread: StoreThread) -> None:
        self.data = data
        """The stores themselves, for what runs on the thread already."""
        self.tenant = data.tenant
        self.thread = thread
        self.cache = AsyncCache(data.cache, thread)
        self.users = AsyncUsers(data.users, thread)
        self.outbox = AsyncOutbox(data.outbox, thread)
        self.triage = AsyncTriage(data.triage, thread)
        self.kept = AsyncKept(data.kept, thread)
        self.hooks = AsyncHooks(data.hooks, thread)
        self.watch_rule = AsyncWatchRule(data.watch_rule, thread)
        self.journal = AsyncJournal(data.journal, thread)

    @property
    def foreground(self) -> TenantStore:
        """The same for whoever acts for a key: ahead of everything that runs in the background."""
        return TenantStore(self.data, self.thread.foreground)

    @property
    def last(self) -> TenantStore:
        """The same for what can wait until nobody else needs the disk."""
        return TenantStore(self.data, self.thread.last)
