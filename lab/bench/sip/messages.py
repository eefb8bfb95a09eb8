"""What Kamailio 5.6 sends as S-CSCF, and what others would make of it (RFC 3261 §7.3)."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

__all__ = ["Written", "written"]

_ISC = """\
Route: <sip:127.0.0.1:5090;lr>, <sip:iscmark@127.0.0.1:6060;lr;s=2;h=0;d=0;\
a=7369703a2b313535353130303130303540696d732e74657374>
Via: SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bKa77c.fe8e7a71fea15daac462252be9a3621e.0
Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKa77c.0a419b85c17e32e28ed92da731309334.0
Via: SIP/2.0/UDP 127.0.0.1:57565;received=127.0.0.1;branch=z9hG4bKa3fb8446a19417c8;rport=57565
Max-Forwards: 68
From: <sip:+15551001005@ims.test>;tag=6e5bf64b
"""
_OF_USER = """\
P-Served-User: <sip:+15551001005@ims.test>;sescase=orig;regstate=reg
Content-Type: application/vnd.3gpp.sms
P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010000101
Request-Disposition: no-fork
Allow: MESSAGE
"""
_ASSERTED = """\
P-Charging-Vector: icid-value="d2c62f20-7525-468a-9f45-2834e2fa5603";\
icid-generated-at=127.0.0.1;orig-ioi="ims.test"
P-Asserted-Identity: <sip:+15551001005@ims.test>
"""
_SUBMISSION = f"""\
MESSAGE sip:+15559990000@ims.test;user=phone SIP/2.0
{_ISC}To: <sip:+15559990000@ims.test;user=phone>
Call-ID: bd9009bdef7764f2
CSeq: 3 MESSAGE
{_OF_USER}Content-Length: 31
{_ASSERTED}"""
_REPORT = f"""\
MESSAGE sip:ipsmgw.ims.test SIP/2.0
{_ISC}To: <sip:ipsmgw.ims.test>
Call-ID: 0705ab5491a7f67b
CSeq: 3 MESSAGE
{_OF_USER}In-Reply-To: 5f7302daba251a77
Content-Length: 6
{_ASSERTED}"""
_REGISTER = """\
REGISTER sip:127.0.0.1:5090 SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bK2fa2.df52a072000000000000000000000000.0
To: <sip:+15551001005@ims.test>
From: <sip:127.0.0.1:6060>;tag=4131fe154c9170d774ab034763ad81b2-90785d10
CSeq: 10 REGISTER
Call-ID: 751d525b24549daa-4493@127.0.0.1
Content-Length: 102
User-Agent: S-CSCF
Event: registration
Max-Forwards: 10
Expires: 720
Path: <sip:127.0.0.1:6060;lr>,<sip:term@127.0.0.1;lr>
Contact: <sip:127.0.0.1:6060>
P-Visited-Network-ID: "visited.ims.test"
P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010000101
P-Charging-Vector: icid-value="6de99488-76f3-4b3f-a6a7-5444c937988f";\
icid-generated-at=127.0.0.1;orig-ioi="ims.test"
P-Associated-URI: <sip:+15551001005@ims.test, tel:+15551001005>
Content-Type: application/3gpp-ims+xml
"""
_NOTIFY = """\
NOTIFY sip:127.0.0.1:5090 SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bK4285.287001d5000000000000000000000000.0
To: <sip:ipsmgw.ims.test>;tag=7fc387a1
From: <sip:+15551001005@ims.test>;tag=d7837ce6bbd631122d10546eb75bb4cf-c502e767
CSeq: 4 NOTIFY
Call-ID: fd212431f6b49f7e
Content-Length: 580
User-Agent: S-CSCF
Contact: <sip:127.0.0.1:6060>
Event: reg
Max-Forwards: 70
Subscription-State: active;expires=600
Content-Type: application/reginfo+xml
"""
_UES_REGISTER = """\
REGISTER sip:ims.test SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKad0d.e2c5cfd09aa5a6320b36d2abcb0ddd6b.0
Max-Forwards: 68
From: <sip:+15551001005@ims.test>;tag=7f01af3f
To: <sip:+15551001005@ims.test>
Call-ID: 273f713b014e59af
CSeq: 2 REGISTER
Contact: <sip:15551001005@127.0.0.1:56293>;+g.3gpp.smsip;expires=600
Content-Length: 0
"""
_SERVICE_INFO = (
    '<ims-3gpp version="1"><service-info>imsi=001015551001005;msisdn=+15551001005</service-info></ims-3gpp>'
)
_REGINFO = """\
<?xml version="1.0"?>
<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="3" state="full">
	<registration aor="sip:+15551001005@ims.test" id="0x7f405bfc6ce0" state="terminated">
		<contact id="0x1" state="terminated" event="expired" expires="0" q="0.000">
			<uri>sip:15551001005@127.0.0.1:60349</uri>
		</contact>
	</registration>
	<registration aor="tel:+15551001005" id="0x7f405bfc7be8" state="terminated">
		<contact id="0x1" state="terminated" event="expired" expires="0" q="0.000">
			<uri>sip:15551001005@127.0.0.1:60349</uri>
		</contact>
	</registration>
