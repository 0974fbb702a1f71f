"""What the program does: the only layer that a front end is handed."""
