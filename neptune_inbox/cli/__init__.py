"""The command line: the verbs of `sync` with their options, and nothing that `sync` should know."""
