"""The team's PostgreSQL: reaching it, its tables, and what goes over its wire; psycopg is imported where it is used.

Nothing here decides anything, and no word of a notification comes here.
"""
