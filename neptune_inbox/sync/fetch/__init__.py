"""Bringing rows and counts of one user into the cache; nothing here decides when."""
