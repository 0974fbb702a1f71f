"""The team's plane: who is on what, what was written and handled, and sharing it; no sentence is here."""
