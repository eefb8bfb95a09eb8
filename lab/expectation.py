"""What a story expects, in words; the first that does not come true is its verdict (DESIGN §10)."""

__all__ = ["Broken", "expect"]


class Broken(Exception):
    """An expectation that did not come true."""


def expect(holds: bool, sentence: str) -> None:
    """Go on only if it holds."""
    if not holds:
        raise Broken(sentence)
