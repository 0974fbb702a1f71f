"""What `help TOPIC` explains: one text a topic, with the product's own tables put in where they are named.

A text is Markdown of a small kind: a first line `# one sentence about it`, then headings, paragraphs, lists, code and
tables; a line `{name}` is replaced by the table of that name.
"""
