"""The shell around the procedures: events in, actions out, durability in between (DESIGN §4)."""

from ipsmgw.cdr import Cdr
from ipsmgw.cdr import decode as decode_cdr
from ipsmgw.gateway.core import World
from ipsmgw.gateway.gateway import Gateway
from ipsmgw.journal import Disk

__all__ = ["Cdr", "Disk", "Gateway", "World", "decode_cdr"]
