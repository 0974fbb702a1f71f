"""What this machine remembers.

Stores, the journal, the lock; nothing here knows the network, a front end or a sentence for the user.
"""
