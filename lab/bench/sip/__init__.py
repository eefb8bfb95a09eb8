"""The parser of SIP beside the sipmessage package's, on the same octets (RFC 3261 §7)."""

__all__: list[str] = []