</reginfo>
"""
_RP_DATA = bytes.fromhex("00010007915155990900f01311010b915155000000f90000a705e8329bfd06")
_RP_ACK = bytes.fromhex("020541020000")
_COMPACT = {
    "Call-ID": "i",
    "Contact": "m",
    "Content-Length": "l",
    "Content-Type": "c",
    "From": "f",
    "To": "t",
}
_USER, _BRANCH = b"15551001005", b"branch=z9hG4bK"


class Written(NamedTuple):
    """A message as somebody writes it."""

    name: str
    octets: bytes

    def others(self, first: int, count: int) -> list[bytes]:
        """The same of other users, and in other transactions."""
        return [
            self.octets.replace(_USER, b"1555%07d" % number).replace(
                _BRANCH, b"%b%08x" % (_BRANCH, number), 1
            )
            for number in range(first, first + count)
        ]


def written() -> Iterator[Written]:
    """All of them."""
    yield Written("MESSAGE, RP-DATA", _octets(_SUBMISSION, _RP_DATA))
    yield Written("MESSAGE, RP-ACK", _octets(_REPORT, _RP_ACK))
    yield Written("third-party REGISTER", _octets(_REGISTER, _SERVICE_INFO.encode()))
    yield Written("the same, multipart", _multipart())
    yield Written("NOTIFY, reginfo", _octets(_NOTIFY, _REGINFO.encode()))
    yield Written("MESSAGE, compact", _octets(_respelled(_SUBMISSION, _compact), _RP_DATA))
    yield Written("MESSAGE, lower case", _octets(_respelled(_SUBMISSION, str.lower), _RP_DATA))


def _multipart() -> bytes:
    parts = (("application/3gpp-ims+xml", _SERVICE_INFO), ("message/sip", _lines(_UES_REGISTER) + "\r\n"))
    texts = [f"--part\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts]
    body = "".join(texts) + "--part--\r\n"
    head = _REGISTER.replace("application/3gpp-ims+xml", "multipart/mixed;boundary=part")
    return _octets(head.replace("Length: 102", f"Length: {len(body)}"), body.encode())


def _respelled(head: str, spell: Callable[[str], str]) -> str:
    start, *lines = head.splitlines()
    pairs = (line.split(": ", 1) for line in lines)
    return "\n".join([start, *(f"{spell(name)}: {value}" for name, value in pairs), ""])


def _compact(name: str) -> str:
    return "v" if name == "Via" else _COMPACT.get(name, name)


def _octets(head: str, body: bytes) -> bytes:
    return f"{_lines(head)}\r\n".encode() + body


def _lines(text: str) -> str:
    return text.replace("\n", "\r\n")
