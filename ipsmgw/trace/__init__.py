"""What went over the wire: collected, written for Wireshark, decoded, drawn as a ladder."""

from ipsmgw.trace.decode import Decoded, LayerName, decode
from ipsmgw.trace.ladder import Ladder, ladder
from ipsmgw.trace.pcap import Endpoint, PcapWriter, write_pcap
from ipsmgw.trace.summary import Summaries, summary
from ipsmgw.trace.trace import Pdu, Trace
from ipsmgw.trace.tree import DecodeError, Tree

__all__ = [
    "DecodeError",
    "Decoded",
    "Endpoint",
    "Ladder",
    "LayerName",
    "PcapWriter",
    "Pdu",
    "Summaries",
    "Trace",
    "Tree",
    "decode",
    "ladder",
    "summary",
    "write_pcap",
]
