"""A headless Chromium to look at pages with and to press keys in, spoken to through a pipe without any driver."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed here")
PATIENCE = 60.0
"""Seconds that a browser may take to answer."""
KEYS = {
    "Tab": {"code": "Tab", "windowsVirtualKeyCode": 9},
    "Enter": {"code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"},
    "ArrowDown": {"code": "ArrowDown", "windowsVirtualKeyCode": 40},
}
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *(
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
    ),
)


class Chromium:
    """One page in a browser of its own, `width` pixels wide."""

    def __init__(self, profile: Path, *, width: int = 1200, height: int = 900, is_dark: bool = False) -> None:
        self._number = 0
        self._buffer = b""
        self._session = ""
        self.logged: list[str] = []
        """What the browser had against the page."""
        down, self._write = os.pipe()
        self._read, up = os.pipe()
        command = [str(CHROMIUM), *FLAGS, "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{down} 4>&{up}', "bash", *command],
            pass_fds=(down, up),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(down)
        os.close(up)
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])

    def __enter__(self) -> Chromium:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._read)
        os.close(self._write)

    # -- the pipe ----------------------------------------------------------------------------------------------

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the DevTools protocol, and its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        told = self._await(lambda message: message.get("id") == self._number)
        assert "error" not in told, told
        result: dict[str, Any] = told["result"]
        return result

    def _await(self, is_it: Any) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE
        while True:
            while b"\0" not in self._buffer:
                ready, _, _ = select.select([self._read], [], [], max(0.0, until - time.monotonic()))
                assert ready, "the browser does not answer"
                chunk = os.read(self._read, 1 << 20)
                assert chunk, "the browser is gone"
                self._buffer += chunk
            text, _, self._buffer = self._buffer.partition(b"\0")
            message: dict[str, Any] = json.loads(text)
            if message.get("method") == "Log.entryAdded":
                self.logged.append(message["params"]["entry"]["text"])
            if is_it(message):
                return message

    # -- what somebody does ------------------------------------------------------------------------------------

    def go_to(self, url: str) -> None:
        """Opens an address and waits until it is loaded."""
        self.send("Page.navigate", url=url)
        self.await_load()

    def await_load(self) -> None:
        self._await(lambda message: message.get("method") == "Page.loadEventFired")

    def press(self, key: str, *, is_shifted: bool = False, leads_on: bool = False) -> None:
        """Presses a key; `leads_on` waits for the page that it leads to."""
        event = {"key": key, "modifiers": 8 if is_shifted else 0, **KEYS[key]}
        self.send("Input.dispatchKeyEvent", type="keyDown", **event)
        if leads_on:
            self.await_load()
        else:
            self.send("Input.dispatchKeyEvent", type="keyUp", **event)

    def type(self, text: str) -> None:
        self.send("Input.insertText", text=text)

    def ask(self, script: str) -> Any:
        """The value of an expression in the page."""
        told = self.send("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def picture(self, path: Path) -> None:
        """All of the page as a PNG file."""
        told = self.send("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(told["data"]))
