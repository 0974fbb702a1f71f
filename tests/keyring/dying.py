"""A Secret Service that dies of the first question, as one that crashes: `python -m tests.keyring.dying`."""

from __future__ import annotations

import sys

from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection
from jeepney.low_level import HeaderFields, MessageType

NAME = "org.freedesktop.secrets"
REPLACE = 2


def die_of_the_first_question() -> None:
    connection = open_dbus_connection(bus="SESSION")
    connection.send_and_get_reply(message_bus.RequestName(NAME, REPLACE))
    print("ready", flush=True)
    while True:
        header = connection.receive().header
        if header.message_type is MessageType.method_call and header.fields.get(HeaderFields.destination) == NAME:
            sys.exit()


if __name__ == "__main__":
    die_of_the_first_question()
