"""The inbox screen and what it is made of; nothing here asks the network except through a session."""
