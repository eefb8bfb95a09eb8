"""What a store raises when somebody else was faster (DESIGN §5)."""

__all__ = ["Stale"]


class Stale(Exception):
    """The row has been saved by somebody else since it was read: load it again and decide again."""
