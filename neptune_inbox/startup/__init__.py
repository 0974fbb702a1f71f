"""From the command to the first page, before Textual is imported, and what is left after a crash.

Nothing is imported on import.
"""
