"""The table of neptune-api.md, Endpoints, and where each layer has its lines; three tests walk it."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """A line of neptune-api.md, Endpoints, and where each layer has it."""

    title: str
    method: str
    path: str
    call: str
    """The client's method."""
    command: tuple[str, ...]
    """What a shell is told; ID stands for the id of a notification."""
    action: str
    """The action that leads there in the TUI."""

    @property
    def route(self) -> tuple[str, str]:
        return self.method, self.path


USERS = "/{environment}/users"
USER = f"{USERS}/{{user_id}}"
CONTACTS = f"{USER}/contacts_info"
NOTIFICATIONS = "/app_notifications/{environment}"
READ = f"{NOTIFICATIONS}/read"
CUSTOMER = "u-4711"
MAIL = ("email", "rajiv@lumenlabs.example")
HOME = ("--filterable", "home")

TABLE = (
    Line(
        "List a user's app notifications",
        "GET",
        NOTIFICATIONS,
        "app_notifications",
        ("list", "-u", CUSTOMER),
        "refresh",
    ),
    Line("Mark one as read", "POST", READ, "mark_read", ("mark", "ID", "-u", CUSTOMER), "mark.row"),
    Line(
        "Mark all of a user's as read",
        "POST",
        READ,
        "mark_user_read",
        ("mark", "-u", CUSTOMER, "--server-all", "--yes"),
        "mark.all",
    ),
    Line("List environments", "GET", "/environments", "environments", ("environments",), "profile.switch"),
    Line("Create user", "POST", USERS, "create_user", ("users", "create", "u-2"), "people"),
    Line("List users", "GET", USERS, "users", ("users", "list"), "user.go"),
    Line("Get user", "GET", USER, "user", ("users", "get", CUSTOMER), "people"),
    Line("Update user", "PUT", USER, "update_user", ("users", "update", CUSTOMER, "--set", "a=1"), "people"),
    Line("Delete user", "DELETE", USER, "delete_user", ("users", "delete", CUSTOMER, "--yes"), "people"),
    Line("Add contact info", "POST", CONTACTS, "add_contact", ("contacts", "add", CUSTOMER, *MAIL), "people"),
    Line(
        "Update contact info",
        "PUT",
        CONTACTS,
        "update_contact",
        ("contacts", "update", CUSTOMER, *MAIL, *HOME),
        "people",
    ),
    Line(
        "Delete contact info",
        "DELETE",
        CONTACTS,
        "delete_contact",
        ("contacts", "delete", CUSTOMER, *MAIL),
        "people",
    ),
    Line(
        "Ingest an event", "POST", "/events/ingest", "ingest", ("event", "send", "welcome", "-u", CUSTOMER), "event"
    ),
)
