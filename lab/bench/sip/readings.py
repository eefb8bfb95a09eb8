"""The fields that a gateway needs, read by us and by sipmessage (TS 24.341 §5.3.3, TS 24.229 §5.7)."""

from collections.abc import Callable, Iterator

from sipmessage import Address, MediaType, Request, Via
from sipmessage import Message as TheirMessage

from lab.bench.codecs.trials import Disagreement, Part, Trial, seconds
from lab.bench.sip.messages import Written, written
from sipbridge import Limits, Message, asserted_identities, parse, parse_name_addr
from sipbridge.body import media_type
from sipbridge.header import parameter
from sipbridge.layout import Layouts
from sipbridge.via import top_via

__all__ = ["ours", "theirs", "trials"]

_LIMITS = Limits()
_PEER = ("127.0.0.1", 6060)
Reading = tuple[object, ...]


def ours(message: Message) -> Reading:
    """Method and Request-URI, transaction and dialogue, what is in the body, who asks, and what for."""
    via, fields = top_via(message.vias[0]), message.fields
    number, _, _ = fields[b"CSeq"].partition(b" ")
    common = message.method, message.uri, via.sent_by, via.branch, fields[b"Call-ID"], int(number)
    kind = media_type(fields.get(b"Content-Type", b""))
    return (*common, kind, message.body, *_OURS[message.method](message))


def theirs(message: Request) -> Reading:
    """The same."""
    via, get = Via.parse(message.headers["Via"]), message.headers.get
    common = message.method, message.uri, f"{via.host}:{via.port}", via.parameters["branch"], get("Call-ID")
    kind = MediaType.parse(get("Content-Type", "") or "").mime_type
    return (*common, message.cseq.sequence, kind, message.body, *_THEIRS[message.method](message))


def _our_message(message: Message) -> Reading:
    asserted = asserted_identities(message.every(b"P-Asserted-Identity"))
    return asserted.sip, message.fields.get(b"In-Reply-To"), message.fields.get(b"P-Charging-Vector")


def _their_message(message: Request) -> Reading:
    (asserted,) = [Address.parse(each) for each in message.headers.getlist("P-Asserted-Identity")]
    return asserted.uri, message.headers.get("In-Reply-To"), message.headers.get("P-Charging-Vector")


def _our_register(message: Message) -> Reading:
    to, (contact,) = message.fields[b"To"], message.listed(b"Contact")
    expires, associated = message.first(b"Expires"), message.every(b"P-Associated-URI")
    return parse_name_addr(to).uri, parse_name_addr(contact).uri, int(expires or b""), *associated


def _their_register(message: Request) -> Reading:
    (contact,) = message.contact
    associated = message.headers.getlist("P-Associated-URI")  # which it cannot read as Kamailio writes it
    return message.to_address.uri, contact.uri, message.expires, *associated


def _our_notify(message: Message) -> Reading:
    sender, to = (parameter(message.fields[name], b"tag") for name in (b"From", b"To"))
    (contact,) = message.listed(b"Contact")
    contact_uri = parse_name_addr(contact).uri
    return sender, to, contact_uri, message.first(b"Event"), message.first(b"Subscription-State")


def _their_notify(message: Request) -> Reading:
    sender, to = message.from_address.parameters["tag"], message.to_address.parameters["tag"]
    (contact,), get = message.contact, message.headers.get
    return sender, to, contact.uri, get("Event"), get("Subscription-State")


_OURS: dict[bytes, Callable[[Message], Reading]] = {
    b"MESSAGE": _our_message,
    b"REGISTER": _our_register,
    b"NOTIFY": _our_notify,
}
_THEIRS: dict[str, Callable[[Request], Reading]] = {
    "MESSAGE": _their_message,
    "REGISTER": _their_register,
    "NOTIFY": _their_notify,
}


def trials() -> Iterator[Trial]:
    """Each message by the general parser, as at first sight of its layout, and with the layout learned."""
    for each in written():
        mine, other = _texts(_read_by_us(each.octets)), _texts(_read_by_them(each.octets))
        if mine != other:
            raise Disagreement(f"{each.name}: sipmessage reads {other}, and we {mine}")
        yield _trial("first sight", each, _read_by_us)
        yield _trial("learned", each, _learned(each))


def _trial(part: Part, each: Written, read: Callable[[bytes], object]) -> Trial:
    return Trial(part, each.name, len(each.octets), _fresh(read, each), _fresh(_read_by_them, each))


def _learned(each: Written) -> Callable[[bytes], Reading]:
    """Of a peer that has sent its like before."""
    layouts = Layouts(_LIMITS)
    for octets in each.others(0, 2):
        layouts.parse(octets, _PEER)
    return lambda octets: ours(layouts.parse(octets, _PEER))


def _read_by_us(octets: bytes) -> Reading:
    return ours(parse(octets, _LIMITS))


def _read_by_them(octets: bytes) -> Reading:
    message = TheirMessage.parse(octets)
    if not isinstance(message, Request):
        raise Disagreement("sipmessage takes a request for a response")
    return theirs(message)


def _texts(reading: Reading) -> list[str]:
    """Octets or text, objects or not: what is written is the same."""
    return [each.decode("latin-1") if isinstance(each, bytes) else str(each) for each in reading]


def _fresh(read: Callable[[bytes], object], each: Written) -> Callable[[int], float]:
    """No message comes twice, nor a user: what is kept of those before is of no use."""
    used = 0

    def run(times: int) -> float:
        nonlocal used
        messages = each.others(used, times)
        used += times
        return seconds(read, messages)

    return run
