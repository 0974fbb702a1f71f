"""What the server said, disposable at any time; nothing here is the only copy of anything."""
