"""neptune-inbox: a terminal inbox over the Neptune REST API, for support agents."""

__version__ = "1.0.0"
