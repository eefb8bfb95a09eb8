"""What is passed on unread comes out as it came in, and is still what it was to who reads it."""

import pytest

from mapstack.asn1 import Sequence, members_of
from mapstack.asn1.fields import Field
from mapstack.errors import DecodeError
from mapstack.map.subscriber_data import NoteSubscriberDataModifiedArg
from tests.mapstack.map.oracle import declared, type_of
from tests.mapstack.map.values import filled, unread

WHOLE = bytes.fromhex("a0053003020101bf810304800201ff")  # elements, one with a tag of three octets
UNREAD = [
    (cls, key)
    for cls in declared()
    if issubclass(cls, Sequence)
    for key, field in members_of(cls).items()
    if isinstance(field, Field) and unread(key, field)
]
# camel-SubscriptionInfo with an o-CSI: collectedInfo, serviceKey 7, the address of the SCF, continueCall.
CAMEL = "a315a013301130" + "0f0a0102020107800491555100810100"


@pytest.mark.parametrize(("cls", "key"), UNREAD, ids=lambda each: str(getattr(each, "__name__", each)))
def test_octets_come_back(cls: type[Sequence], key: str) -> None:
    value = filled(cls)
    assert isinstance(value, Sequence)
    setattr(value, key, WHOLE)
    octets = value.encode_contents()
    assert WHOLE in octets
    again = cls.decode_contents(octets, 0, len(octets))
    assert again == value
    assert again.encode_contents() == octets


@pytest.mark.parametrize(("cls", "key"), UNREAD, ids=lambda each: str(getattr(each, "__name__", each)))
def test_what_are_no_elements_is_refused(cls: type[Sequence], key: str) -> None:
    value = filled(cls)
    assert isinstance(value, Sequence)
    setattr(value, key, WHOLE[:-1])
    octets = value.encode_contents()
    with pytest.raises(DecodeError):
        cls.decode_contents(octets, 0, len(octets))


def test_camel_data_are_still_camel_data() -> None:
    contents = bytes.fromhex("040800010121436587f9" + "0407915155210300f1" + CAMEL)
    octets = b"\x30" + bytes((len(contents),)) + contents
    value = NoteSubscriberDataModifiedArg.decode(octets)
    assert value.encode() == octets
    oracle = type_of(NoteSubscriberDataModifiedArg)
    oracle.from_ber(value.encode())
    read = str(oracle.get_val())
    assert "'serviceKey': 7" in read
    assert "collectedInfo" in read
