"""The inbox line by line, for screen readers and dumb terminals.

No Textual, no escape code and no glyph is in here.
"""
