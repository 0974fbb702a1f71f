"""A disk of one mebibyte that can be filled to its last byte, and one whose n-th call fails."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = "1m"
WRITING = "pwrite64,fdatasync,fsync,ftruncate,write"
"""The calls by which SQLite and the journal get anything onto the disk."""
KEEPS_TO_MODES = (shutil.which("setpriv") or "setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Run before a command: root without the rights that let it pass over the modes of files."""


class SmallDisk:
    """A file system of its own at a folder; leaving takes it away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def __enter__(self) -> SmallDisk:
        self.folder.mkdir(parents=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(self.folder)], check=True)
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", "-l", str(self.folder)], check=True)

    def fill(self) -> int:
        """Take every byte that is left; how many there were."""
        with self._filler.open("ab", buffering=0) as file:
            for size in (65_536, 4_096, 512, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    continue
        return self._filler.stat().st_size

    def free(self) -> None:
        self._filler.unlink()


def why_no_small_disk() -> str:
    """Why no file system can be made here; empty where one can."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return "only root can mount a small disk"
    with _scratch() as folder:
        tried = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(folder)], capture_output=True, text=True)
        if tried.returncode:
            return f"no small disk can be mounted here: {tried.stderr.strip()}"
        subprocess.run(["umount", str(folder)], check=True)
    return ""


def why_no_failing_call() -> str:
    """Why no call of a program can be made to fail here; empty where one can."""
    if shutil.which("strace") is None:
        return "strace is not installed here"
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, text=True)
    return f"strace may not trace here: {tried.stderr.strip()}" if tried.returncode else ""


def failing(home: Path, *, error: str, at: int) -> tuple[str, ...]:
    """Run before a command: its n-th writing call to a store below a home fails, and so do those after it."""
    files = [home / "state" / name for name in ("state.db", "state.db-wal", "state.db.new", "journal.jsonl")]
    files += [home / "cache" / name for name in ("cache.db", "cache.db-wal")]
    paths = [word for file in files for word in ("-P", str(file))]
    inject = f"inject={WRITING}:error={error}:when={at}+"
    return ("strace", "-f", "-qq", "-o", os.devnull, *paths, "-e", f"trace={WRITING}", "-e", inject)


@contextmanager
def _scratch() -> Iterator[Path]:
    folder = Path(f"/tmp/neptune-inbox-mount-{os.getpid()}")
    folder.mkdir()
    try:
        yield folder
    finally:
        folder.rmdir()
