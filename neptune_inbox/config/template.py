"""A whole config.toml with one line of comment for each setting; `neptune-inbox config` prints it."""

from __future__ import annotations

from typing import Final

TEMPLATE: Final = """\
# neptune-inbox: settings. What stands here are the defaults; examples start with `#` and no blank.

# The profile that is used without --profile; empty: the first one below.
default_profile = ""

# A profile is a named place. The token is kept apart from it: run `neptune-inbox login`.
#[profiles.acme]
# The environment of the team: dev, staging, production, …
#environment = "production"
# Where the API is.
#api_base = "https://api.teurons.com/neptune"
# Where events go; without it the vendor's own, or api_base where that is another.
#edge_base = "https://edge.teurons.com/neptune"
# What may be written: observe (nothing), ask (each time), act. Without it act, or ask in production.
#mode = "ask"
# The colour of its name in the top line: red, amber, green, blue or violet; production has its own.
#colour = "green"
# The watched users.
#users = ["u-4711", "u-0815"]
# A command that prints the token on its first line, as a list; no shell reads it.
#token_command = ["pass", "show", "neptune/acme"]

[ui]
# neptune-dark, neptune-light or terminal (the terminal's own colours).
theme = "neptune-dark"
# How long a mark can be taken back before it is sent; 0 sends at once.
undo_seconds = 5
# The columns of the list, of: age, user, event, title.
columns = ["age", "user", "event", "title"]
# The preview: auto (where there is room), on or off.
preview = "auto"
# Times as age (2m), clock (14:02) or iso (2026-11-23T14:02:00Z).
time_format = "age"

[polling]
# The budget of one profile, shared by its watched users.
requests_per_minute = 30
# How many times slower while the terminal has lost focus.
unfocused_factor = 4

[notify]
# New unread notifications in the terminal's title.
title = true
# Ring the terminal's bell for them.
bell = false
# Tell the desktop about them.
desktop = false
# No bell and no desktop between these times of day, such as "22:00-07:00".
quiet = ""

# Saved filters: each has a name and a query.
[views]
#fresh = "is:unread since:1h"
#stuck = "event:payment_* is:unread"

# Keys by action id; `neptune-inbox` shows the ids under `?`.
[keys]
#"mark.row" = ["m", "f5"]

# Commands for `|`: they get the selection as JSON lines; a list, or words that no shell reads.
[commands]
#ticket = ["jq", "."]

#[templates.card]
# The type of an event to start from when one is composed.
#event_type = "payment_failed"
# Its data, as JSON text.
#data = '{"card": "4242"}'

[store]
# Read notifications older than this leave the cache on this machine.
keep_days = 90
"""
