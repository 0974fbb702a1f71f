"""How values look in words, columns and styles.

Pure, without Textual, rich, click, a file or a clock; nothing is imported on import.
"""
