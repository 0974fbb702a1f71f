"""What `poll` says of itself, and what systemd and launchd need to keep it running for a user."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from neptune_inbox.model import Instant
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.presentation.times import clock

_SERVICE = """\
# ~/.config/systemd/user/neptune-inbox-poll.service
# systemctl --user daemon-reload && systemctl --user enable --now neptune-inbox-poll.service
[Unit]
Description=Poll and send for neptune-inbox
After=network-online.target

[Service]
ExecStart={command}
Restart=on-failure
RestartSec=60
SuccessExitStatus=143
NoNewPrivileges=yes

[Install]
WantedBy=default.target

# Or one turn every five minutes, instead of the service above:
# ~/.config/systemd/user/neptune-inbox-once.service
# [Unit]
# Description=One turn of polling for neptune-inbox
# [Service]
# Type=oneshot
# ExecStart={command} --once
# SuccessExitStatus=10
#
# ~/.config/systemd/user/neptune-inbox-once.timer
# [Timer]
# OnCalendar=*:0/5
# [Install]
# WantedBy=timers.target
"""
_AGENT = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- ~/Library/LaunchAgents/neptune-inbox.poll.plist; launchctl bootstrap gui/$UID with that file -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>neptune-inbox.poll</string>
  <key>ProgramArguments</key>
  <array>{words}</array>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
</dict>
</plist>
"""


def round_sentence(asked: int, left: int, arrived: int, sent: int, is_elsewhere: bool) -> str:
    """What came of one turn."""
    if is_elsewhere:
        return "Another process polls and sends for this profile, so this one did not."
    words = (
        f"{plural(asked, 'customer')} asked, {plural(arrived, 'notification')} arrived, {plural(sent, 'mark')} sent."
    )
    return f"{words} {left:,} wait for the next turn: the budget is spent." if left else words


def tally_sentence(now: Instant, polls: int, arrived: int, sent: int) -> str:
    """What came within the last minute."""
    return f"{clock(now)}  {plural(polls, 'poll')}, {_came(arrived, sent)}"


def _came(arrived: int, sent: int) -> str:
    return f"{plural(arrived, 'notification')} arrived, {plural(sent, 'mark')} sent."


def holder_sentence(process: int | None) -> str:
    """Who polls and sends; 0 is a process whose number is not known."""
    if process is None:
        return "Nothing is polling: no window is open, and no `neptune-inbox poll` is running."
    return f"Process {process} is polling and sending." if process else "Another process is polling and sending."


def following_sentence(users: Sequence[str], process: int | None) -> str:
    """The sentence before a followed list continues; `process` is as in `holder_sentence`."""
    whose = ", ".join(users[:3]) + (f" and {len(users) - 3:,} more" if len(users) > 3 else "")
    return f"Following {whose}; ctrl+c ends it." + (f" {holder_sentence(process)}" if process is not None else "")


def systemd_units(command: str) -> str:
    """A user service that polls, and below it, as comments, a timer that polls once at a time."""
    # systemd reads % and $ in a command line as its own.
    return _SERVICE.format(command=command.replace("%", "%%").replace("$", "$$"))


def launchd_agent(words: Sequence[str]) -> str:
    """A property list that runs these words when the user logs in."""
    return _AGENT.format(words="".join(f"<string>{escape(word)}</string>" for word in words))
