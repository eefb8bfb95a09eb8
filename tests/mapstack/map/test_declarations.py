"""Every declaration is that of TS 29.002, as pycrate has it: names, tags, optionality, words, codes."""

from typing import cast

import pytest

from mapstack.asn1 import UNSIGNED, Kind, members_of
from mapstack.asn1.fields import Field, Marker, context_tag
from mapstack.map.application_contexts import SHORT_MSG_ALERT_V2
from mapstack.map.errors import ERROR_PARAMETERS, ErrorCode
from mapstack.map.operations import OPERATIONS, OPERATIONS_OF, Operation
from mapstack.tcap.application_context import ApplicationContext
from tests.mapstack.map.oracle import AsnObject, asn1, declared, error, names_of, operation, python_name
from tests.mapstack.map.values import unread

DECLARED = declared()
NOT_IN_VERSION_1 = {ErrorCode.DATA_MISSING, ErrorCode.ILLEGAL_EQUIPMENT, ErrorCode.SUBSCRIBER_BUSY_FOR_MT_SMS}
NOT_IN_VERSION_2 = {("cancelLocation", ErrorCode.UNIDENTIFIED_SUBSCRIBER)}
ANSWERED_WITHOUT_PARAMETER = {"purgeMS"}  # of version 2: pycrate does not tell "RESULT" from none
UNREAD = {
    "ss_info_for_cse",
    "camel_subscription_info",
    "vlr_camel_subscription_info",
    "sgsn_camel_subscription_info",
    "vbs_subscription_data",
    "vgcs_subscription_data",
    "lsa_information",
    "lcs_information",
    "eps_subscription_data",
    "csg_subscription_data_list",
    "vplmn_csg_subscription_data_list",
}
UNREAD_IN_VERSION_2 = {"provisioned_ss", "subscriber_data"}


def _universal(member: AsnObject, ours: Field) -> str:
    """What pycrate calls the type; what we keep unread is constructed, whatever it is."""
    constructed = member.TYPE in ("SEQUENCE OF", "CHOICE") and "keep" in ours.kind.names
    return "SEQUENCE" if constructed else member.TYPE


def _tags(member: AsnObject, *, constructed: bool) -> set[int]:
    if not member._tagc:
        return {tag for each in member._cont.values() for tag in _tags(each, constructed=False)}
    tag_class, number = member._tagc[0]
    inside = member.TYPE in ("SEQUENCE", "SEQUENCE OF", "CHOICE") or constructed
    return {context_tag(tag_class << 6 | (0x20 if inside else 0), number)}


@pytest.mark.parametrize("cls", DECLARED, ids=lambda cls: cls.__name__)
def test_members_are_those_of_the_specification(cls: type) -> None:
    theirs = DECLARED[cls]
    ours = {key: each for key, each in members_of(cls).items() if isinstance(each, Field)}
    assert list(ours) == [python_name(name) for name in theirs._cont]
    for (key, field), member in zip(ours.items(), theirs._cont.values(), strict=True):
        assert set(field.tags) == _tags(member, constructed=False), key
        assert field.required == (not member._opt and theirs.TYPE == "SEQUENCE"), key
        assert field.kind.asn1 == _universal(member, field), key
        assert key in UNREAD or (key in UNREAD_IN_VERSION_2) or not unread(key, field), key


@pytest.mark.parametrize("cls", DECLARED, ids=lambda cls: cls.__name__)
def test_extension_markers_are_where_the_specification_has_them(cls: type) -> None:
    theirs = DECLARED[cls]
    members = list(members_of(cls).items())
    marked = [index for index, (_, each) in enumerate(members) if isinstance(each, Marker)]
    if theirs.TYPE == "CHOICE" or theirs._ext is None:
        assert not marked
    else:
        (at,) = marked
        assert [key for key, _ in members[at + 1 :]] == [python_name(name) for name in theirs._ext]


