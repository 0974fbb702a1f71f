"""The edge where errors of SQLite and of the file system become errors that a user can read."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from neptune_inbox.errors import DiskFull, StoreProblem

FULL_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
READING_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What reading a damaged file may raise: SQLite's own words about it may hold bytes of the file."""
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 for an error that Python's own binding raised."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def is_damage(error: Exception) -> bool:
    """Whether the error says that the file is not a sound database; text in it that is not text says so as well."""
    if isinstance(error, UnicodeDecodeError):
        return True
    if not isinstance(error, sqlite3.Error):
        return False
    # Python's own binding says this, without a code.
    return primary_code(error) in DAMAGED or str(error).startswith("Could not decode to UTF-8")


def contradiction() -> sqlite3.DatabaseError:
    """The error where an index and its table say different things of a row, which SQLite itself does not compare."""
    error = sqlite3.DatabaseError("a row differs from its index")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def wrong_type() -> sqlite3.DatabaseError:
    """The error where a column holds what nothing ever writes there, as SQLite takes any value in any column."""
    error = sqlite3.DatabaseError("a column holds a value of another type")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def is_no_room(error: sqlite3.Error) -> bool:
    """Whether the disk took no more bytes, or failed to."""
    return primary_code(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def is_closed_to_us(error: sqlite3.Error) -> bool:
    """Whether the file or its folder cannot be opened or written with our rights."""
    return primary_code(error) in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)


RIGHTS = "Check the permissions of its folder."


def translated(error: Exception, name: str) -> StoreProblem:
    """The error to raise for one that came while the store `name` (a file's name) was used."""
    if isinstance(error, OSError):
        return _translated_os_error(error, name)
    if is_damage(error):
        return StoreProblem(
            f"{name} is damaged.",
            "Quit and start neptune-inbox again: it sets the damaged file aside and restores what can be read.",
        )
    if not isinstance(error, sqlite3.Error):
        return StoreProblem(
            f"{name} cannot store this value: {error}.", "Report this to the authors: the text was not cleaned."
        )
    if is_no_room(error):
        return _disk_full(name)
    if primary_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreProblem(f"{name} has been locked by another program for too long.", "Try again in a moment.")
    if is_closed_to_us(error):
        return StoreProblem(f"{name} cannot be written.", RIGHTS)
    return StoreProblem(f"{name} could not be used: {error}.")


def _disk_full(name: str) -> DiskFull:
    return DiskFull(f"The disk is full or failing, so the change was NOT saved in {name}.")


def _translated_os_error(error: OSError, name: str) -> StoreProblem:
    if error.errno in FULL_DISK:
        return _disk_full(name)
    return StoreProblem(f"{name} could not be used: {error.strerror or error}.", RIGHTS)


def describe(path: Path | None) -> str:
    """How a store is named in sentences."""
    return path.name if path is not None else "The store in memory"
