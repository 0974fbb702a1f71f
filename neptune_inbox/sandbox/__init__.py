"""A Neptune of our own, in memory: the demo, the tests and the screenshots talk to it with the production client."""
