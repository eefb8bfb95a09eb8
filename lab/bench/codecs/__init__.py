"""The codecs of MAP, TCAP, SCCP and M3UA beside pycrate's, on the same octets (DESIGN §7)."""

__all__: list[str] = []
