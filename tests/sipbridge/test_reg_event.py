"""reginfo documents as S-CSCFs write them, and as nobody should (RFC 3680 §5, RFC 5628 §5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbridge import DecodeError
from sipbridge.reg_event import ContactState, RegInfo, RegistrationState, RegView, read_reginfo
from tests.sipbridge.element import octets

AOR = "sip:+15551001019@ims.test"


def kamailio(name: str) -> RegInfo:
    return read_reginfo(octets("sip", f"kamailio-reg-event-notify-{name}").partition(b"\r\n\r\n")[2])


def test_the_document_of_kamailio_is_read() -> None:
    info = kamailio("after-subscribe")
    assert (info.version, info.full) == (2, True)
    assert [one.aor for one in info.registrations] == [AOR, "tel:+15551001019"]
    first = info.registrations[0]
    assert first.contacts == (
        ContactState(
            "0x7f405bfc71c0", "active", "registered", "sip:15551001019@127.0.0.1:60349", 600, smsip=True
        ),
    )
    assert (first.registered, first.smsip) == (True, True)


@pytest.mark.parametrize("name", ["explicit-de-registration", "registration-expired", "rtr"])
def test_the_end_of_a_registration_is_read_however_kamailio_says_it(name: str) -> None:
    for one in kamailio(name).registrations:
        assert (one.state, one.registered, one.smsip) == ("terminated", False, False)


def document(inside: str, version: int = 0, state: str = "full", head: str = "") -> bytes:
    return (
        f'{head}<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="{version}" state="{state}">'
        f"{inside}</reginfo>"
    ).encode()


def registration(*contacts: str, state: str = "active", aor: str = AOR) -> str:
    return f'<registration aor="{aor}" id="a" state="{state}">{"".join(contacts)}</registration>'


def contact(name: str, state: str = "active", inside: str = "") -> str:
    return (
        f'<contact id="{name}" state="{state}" event="registered"><uri>sip:{name}@h</uri>{inside}</contact>'
    )


SMSIP = '<unknown-param name="+g.3gpp.smsip"/>'


@pytest.mark.parametrize(("inside", "able"), [
    ("", False),
    (SMSIP, True),
    ('<unknown-param name="+G.3GPP.SmsIP"></unknown-param>', True),
    ('<unknown-param name="+g.3gpp.smsip">TRUE</unknown-param>', True),
    ('<unknown-param name="+g.3gpp.smsip">"FALSE"</unknown-param>', False),
    ('<unknown-param name="+g.3gpp.icsi-ref">"x"</unknown-param>', False),
])  # fmt: skip
def test_a_device_takes_short_messages_if_it_says_so(inside: str, able: bool) -> None:
    (one,) = read_reginfo(document(registration(contact("c", inside=inside)))).registrations
    assert (one.registered, one.smsip) == (True, able)


def test_of_several_devices_the_last_that_is_able_decides() -> None:
    both = registration(contact("new", "terminated", SMSIP), contact("old", "active", SMSIP), contact("pc"))
    assert read_reginfo(document(both)).registrations[0].smsip
    none = registration(contact("new", "terminated", SMSIP), contact("pc"))
    assert not read_reginfo(document(none)).registrations[0].smsip


def test_a_gruu_and_prefixes_are_read() -> None:
    gruu = '<gr:pub-gruu xmlns:gr="urn:ietf:params:xml:ns:gruuinfo" uri="sip:a@h;gr=urn:uuid:1"/>'
    text = document(registration(contact("c", inside=gruu))).decode()
    for name in ("reginfo", "registration", "contact", "uri"):
        text = text.replace(f"<{name}", f"<r:{name}").replace(f"</{name}", f"</r:{name}")
    (one,) = read_reginfo(text.replace("xmlns=", "xmlns:r=", 1).encode()).registrations
    assert one.contacts[0].gruu == "sip:a@h;gr=urn:uuid:1"
    assert one.contacts[0].uri == "sip:c@h"


def test_a_uri_that_was_copied_in_unescaped_is_read() -> None:
    text = document(registration(contact("c", inside="<uri>sip:a&b=c@h</uri>")))
    assert read_reginfo(text).registrations[0].contacts[0].uri == "sip:a&b=c@h"


BOMB = "<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>]>"
FOREIGN = "<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<reginfo",
        b"<other/>",
        document("").replace(b'version="0"', b""),
        document("").replace(b'version="0"', b'version="-1"'),
        document("").replace(b'version="0"', b'version="99999999999999"'),
        document("", state="half"),
        document(registration(state="odd")),
        document(registration() * 65),
        document(registration(*[contact("c")] * 65)),
        document("<reginfo version='1' state='full'/>"),
        document("&b;", head=BOMB),
        document(registration(aor="&a;"), head=FOREIGN),
        document("", head='<?xml version="1.0" encoding="nonsense"?>'),
        document("", head='<?xml version="1.0" encoding="utf-7"?>') + b"\xff",
        document("") + document(""),
    ],
)
def test_what_is_no_reginfo_is_refused(xml: bytes) -> None:
    with pytest.raises(DecodeError):
        read_reginfo(xml)


@given(st.binary(max_size=200))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    for xml in (octets, document(octets.decode("latin-1")), b"<reginfo version='0' state='full'>" + octets):
        try:
            read_reginfo(xml)
        except DecodeError:
            continue


def test_a_deep_document_is_refused_or_read_without_harm() -> None:
    assert read_reginfo(document("<a>" * 5000 + "</a>" * 5000)).registrations == ()


# Versions


def info(version: int, *contacts: ContactState, full: bool = False, state: str = "active") -> RegInfo:
    return RegInfo(version, full, (RegistrationState(AOR, "a", state, contacts),))


def contacts(view: RegView) -> list[str]:
    return [contact.id for contact in view.registrations[0].contacts]


ONE, TWO = ContactState("1", "active", "registered", smsip=True), ContactState("2", "active", "registered")


def test_partial_documents_change_what_is_known() -> None:
    view = RegView()
    assert view.empty
    assert view.take(info(0, ONE, full=True))
    assert view.take(info(1, TWO))
    assert contacts(view) == ["1", "2"]
    gone = ONE._replace(state="terminated", event="expired")
    assert view.take(info(2, gone))
    assert not view.registrations[0].smsip
    assert view.registrations[0].registered
    assert view.take(info(3))
    assert contacts(view) == ["2"]


def test_a_gap_is_told_and_changes_nothing() -> None:
    view = RegView()
    assert view.take(info(4)) is None
    view.take(info(0, ONE, full=True))
    assert view.take(info(2, TWO)) is None
    assert contacts(view) == ["1"]
    assert view.take(info(7, TWO, full=True))
    assert contacts(view) == ["2"]


def test_an_old_document_is_no_news() -> None:
    view = RegView()
    view.take(info(5, ONE, full=True))
    assert view.take(info(5, TWO, full=True)) is False
    assert view.take(info(4, TWO)) is False
    assert contacts(view) == ["1"]


def test_a_whole_document_that_begins_to_count_anew_is_news() -> None:
    view = RegView()
    view.take(info(0, ONE, full=True))
    assert view.take(info(0, TWO, full=True))
    assert contacts(view) == ["2"]
    view.take(info(1, ONE))
    assert view.take(info(0, TWO)) is False
    assert view.take(info(0, TWO, full=True))
    assert view.take(info(1, ONE))
    assert contacts(view) == ["2", "1"]


def test_identities_are_told_apart_where_all_have_one_id() -> None:
    view = RegView()
    number = "tel:+15551001019"
    view.take(RegInfo(0, True, tuple(RegistrationState(aor, "a", "active", (ONE,)) for aor in (AOR, number))))
    assert [one.aor for one in view.registrations] == [AOR, number]
    view.take(RegInfo(1, False, (RegistrationState(AOR, "a", "terminated"),)))
    assert [one.state for one in view.registrations] == ["terminated", "active"]


def test_what_partial_documents_add_up_to_is_bounded() -> None:
    view = RegView()
    view.take(info(0, full=True))
    for version in range(1, 200):
        view.take(info(version, ContactState(str(version), "active", "registered")))
    assert len(view.registrations[0].contacts) == 64
    for version in range(200, 400):
        view.take(RegInfo(version, False, (RegistrationState(AOR, str(version), "active"),)))
    assert len(view.registrations) == 64
