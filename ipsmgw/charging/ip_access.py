"""The IP access flag of TR 23.804 §7, as a private extension of MAP (TS 29.002 §17.7.11).

No specification has taken it up, so it has an object identifier of ours, the same as in charging records.
"""

from ipsmgw.charging.conversion import ACCESS
from mapstack.ber import element

__all__ = ["IP_ACCESS"]

_PRIVATE_EXTENSION_LIST, _SEQUENCE, _OBJECT_IDENTIFIER, _BOOLEAN = 0xA0, 0x30, 0x06, 0x01
_EXTENSION = element(_OBJECT_IDENTIFIER, ACCESS) + element(_BOOLEAN, b"\xff")

IP_ACCESS = element(_PRIVATE_EXTENSION_LIST, element(_SEQUENCE, _EXTENSION))
"""Contents of an ExtensionContainer that says: this message has come, or gone, over IP."""
