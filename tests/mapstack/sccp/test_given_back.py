"""What MTP had taken and could not deliver: our user is told, who sent it through us gets it back."""

from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.message import ReturnCause, SccpMessageType
from mapstack.sccp.sccp import Notice
from tests.mapstack.sccp.mesh import Mesh
from tests.mapstack.sccp.test_relaying import END, FROM_ORIGIN, ORIGIN, RELAY, TO_END, mesh, message, returned

FROM_RELAY = SccpAddress(Gt("2000"), 8)


def waiting(net: Mesh) -> None:
    """The ASP of the far end is away, and may be back within T(r)."""
    net.cut(END, RELAY)
    net.forget()


def test_our_own_user_is_told_with_or_without_the_return_option() -> None:
    net = mesh()
    waiting(net)
    relay = net.nodes[RELAY]
    for wanted in (True, False):
        assert relay.unitdata(TO_END, FROM_RELAY, b"hello", 1.0, sls=3, return_option=wanted) is None
    told = [event for event in relay.expire(4.0) if isinstance(event, Notice)]
    assert told == [Notice(FROM_RELAY, TO_END, ReturnCause.MTP_FAILURE, b"hello")] * 2
    net.run()
    assert net.sent == []


def test_who_sent_it_through_us_gets_it_back_if_it_wants_to() -> None:
    net = mesh()
    waiting(net)
    for wanted in (True, False):
        net.inject(message(return_option=wanted), opc=ORIGIN, to=RELAY)
    net.inject(message(hop_counter=2), opc=ORIGIN, to=RELAY)
    subsystem = SccpAddress(None, 8, route_on_gt=False)
    net.inject(message(calling=subsystem), opc=ORIGIN, to=RELAY)
    assert returned(net) == []
    assert not any(isinstance(event, Notice) for event in net.nodes[RELAY].expire(4.0))
    net.run()
    assert returned(net) == [(SccpMessageType.XUDTS, ReturnCause.MTP_FAILURE)] * 3
    assert Notice(FROM_ORIGIN, TO_END, ReturnCause.MTP_FAILURE, b"hello") in net.events[ORIGIN]


def test_what_comes_back_does_not_come_back_again() -> None:
    net = mesh()
    net.join(END, RELAY)
    net.cut(END, RELAY)
    service = message(TO_END, FROM_ORIGIN)._replace(kind=SccpMessageType.XUDTS, cause=ReturnCause.UNQUALIFIED)
    net.inject(service, opc=ORIGIN, to=RELAY)
    net.forget()
    net.nodes[RELAY].expire(4.0)
    net.run()
    assert net.sent == []
