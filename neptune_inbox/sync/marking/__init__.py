"""Marking read for the customer.

Holding, sending and the audit of every write; nothing here draws or words anything.
"""
