"""`make bench`: what a message costs, beside a bare relay of the same packets (DESIGN §8)."""

__all__: list[str] = []
