"""The one error of the TPDU codec (TS 23.040)."""

__all__ = ["DecodeError"]


class DecodeError(Exception):
    """These octets are no TPDU: what is wrong, and at which octet (counted from 0)."""

    layer = "TPDU"

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(f"octet {offset}: {reason}")
        self.reason = reason
        self.offset = offset
