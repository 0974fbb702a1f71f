"""The team's facts on this machine: ours, and those of colleagues; nothing here knows a network."""