@pytest.mark.parametrize("cls", DECLARED, ids=lambda cls: cls.__name__)
def test_words_and_bounds_are_those_of_the_specification(cls: type) -> None:
    for (key, ours), member in zip(_fields(cls), DECLARED[cls]._cont.values(), strict=True):
        if not unread(key, ours):
            _check_kind(key, ours.kind, member)


def _check_kind(key: str, ours: Kind[object], member: AsnObject) -> None:
    """Words and bounds, of items too."""
    assert ours.asn1 == member.TYPE, key
    if ours.asn1 == "ENUMERATED":
        assert _words(ours) == {value: python_name(word) for word, value in _values(member).items()}, key
    if ours.asn1 == "INTEGER":
        assert ours.values == (_bounds(member, "_const_val") or UNSIGNED.values), key
    if ours.asn1 == "BIT STRING":
        assert ours.bits == _bounds(member, "_const_sz"), key
    if ours.asn1 == "OCTET STRING" and "sip_uri" not in key:
        assert ours.size == _bounds(member, "_const_sz"), key
    if ours.item is not None:
        assert ours.count == _bounds(member, "_const_sz"), key
        _check_kind(key, ours.item, cast(AsnObject, member._cont))


def _fields(cls: type) -> list[tuple[str, Field]]:
    return [(key, each) for key, each in members_of(cls).items() if isinstance(each, Field)]


def _words(kind: Kind[object]) -> dict[int, str]:
    (words,) = [each for each in kind.names.values() if isinstance(each, dict)]
    return {number: word.name.lower() for number, word in words.items()}


def _values(member: AsnObject) -> dict[str, int]:
    return cast("dict[str, int]", member._cont)


def _bounds(member: AsnObject, of: str) -> tuple[int, int] | None:
    if getattr(member, of) is None:
        return None
    (root,) = getattr(member, of).root
    return (root, root) if isinstance(root, int) else (root.lb, root.ub)


@pytest.mark.parametrize("ours", OPERATIONS, ids=lambda each: each.name)
def test_operations_are_those_of_the_specification(ours: Operation) -> None:
    theirs = operation(ours)
    assert theirs["operationCode"] == ("local", ours.code)
    if ours.version > 1:
        assert ("ResultType" in theirs) == (ours.result is not None)
    errors = {int(each["errorCode"][1]) for each in getattr(theirs.get("Errors"), "root", [])}
    # GSM 09.02 has one list for versions 1 and 2, and says in words what version 1 must not use.
    if ours.version == 1:
        errors -= NOT_IN_VERSION_1
    if ours.version == 2:
        errors -= {code for name, code in NOT_IN_VERSION_2 if name == ours.name}
    assert {int(code) for code in ours.errors} == errors
    answered = "ResultType" in theirs or "returnResult" in theirs or bool(errors)
    assert (ours.operation_class == 4) == (not answered and ours.name not in ANSWERED_WITHOUT_PARAMETER)


@pytest.mark.parametrize("ours", OPERATIONS_OF, ids=lambda each: each.name)
def test_application_contexts_are_those_of_the_specification(ours: ApplicationContext) -> None:
    modules = "MAP-ApplicationContexts", "MAPv2-ApplicationContexts"
    assert ours.oid in [asn1(each, ours.name).get_val() for each in modules if ours.name in names_of(each)]
    assert OPERATIONS_OF[ours]


def test_the_alert_has_no_third_version() -> None:
    assert SHORT_MSG_ALERT_V2.oid[-1] == 2


@pytest.mark.parametrize("code", ErrorCode, ids=lambda each: each.name)
def test_errors_are_those_of_the_specification(code: ErrorCode) -> None:
    name, parameter = error(code)
    assert python_name(name).upper() == code.name
    if code is ErrorCode.SS_ERROR_STATUS:
        assert (parameter.TYPE, code in ERROR_PARAMETERS) == ("OCTET STRING", False)
    else:
        assert code in ERROR_PARAMETERS
