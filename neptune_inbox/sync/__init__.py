"""Use cases: what a front end may ask for; each acts and returns an outcome, never a sentence, a colour or a key."""
