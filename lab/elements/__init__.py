"""The elements of the carrier: each speaks its real protocol; a real one can take its place (DESIGN §10)."""

__all__: list[str] = []
