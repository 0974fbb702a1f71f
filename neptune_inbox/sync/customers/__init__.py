"""Customers, their contact status and events sent to them; nothing here is about notifications in the list."""
