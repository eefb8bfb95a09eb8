"""Which messages carry user data: as they are needed, or always the same (Q.714 §4.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.message import ReturnCause, SccpMessageType
from mapstack.sccp.sccp import UnitData
from mapstack.sccp.settings import GtRoute, Messages, SccpSettings
from tests.mapstack.sccp.mesh import Mesh

CALLED, CALLING = SccpAddress(Gt("2000"), 6), SccpAddress(Gt("1000"), 8)
UDT, XUDT, LUDT = SccpMessageType.UDT, SccpMessageType.XUDT, SccpMessageType.LUDT


ROUTES = (GtRoute(prefix="2", point_code=2), GtRoute(prefix="1", point_code=1))


def mesh(messages: Messages, importance: int | None = None, max_long_message: int = 4000) -> Mesh:
    sender = SccpSettings(
        routes=ROUTES, messages=messages, importance=importance, max_long_message=max_long_message
    )
    return Mesh({1: sender, 2: SccpSettings(routes=ROUTES)}, [(1, 2)])


@given(
    messages=st.sampled_from(Messages),
    size=st.integers(0, 4500),
    importance=st.none() | st.integers(0, 7),
    in_sequence=st.booleans(),
)
def test_data_arrives_whole_or_is_refused(
    messages: Messages, size: int, importance: int | None, in_sequence: bool
) -> None:
    net = mesh(messages, importance)
    data = bytes(i & 0xFF for i in range(size))
    for _ in range(2):
        refused = net.nodes[1].unitdata(CALLED, CALLING, data, 1.0, sls=1, in_sequence=in_sequence)
    net.run()
    assert all(len(octets) <= (4000 if messages is Messages.LUDT else 268) for _, _, octets in net.sent)
    if refused is None:
        assert net.events[2] == [UnitData(CALLED, CALLING, data, 1)] * 2
    else:
        assert (net.sent, size > 240) == ([], True)


@pytest.mark.parametrize(
    ("messages", "size", "kinds"),
    [
        (Messages.AS_NEEDED, 100, [UDT]),
        (Messages.AS_NEEDED, 400, [XUDT] * 2),
        (Messages.UDT, 100, [UDT]),
        (Messages.XUDT, 100, [XUDT]),
        (Messages.XUDT, 400, [XUDT] * 2),
        (Messages.LUDT, 100, [LUDT]),
        (Messages.LUDT, 3900, [LUDT]),
        (Messages.LUDT, 9000, [LUDT] * 3),
    ],
)
@pytest.mark.parametrize("importance", [None, 5])
def test_the_setting_says_which_message(
    messages: Messages, size: int, kinds: list[SccpMessageType], importance: int | None
) -> None:
    net = mesh(messages, importance)
    assert net.nodes[1].unitdata(CALLED, CALLING, bytes(size), 1.0, sls=1) is None
    net.run()
    sent = net.messages(1, 2)
    assert [each.kind for each in sent] == kinds
    assert {each.importance for each in sent} == {None if kinds == [UDT] else importance}
    assert [(each.hop_counter, each.return_option) for each in sent] == [(15, True)] * len(kinds)
    assert net.events[2] == [UnitData(CALLED, CALLING, bytes(size), 1)]


def test_without_extended_messages_long_data_is_refused() -> None:
    net = mesh(Messages.UDT)
    cause = ReturnCause.SEGMENTATION_NOT_SUPPORTED
    assert net.nodes[1].unitdata(CALLED, CALLING, bytes(300), 1.0, sls=1) is cause


def test_long_segments_fit_into_the_size_that_is_set() -> None:
    net = mesh(Messages.LUDT, max_long_message=300)
    assert net.nodes[1].unitdata(CALLED, CALLING, bytes(2000), 1.0, sls=1) is None
    net.run()
    assert [len(octets) for _, _, octets in net.sent[:-1]] == [300] * (len(net.sent) - 1)
    assert net.events[2] == [UnitData(CALLED, CALLING, bytes(2000), 1)]
    cause = ReturnCause.SEGMENTATION_FAILURE
    assert net.nodes[1].unitdata(CALLED, CALLING, bytes(5000), 1.0, sls=1) is cause


def test_an_xudt_between_known_addresses_is_a_template_too() -> None:
    net = mesh(Messages.XUDT)
    for data in (b"one", b"two"):
        assert net.nodes[1].unitdata(CALLED, CALLING, data, 1.0, sls=1) is None
        assert len(net.nodes[1]._templates) == 1
    net.run()
    assert net.events[2] == [UnitData(CALLED, CALLING, data, 1) for data in (b"one", b"two")]


@pytest.mark.parametrize(
    ("protocol_class", "in_sequence", "told"), [(0, False, 0), (0, True, 1), (1, False, 1)]
)
@pytest.mark.parametrize(("wanted", "asked"), [(True, True), (True, False), (False, True), (False, False)])
def test_class_and_return_option_are_what_the_user_and_the_settings_say(
    protocol_class: int, in_sequence: bool, told: int, wanted: bool, asked: bool
) -> None:
    settings = SccpSettings(routes=ROUTES, protocol_class=protocol_class, return_option=wanted)
    net = Mesh({1: settings, 2: SccpSettings(routes=ROUTES)}, [(1, 2)])
    for size in (1, 300):
        net.nodes[1].unitdata(
            CALLED, CALLING, bytes(size), 1.0, sls=1, in_sequence=in_sequence, return_option=asked
        )
    net.run()
    short, *long = net.messages(1, 2)
    assert (short.protocol_class, short.return_option) == (told, wanted and asked)
    # Q.714 §4.1.1.2: segments are class 1, and say which class the user wants.
    assert {(each.protocol_class, each.return_option) for each in long} == {(1, wanted and asked)}
    assert {each.segmentation.in_sequence for each in long if each.segmentation} == {told == 1}
