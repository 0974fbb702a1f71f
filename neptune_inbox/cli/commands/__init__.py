"""The commands of the shell, a module per group.

Each collects options and shows an outcome, and is imported when it is run.
"""
