"""What went over the wire: collected, written for Wireshark, decoded, drawn as a ladder."""

from ipsmgw.trace.decode import LAYER_OF, Decoded, LayerName, decode
from ipsmgw.trace.failure import failed, leg_of
from ipsmgw.trace.heartbeat import heartbeat
from ipsmgw.trace.ladder import Ladder, ladder
from ipsmgw.trace.masking import Shown, masked, shown
from ipsmgw.trace.pcap import Endpoint, PcapWriter, write_pcap
from ipsmgw.trace.summary import Summaries, summary
from ipsmgw.trace.trace import Pdu, Trace
from ipsmgw.trace.tree import DecodeError, Tree

__all__ = [
    "LAYER_OF",
    "DecodeError",
    "Decoded",
    "Endpoint",
    "Ladder",
    "LayerName",
    "PcapWriter",
    "Pdu",
    "Shown",
    "Summaries",
    "Trace",
    "Tree",
    "decode",
    "failed",
    "heartbeat",
    "ladder",
    "leg_of",
    "masked",
    "shown",
    "summary",
    "write_pcap",
]
