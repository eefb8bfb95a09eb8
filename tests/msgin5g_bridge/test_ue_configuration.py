"""The MSGin5G part of a SEAL UE configuration document (TS 24.538 clause 7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgin5g_bridge import DecodeError
from msgin5g_bridge.ue_configuration import UeConfiguration, read_configuration, write_configuration

NAMESPACE = "urn:3gpp:ns:seal:MSGin5GUEConfig:1.0"
TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=30).map(str.strip)


def test_it_is_written_with_the_names_of_the_specification() -> None:
    document = write_configuration(UeConfiguration("coap://a&b", "ue@x", 700))
    assert f'<MSGin5G-Server-address xmlns="{NAMESPACE}">coap://a&amp;b</MSGin5G-Server-address>' in document
    assert f'<Segment-size xmlns="{NAMESPACE}">700</Segment-size>' in document
    assert "Segment-size" not in write_configuration(UeConfiguration("coap://a", "ue@x"))


def test_it_is_read_as_others_write_it() -> None:
    document = f"""<?xml version="1.0"?>
    <s:seal-UE-configuration xmlns:s="urn:other" xmlns:m="{NAMESPACE}"><s:common/><s:on-network>
      <m:MSGin5G-Server-address> coap://m5s </m:MSGin5G-Server-address>
      <m:MSGin5G-UE-Service-id>ue@x</m:MSGin5G-UE-Service-id>
    </s:on-network></s:seal-UE-configuration>"""
    assert read_configuration(document) == UeConfiguration("coap://m5s", "ue@x")


@given(server=TEXT.filter(bool), svc_id=TEXT.filter(bool), size=st.integers(0, 9_999_999))
def test_what_is_written_is_read(server: str, svc_id: str, size: int) -> None:
    one = UeConfiguration(server, svc_id, size)
    assert read_configuration(write_configuration(one)) == one


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("", "no XML"),
        ("<x>", "no XML"),
        (BOMB, "a document type"),
        ("<x/>", "/MSGin5G-Server-address: missing"),
        ("<x><MSGin5G-Server-address>a</MSGin5G-Server-address></x>", "/MSGin5G-UE-Service-id: missing"),
        (
            write_configuration(UeConfiguration("a", "b", 7)).replace(">7<", ">-7<"),
            "/Segment-size: no number",
        ),
    ],
)
def test_what_is_wrong_is_named(document: str, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        read_configuration(document)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        read_configuration(text)
