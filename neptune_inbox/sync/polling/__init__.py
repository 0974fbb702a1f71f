"""When the service is asked and when not: schedule, health and waiting; nothing here reads or writes a row."""
