"""What the S-CSCF writes to an application server, as Kamailio 5.6 does (TS 24.229 §5.4.1.7, §5.4.3.2)."""

from random import Random

from msgspec.structs import replace

from ipsmgw.identity import Impu
from lab.elements.line import ACCESS
from lab.plan import Plan, Subscriber
from sipbridge.build import checked_header, request
from sipbridge.events import Request
from sipbridge.identifiers import Identifiers
from sipbridge.proxy import forwarded
from sipbridge.via import response_way, top_via

__all__ = ["Isc", "asserted_identity"]

_NETWORK_ID = '"visited.ims.test"'
_OURS_ALONE = frozenset(
    {b"p-preferred-identity", b"p-asserted-identity", b"p-served-user", b"p-charging-vector"}
)
"""What a phone may not say."""


def asserted_identity(plan: Plan, subscriber: Subscriber, said: str = "") -> str:
    """Both values of P-Asserted-Identity, or the only one (RFC 3325 §9.1)."""
    identities = plan.identities(subscriber)
    if said == plan.temporary(subscriber):
        identities = (said,)
    elif plan.quirks.tel_only and not subscriber.msisdn_less:
        identities = (subscriber.msisdn.tel,)
    return ", ".join(f"<{identity}>" for identity in identities)


class Isc:
    """Builds octets; the caller starts the transaction with the branch that it gave."""

    def __init__(self, plan: Plan, identifiers: Identifiers, rng: Random) -> None:
        self._plan = plan
        self._identifiers = identifiers
        self._rng = rng
        self._service_info = plan.service_info
        host, port = plan.sip("scscf")
        self.authority = f"{host}:{port}"
        self._own = frozenset({self.authority})
        host, port = plan.sip("ipsmgw")
        self._gateway = f"sip:{host}:{port}"

    def third_party_register(self, impu: Impu, subscriber: Subscriber, expires: int, branch: bytes) -> bytes:
        """Each is a dialogue of its own with CSeq 10; the malformed P-Associated-URI is Kamailio's, too."""
        new = self._identifiers.new().decode()
        info = self._service_info.replace("{imsi}", subscriber.imsi)
        info = info.replace("{msisdn}", f"+{subscriber.msisdn}")
        body = f'<ims-3gpp version="1"><service-info>{info}</service-info></ims-3gpp>\n'.encode()
        fields = [
            ("To", f"<{impu}>"),
            ("From", f"<sip:{self.authority}>;tag={new}"),
            ("CSeq", "10 REGISTER"),
            ("Call-ID", f"{new}@{self.authority.partition(':')[0]}"),
            ("User-Agent", "S-CSCF"),
            ("Event", "registration"),
            ("Max-Forwards", "10"),
            ("Expires", str(expires)),
            ("Path", f"<sip:{self.authority};lr>"),
            ("Contact", f"<sip:{self.authority}>"),
            ("P-Visited-Network-ID", _NETWORK_ID),
            ("P-Access-Network-Info", ACCESS),
            ("P-Charging-Vector", self.charging_vector()),
            ("P-Associated-URI", self._associated(subscriber)),
            ("Content-Type", "application/3gpp-ims+xml"),
        ]
        head = [self._via(branch), *(checked_header(*field) for field in fields)]
        return request(b"REGISTER", self._gateway.encode(), head, body)

    def _associated(self, subscriber: Subscriber) -> str:
        sip, *more = self._plan.identities(subscriber)
        if not more:
            return f"<{sip}>"
        return self._plan.quirks.associated.replace("{sip}", sip).replace("{tel}", more[0])

    def message(self, event: Request, impu: Impu, subscriber: Subscriber, branch: bytes) -> bytes:
        """A phone's MESSAGE that met the filter criteria: the Route stands above Via, as Kamailio puts it."""
        message = event.message
        via, _ = response_way(message.vias[0], top_via(message.vias[0]), event.flow)
        stamped = replace(message, vias=(via, *message.vias[1:]))
        hops = b"%d" % (_hops(message.first(b"Max-Forwards")) - 1)
        mark = f"<sip:iscmark@{self.authority};lr;s=2;h=0;d=0;a={impu.encode().hex()}>"
        lines = [
            checked_header("Route", f"<{self._gateway};lr>, {mark}"),
            self._via(branch),
            *forwarded(stamped, self._own, hops, _OURS_ALONE),
            checked_header("P-Served-User", f"<{impu}>;sescase=orig;regstate=reg"),
            checked_header("P-Charging-Vector", self.charging_vector()),
            checked_header("P-Asserted-Identity", asserted_identity(self._plan, subscriber, impu)),
        ]
        return request(message.method, message.uri, lines, message.body)

    def charging_vector(self) -> str:
        """RFC 7315 §4.6."""
        icid = f"{self._rng.getrandbits(128):032x}"
        return (
            f'icid-value="{icid}";icid-generated-at={self._plan.host("scscf")};orig-ioi="{self._plan.domain}"'
        )

    def _via(self, branch: bytes) -> bytes:
        return b"Via: SIP/2.0/UDP %b;branch=%b" % (self.authority.encode(), branch)


def _hops(value: bytes | None) -> int:
    return int(value) if value is not None and value.isdigit() else 70
