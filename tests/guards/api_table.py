"""The table of neptune-api.md, Endpoints, and where each layer has its lines; three tests walk it."""

from __future__ import annotations

from typing import NamedTuple


class ApiCall(NamedTuple):
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
    ApiCall(
        "List a user's app notifications",
        "GET",
        NOTIFICATIONS,
        "app_notifications",
        ("list", "-u", CUSTOMER),
        "refresh",
    ),
    ApiCall("Mark one as read", "POST", READ, "mark_read", ("mark", "ID", "-u", CUSTOMER), "mark.row"),
    ApiCall(
        "Mark all of a user's as read",
        "POST",
        READ,
        "mark_user_read",
        ("mark", "-u", CUSTOMER, "--server-all", "--yes"),
        "mark.all",
    ),
    ApiCall("List environments", "GET", "/environments", "environments", ("environments",), "profile.switch"),
    ApiCall("Create user", "POST", USERS, "create_user", ("users", "create", "u-2"), "people"),
    ApiCall("List users", "GET", USERS, "users", ("users", "list"), "user.go"),
    ApiCall("Get user", "GET", USER, "user", ("users", "get", CUSTOMER), "people"),
    ApiCall("Update user", "PUT", USER, "update_user", ("users", "update", CUSTOMER, "--set", "a=1"), "people"),
    ApiCall("Delete user", "DELETE", USER, "delete_user", ("users", "delete", CUSTOMER, "--yes"), "people"),
    ApiCall("Add contact info", "POST", CONTACTS, "add_contact", ("contacts", "add", CUSTOMER, *MAIL), "people"),
    ApiCall(
        "Update contact info",
        "PUT",
        CONTACTS,
        "update_contact",
        ("contacts", "update", CUSTOMER, *MAIL, *HOME),
        "people",
    ),
    ApiCall(
        "Delete contact info",
        "DELETE",
        CONTACTS,
        "delete_contact",
        ("contacts", "delete", CUSTOMER, *MAIL),
        "people",
    ),
    ApiCall(
        "Ingest an event", "POST", "/events/ingest", "ingest", ("event", "send", "welcome", "-u", CUSTOMER), "event"
    ),
)
