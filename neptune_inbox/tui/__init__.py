"""The terminal interface: app, screens and verbs over widgets, over pure formatting; nothing is imported here
because the first paint must load as little as it can."""
