"""Looking at the cache.

Scope, query, times and the list that does not move; nothing here makes a request of its own.
"""
