"""What is drawn: widgets over tagged text, with no logic, no async and no keys of their own."""
