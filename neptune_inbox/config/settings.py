"""What can be set, each setting declared once: its type, default, bounds, examples and the words about it.

`load` reads a file by these declarations, `template` prints them, and `help config` lists them. A setting
with an example is shown as a comment, any other with its default. No file and no text of errors here.
"""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Struct, field

from neptune_inbox import doors
from neptune_inbox.code_words import EVENTS
from neptune_inbox.codes import NO_MASK, CodeMask
from neptune_inbox.config.declared import about, listed
from neptune_inbox.model import Mode, Profile
from neptune_inbox.model.incidents import Grouping
from neptune_inbox.notification_fields import column_names

THEMES: Final = ("auto", "neptune-dark", "neptune-light", "terminal")
PREVIEWS: Final = ("auto", "on", "off")
COLOURS: Final = ("red", "amber", "green", "blue", "violet")
TIME_FORMATS: Final = ("age", "clock", "iso")
COLUMNS: Final = column_names()
_HOURS: Final = r"^(?:(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d)?$"


class ProfileSettings(Struct, frozen=True):
    """One `[profiles.NAME]`; `load` makes a `Profile` of it."""

    environment: Annotated[
        str,
        about("The team's environment: dev, staging, production, …", "production", door=doors.read_name),
    ]
    api_base: Annotated[str, about("Where the API is.", "https://api.teurons.com/neptune")] = ""
    edge_base: Annotated[
        str,
        about(
            "Where events are sent; by default the vendor's own, or api_base if that is not the vendor's.",
            "https://edge.teurons.com/neptune",
        ),
    ] = ""
    mode: Annotated[
        str | None,
        about(
            "What may be written: observe (nothing), ask (each time), act. Default: act, or ask in production.",
            "ask",
            one_of=tuple(mode.value for mode in Mode),
        ),
    ] = None
    production: Annotated[
        bool | None,
        about(
            "Whether it has real customers; by default, words in the environment's name decide: prod, prd, live, …",
            True,
        ),
    ] = None
    colour: Annotated[
        str,
        about(
            f"The colour of its name in the top line: {listed(COLOURS)}; production has its own colour.",
            "green",
            one_of=COLOURS,
        ),
    ] = ""
    users: Annotated[tuple[str, ...], about("The watched users.", ["u-4711", "u-0815"], door=doors.read_id)] = ()
    token_command: Annotated[
        tuple[str, ...],
        about(
            "A command that prints the token on its first line, as a list of words; no shell is involved.",
            ["pass", "show", "neptune/acme"],
            is_secret=True,
        ),
    ] = ()
    trusted_hosts: Annotated[
        tuple[str, ...],
        about("Other hosts that may get the token, besides those it was given for.", ["edge.acme.example"]),
    ] = ()


class UiSettings(Struct, frozen=True):
    """How the inbox looks and feels."""

    theme: Annotated[
        str,
        about(
            "auto (dark or light, like the terminal), neptune-dark, neptune-light or terminal (the terminal's"
            " own colours).",
            one_of=THEMES,
        ),
    ] = "auto"
    undo_seconds: Annotated[
        float, about("How long a mark can be taken back before it is sent; 0 sends at once.", ge=0, le=3_600)
    ] = 5
    columns: Annotated[
        tuple[str, ...], about(f"The columns of the list, of: {', '.join(COLUMNS)}.", one_of=COLUMNS)
    ] = COLUMNS
    preview: Annotated[str, about("The preview: auto (where there is room), on or off.", one_of=PREVIEWS)] = "auto"
    time_format: Annotated[
        str, about("Times as age (2m), clock (14:02) or iso (2026-11-23T14:02:00Z).", one_of=TIME_FORMATS)
    ] = "age"
    mark_goes_on: Annotated[
        bool, about("Whether the cursor goes on to the next unread row when one row is marked read.")
    ] = False


class PollingSettings(Struct, frozen=True):
    """How often the server is asked."""

    requests_per_minute: Annotated[
        int, about("The request budget of a profile, shared by its watched users.", ge=1, le=600)
    ] = 30
    unfocused_factor: Annotated[
        float, about("How many times slower to poll while the terminal is not focused.", ge=1, le=100)
    ] = 4


class NotifySettings(Struct, frozen=True):
    """How new unread notifications are announced."""

    title: Annotated[bool, about("Show the number of new unread notifications in the terminal's title.")] = True
    bell: Annotated[bool, about("Ring the terminal's bell for them.")] = False
    desktop: Annotated[bool, about("Show them as desktop notifications.")] = False
    quiet: Annotated[
        str,
        about(
            'No bell or desktop notifications between these times of day, such as "22:00-07:00".',
            expected='two times of day such as "22:00-07:00"',
            pattern=_HOURS,
        ),
    ] = ""


class PrivacySettings(Struct, frozen=True):
    """What is hidden until it is asked for."""

    mask_codes: Annotated[bool, about("Hide one-time codes in lists, previews, evidence and JSON.")] = True
    code_events: Annotated[
        tuple[str, ...], about("Event types whose numbers are one-time codes; * means any text.")
    ] = EVENTS
    code_words: Annotated[
        tuple[str, ...], about("More words next to which a number is a one-time code.", ["Zugangsnummer"])
    ] = ()

    @property
    def mask(self) -> CodeMask:
        """What hides codes by these settings."""
        return CodeMask(self.code_events, self.code_words) if self.mask_codes else NO_MASK


