"""However a peer writes a message, it is read as the plain one, and that as sipmessage reads it."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sipmessage import Request as TheirRequest

from sipbridge import Flow, Limits, Message, SipUri, parse, parse_name_addr, parse_uri
from sipbridge.header import split
from sipbridge.layout import Layouts
from sipbridge.via import top_via
from tests.sipbridge.element import GATEWAY, SCSCF, SMS_BODY, application_server

LIMITS = Limits()
COMPACT = {
    "Via": "v", "From": "f", "To": "t", "Call-ID": "i", "Contact": "m", "Content-Type": "c",
    "Content-Length": "l", "Event": "o", "Supported": "k", "Accept-Contact": "a", "Request-Disposition": "d",
}  # fmt: skip
LISTS = ("Contact", "Supported")
TOKEN = st.from_regex(r"[A-Za-z0-9.!%*_+`'~\-]{1,8}", fullmatch=True)
USER = st.from_regex(r"[A-Za-z0-9\-_.!~*'()&=+$,;/?]{1,10}|%[0-9A-F]{2}[a-z]{1,4}", fullmatch=True)
HOST = st.from_regex(r"[a-z][a-z0-9]{0,5}\.test|192\.0\.2\.[1-9]|\[2001:db8::[1-9a-f]\]", fullmatch=True)
QUOTED = st.text(st.sampled_from('ab ,;<>@:?"\\é'), max_size=8)

Lines = list[tuple[str, str]]


@st.composite
def uris(draw: st.DrawFn) -> str:
    port = draw(st.sampled_from(["", ":5060", ":6060"]))
    parameters = draw(st.sampled_from(["", ";user=phone", ";lr", ";transport=tcp;x=%20"]))
    return f"{draw(st.sampled_from(['sip', 'sips']))}:{draw(USER)}@{draw(HOST)}{port}{parameters}"


@st.composite
def addresses(draw: st.DrawFn) -> str:
    display = draw(st.one_of(st.just(""), QUOTED.map(_quoted), st.just("Al ice ")))
    tail = draw(st.sampled_from(["", ";tag=abc", ';x="a;b,c";tag=1']))
    return f"{display}<{draw(uris())}>{tail}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" '


@st.composite
def plain(draw: st.DrawFn) -> Lines:
    """The header lines of a MESSAGE, one value a line."""
    lines = [
        ("Via", f"SIP/2.0/UDP {draw(HOST)}:6060;branch=z9hG4bK{draw(TOKEN)}"),
        ("From", draw(addresses())),
        ("To", draw(addresses())),
        ("Call-ID", draw(TOKEN)),
        ("CSeq", f"{draw(st.integers(0, 2**31 - 1))} MESSAGE"),
        ("Content-Type", "application/vnd.3gpp.sms"),
        ("Content-Length", str(len(SMS_BODY))),
    ]
    lines += [("Contact", draw(addresses())) for _ in range(draw(st.integers(0, 3)))]
    lines += [("Supported", draw(TOKEN)) for _ in range(draw(st.integers(0, 3)))]
    lines += [("X-Unknown", draw(QUOTED).strip().encode("latin-1", "ignore").decode("latin-1"))]
    return lines


def octets(lines: Lines, separator: str = ": ") -> bytes:
    head = "".join(f"{name}{separator}{value}\r\n" for name, value in lines)
    return f"MESSAGE sip:b@ims.test SIP/2.0\r\n{head}\r\n".encode("latin-1") + SMS_BODY


@st.composite
def oddly(draw: st.DrawFn, lines: Lines) -> bytes:
    """The same lines in another case, in compact form, folded, with odd white space, lists joined."""
    written: list[str] = []
    joined: dict[str, int] = {}
    for name, value in lines:
        if name in joined and draw(st.booleans()):
            written[joined[name]] += draw(st.sampled_from([",", " , ", ",\r\n "])) + value
            continue
        spelled = draw(st.sampled_from([name, name.upper(), name.lower(), COMPACT.get(name, name)]))
        if name in LISTS:
            joined[name] = len(written)
        colon = draw(st.sampled_from([":", ": ", " : ", "\t:\t", ":\r\n ", ":  \r\n\t"]))
        written.append(f"{spelled}{colon}{value}{draw(st.sampled_from(['', ' ', '  ']))}")
    head = "".join(f"{line}\r\n" for line in written)
    return f"MESSAGE sip:b@ims.test SIP/2.0\r\n{head}\r\n".encode("latin-1") + SMS_BODY


def said(message: Message) -> dict[str, list[bytes]]:
    """All that a message says, in a form that does not depend on how it is written."""
    names = ("Via", "From", "To", "Call-ID", "CSeq", "Content-Type", "Content-Length")
    whole = {name: [value.strip() for value in message.every(name.encode())] for name in names}
    lists = {name: message.listed(name.encode()) for name in LISTS}
    return whole | lists | {"X-Unknown": message.every(b"x-unknown"), "": [message.body]}


@settings(max_examples=150)
@given(plain(), st.data())
def test_a_message_is_read_alike_however_it_is_written(lines: Lines, data: st.DataObject) -> None:
    odd = data.draw(oddly(lines))
    assert said(parse(odd, LIMITS)) == said(parse(octets(lines), LIMITS))


@settings(max_examples=100)
@given(plain())
def test_a_layout_reads_what_the_parser_reads(lines: Lines) -> None:
    layouts = Layouts(LIMITS)
    read = [layouts.parse(octets(lines), SCSCF) for _ in range(3)]
    assert said(read[2]) == said(read[0]) == said(parse(octets(lines), LIMITS))


@settings(max_examples=150)
@given(plain())
def test_the_plain_message_is_read_as_sipmessage_reads_it(lines: Lines) -> None:
    assume(all(value.isascii() for _, value in lines))
    ours, theirs = parse(octets(lines), LIMITS), TheirRequest.parse(octets(lines))
    assert isinstance(theirs, TheirRequest)
    assert (ours.method.decode(), ours.body) == (theirs.method, theirs.body)
    assert theirs.call_id == (ours.first(b"Call-ID") or b"").decode()
    assert f"{theirs.cseq.sequence} {theirs.cseq.method}" == (ours.first(b"CSeq") or b"").decode()
    via = top_via(ours.vias[0])
    if b"%" not in via.branch:  # RFC 4475 §3.1.1.5: that is no escape there, but theirs undoes it
        assert via.branch.decode() == theirs.via[0].parameters["branch"]
    for field, other in ((b"From", theirs.from_address), (b"To", theirs.to_address)):
        address = parse_name_addr(ours.fields[field])
        uri = parse_uri(address.uri)
        assert isinstance(uri, SipUri)
        assert (uri.host, uri.port) == (other.uri.host, other.uri.port)
        assert (address.parameters.get(b"tag") or b"").decode() == (other.parameters.get("tag") or "")


@settings(max_examples=60)
@given(plain(), st.data())
def test_what_is_answered_does_not_depend_on_how_it_is_written(lines: Lines, data: st.DataObject) -> None:
    flow = Flow("udp", GATEWAY, SCSCF)
    answers = []
    for written in (octets(lines), data.draw(oddly(lines))):
        server = application_server()
        kinds = [type(event) for event in server.receive(written, flow, 0.0)]
        answers.append((kinds, [out.split(b"\r\n")[0] for out, _ in server.take_output()]))
    assert answers[0] == answers[1]


def test_a_list_is_one_whether_joined_or_not() -> None:
    assert split(b'"a, b" <sip:x,y@h>, <sip:c@h>') == [b'"a, b" <sip:x,y@h>', b"<sip:c@h>"]
