"""A real Secret Service: gnome-keyring on a session bus of its own, in a home of its own."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PASSWORD = b"ci-password\n"
MISSING = [name for name in ("dbus-daemon", "dbus-send", "gnome-keyring-daemon") if shutil.which(name) is None]
"""What must be installed for these tests and is not."""


class Desktop:
    """A session bus and a keyring daemon as own children, so that they can be frozen, killed and locked."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / ".local/share/keyrings").mkdir(parents=True)
        (home / ".cache").mkdir()
        self.env = {"PATH": os.environ["PATH"], "HOME": str(home)}
        self._bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._bus.stdout is not None
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self._bus.stdout.readline().decode().strip()
        self.daemon: subprocess.Popen[bytes] | None = None
        self._dying: subprocess.Popen[bytes] | None = None

    def unlock(self) -> None:
        """Start the daemon with its login keyring open, and wait until it answers on the bus."""
        self.daemon = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert self.daemon.stdin is not None
        self.daemon.stdin.write(PASSWORD)
        self.daemon.stdin.close()
        self._wait_until_owned(True)

    def _wait_until_owned(self, is_owned: bool) -> None:
        give_up = time.monotonic() + 10
        while ("boolean true" in self._ask_bus("NameHasOwner")) is not is_owned:
            assert time.monotonic() < give_up, "gnome-keyring-daemon did not come up or go"

    def _ask_bus(self, method: str) -> str:
        """Ask the bus about the owner of the Secret Service."""
        command = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"]
        question = [f"org.freedesktop.DBus.{method}", "string:org.freedesktop.secrets"]
        return subprocess.run([*command, *question], env=self.env, capture_output=True, text=True).stdout

    def lock(self) -> None:
        """Lock the login keyring, as a screen lock may do."""
        command = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.secrets"]
        where = "/org/freedesktop/secrets"
        collection = f"array:objpath:{where}/collection/login"
        subprocess.run(
            [*command, where, "org.freedesktop.Secret.Service.Lock", collection],
            env=self.env,
            check=True,
            capture_output=True,
        )

    def freeze(self) -> None:
        assert self.daemon is not None
        self.daemon.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """Kill the daemon, or the one that the bus started in its place."""
        owner = re.search(r"uint32 (\d+)", self._ask_bus("GetConnectionUnixProcessID"))
        if owner:
            os.kill(int(owner[1]), signal.SIGKILL)
        if self.daemon is not None and (not owner or int(owner[1]) == self.daemon.pid):
            self.daemon.kill()
            self.daemon.wait()
        self._wait_until_owned(False)

    def die(self) -> None:
        """Put a service in the daemon's place that dies of the next question."""
        self.kill()
        self._dying = subprocess.Popen(
            [sys.executable, "-m", "tests.keyring.dying"],
            env={**self.env, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
        )
        assert self._dying.stdout is not None
        assert self._dying.stdout.readline() == b"ready\n"

    def askers(self) -> list[int]:
        """The processes that wait for an answer of this desktop's keyring."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                is_asking = b"_keyring_child.py" in (process / "cmdline").read_bytes()
                if is_asking and self.env["DBUS_SESSION_BUS_ADDRESS"].encode() in (process / "environ").read_bytes():
                    found.append(int(process.name))
        return found

    def close(self) -> None:
        self.kill()
        if self._dying is not None:
            self._dying.kill()
            self._dying.wait()
            assert self._dying.stdout is not None
            self._dying.stdout.close()
        self._bus.kill()
        self._bus.wait()
        assert self._bus.stdout is not None
        self._bus.stdout.close()