class Template(Struct, frozen=True):
    """An event to start from."""

    event_type: Annotated[str, about("The event type to start from when composing one.", "payment_failed")]
    data: Annotated[str, about("Its data, as JSON text.", '{"card": "4242"}')] = "{}"
    """JSON text of an object."""


class Hook(Struct, frozen=True):
    """One `[hooks.NAME]`: a command that is handed what arrives."""

    command: Annotated[
        tuple[str, ...],
        about(
            "It gets one JSON object per line on standard input; a list of words, no shell is involved.",
            ["notify-oncall", "--team", "billing"],
            is_secret=True,
        ),
    ]
    query: Annotated[str, about("Which arrivals it is handed; by default, all of them.", "event:payment_*")] = ""
    batch: Annotated[
        str,
        about("How long to wait for more after the first, to hand them over together.", "10s", door=doors.read_hold),
    ] = "10s"
    time_limit: Annotated[
        str,
        about("How long the command may take before it is stopped.", "30s", door=doors.read_patience),
    ] = "30s"

    @property
    def batch_seconds(self) -> int:
        return doors.span_seconds(self.batch) or 0

    @property
    def limit_seconds(self) -> int:
        return doors.span_seconds(self.time_limit) or 0


class StoreSettings(Struct, frozen=True):
    """What is kept on this machine."""

    keep_days: Annotated[
        int, about("Read notifications older than this are removed from the cache on this machine.", ge=1, le=3_650)
    ] = 90


class IncidentSettings(Struct, frozen=True):
    """What counts as an incident: the same notification to several customers."""

    gap_minutes: Annotated[
        int, about("The longest time between one notification of an incident and the next.", ge=1, le=1_440)
    ] = 15
    customers: Annotated[int, about("How many customers make an incident.", ge=2, le=100_000)] = 3

    @property
    def grouping(self) -> Grouping:
        """What incidents are found by."""
        return Grouping(self.gap_minutes * 60_000, self.customers)


class TeamSettings(Struct, frozen=True):
    """The database that colleagues share."""

    dsn: Annotated[
        str,
        about(
            "The PostgreSQL database of the team; its password is kept elsewhere.",
            "postgresql://inbox@db.acme.example/inbox",
            door=doors.read_dsn,
        ),
    ] = ""
    """Empty: no team, the agent works alone."""
    agent: Annotated[
        str, about("Your name for the team; by default, your login name.", "rita", door=doors.optional_name)
    ] = ""
    claim_minutes: Annotated[int, about("How long a claim lasts without a key press on it.", ge=1, le=1_440)] = 30


class WatchSettings(Struct, frozen=True):
    """The users to watch, from a list kept elsewhere."""

    users_from: Annotated[
        tuple[str, ...],
        about(
            "A command that prints the users to watch, one id per line, as a list of words; no shell is involved.",
            ["crm", "my-customers"],
            is_secret=True,
        ),
    ] = ()
    users_file: Annotated[str, about("Or a file with one id per line.", "~/customers.txt")] = ""
    every_minutes: Annotated[
        int, about("How often the list is read again; a file is also read as soon as it changes.", ge=1, le=1_440)
    ] = 5


class Settings(Struct, frozen=True):
    """Everything that config.toml says."""

    default_profile: Annotated[str, about("The profile used without --profile; empty: the first one below.")] = ""
    """Empty only where there is no profile."""
    profiles: Annotated[
        dict[str, Profile],
        about(
            "A profile names an environment at an API address. Its token is kept elsewhere: run"
            " `neptune-inbox login`.",
            entry=ProfileSettings,
            named="acme",
        ),
    ] = field(default_factory=dict)
    ui: UiSettings = UiSettings()
    polling: PollingSettings = PollingSettings()
    notify: NotifySettings = NotifySettings()
    privacy: PrivacySettings = PrivacySettings()
    views: Annotated[
        dict[str, str],
        about(
            "Saved filters: each has a name and a query.",
            {"fresh": "is:unread since:1h", "stuck": "event:payment_* is:unread"},
        ),
    ] = field(default_factory=dict)
    """Queries by name, in the order of the file."""
    keys: Annotated[
        dict[str, str | tuple[str, ...]],
        about(
            "Keys by action id; `?` in the inbox shows the ids.",
            {"mark.row": ["m", "f5"]},
            key='"ACTION"',
        ),
    ] = field(default_factory=dict)
    """Keys by action id, as written; the action table checks them."""
    key_places: dict[str, str] = field(default_factory=dict)
    """File and line of each of them, for what is said when two clash."""
    commands: Annotated[
        dict[str, tuple[str, ...]],
        about(
            "Commands for `|`: they get the selection as JSON lines; a list of words, or one line that no"
            " shell interprets.",
            {"ticket": ["jq", "."]},
        ),
    ] = field(default_factory=dict)
    """Argument lists by name, for `|`; never given to a shell."""
    templates: Annotated[dict[str, Template], about("", entry=Template, named="card")] = field(default_factory=dict)
    """Events by name, in the order of the file."""
    hooks: Annotated[
        dict[str, Hook],
        about("A hook runs a command for what arrives: `neptune-inbox help hooks`.", entry=Hook, named="oncall"),
    ] = field(default_factory=dict)
    """By name, in the order of the file."""
    watch: WatchSettings = WatchSettings()
    store: StoreSettings = StoreSettings()
    incidents: IncidentSettings = IncidentSettings()
    team: TeamSettings = TeamSettings()
