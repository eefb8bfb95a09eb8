"""Who may send in whose name (TS 33.501 Y.2, Y.5; TS 23.554 clause 8.3.2)."""

from lab.msgin5g.contact import Leg, Peer, host_of
from lab.msgin5g.records import Refusal, ServerData
from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.names import FailureCause

__all__ = ["speaks_for"]


def speaks_for(peer: Peer, sender: Address, data: ServerData) -> Refusal | None:
    """Nothing where it may. Another server answers for its own; who is at home here has to be registered.

    [LAB] Without proof of identity a UE is who comes from the host that it has registered from, and over the
    reference point that it has registered over.
    """
    if peer.leg is Leg.SERVER:
        if sender.addr in data.subscriptions:
            return Refusal(FailureCause.MESSAGE_LOOP, f"{sender.addr} is at home here, not there")
        return None
    registered = data.registered.get(sender)
    if registered is None:
        return Refusal(FailureCause.NOT_REGISTERED, f"{sender.addr} is not registered")
    if registered.contact.leg is not peer.leg:
        return Refusal(FailureCause.NOT_AUTHORIZED, f"{sender.addr} is not reached over {peer.leg.value}")
    if peer.identity != registered.identity:
        return Refusal(FailureCause.NOT_AUTHORIZED, f"{peer.identity or 'nobody'} speaks for {sender.addr}")
    if (
        peer.leg is Leg.CLIENT
        and not peer.identity
        and host_of(peer.address) != host_of(registered.contact.address)
    ):
        return Refusal(FailureCause.NOT_AUTHORIZED, f"{sender.addr} has registered from another host")
    return None
