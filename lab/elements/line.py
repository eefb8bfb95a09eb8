"""A phone's line to whom it registers with: requests that wait for their final answer (RFC 3261 §8.1)."""

from collections.abc import Callable

from lab.elements.agenda import Agenda
from lab.elements.named_message import named as named_message
from lab.elements.site import Site
from lab.plan import Plan, Subscriber
from sipbridge.build import Headers
from sipbridge.events import ClientTx, NoAnswer, Response
from sipbridge.flow import Flow
from sipbridge.settings import Limits, SipSettings, Timers
from sipbridge.stack import SipStack

__all__ = ["ACCESS", "SMS", "Line", "OnFinal", "sip_settings"]

OnFinal = Callable[[int, Response | None, float], None]
"""Called with the status (408 when nobody answered), the response if there is one, and the time."""

SMS = "application/vnd.3gpp.sms"
ACCESS = "3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010000101"
"""P-Access-Network-Info: the cell that every phone of the lab is in (TS 24.229 §7.2A.4)."""


def sip_settings(site: Site, plan: Plan, product: str) -> SipSettings:
    """Of an element of the plan."""
    host, port = plan.sip(site.node)
    t = plan.timers
    timers = Timers(t1=t.t1, t2=t.t2, t4=t.t4)
    limits = Limits(datagram=plan.datagram)
    return SipSettings(host=host, port=port, product=product, boot=site.boot, timers=timers, limits=limits)


class Line:
    """What registration and messages of one phone share."""

    def __init__(self, stack: SipStack, agenda: Agenda, plan: Plan, subscriber: Subscriber) -> None:
        self.stack = stack
        self.agenda = agenda
        self.plan = plan
        self.subscriber = subscriber
        self.impu = plan.impu(subscriber)
        tel = plan.quirks.tel_only and not subscriber.msisdn_less
        self.identity: str = subscriber.msisdn.tel if tel else self.impu
        """Who it says it is."""
        self.flow = Flow("udp", plan.sip(subscriber.name), plan.sip(plan.registrar))
        self._waiting: dict[ClientTx, OnFinal] = {}

    def request(
        self,
        method: str,
        uri: str,
        now: float,
        *,
        on_final: OnFinal,
        headers: Headers,
        body: bytes = b"",
        sender: str | None = None,
        recipient: str | None = None,
        call_id: str | None = None,
        cseq: int = 1,
        flow: Flow | None = None,
    ) -> str:
        """Send it; returns its Call-ID."""
        tx, call_id = self.stack.request(
            method,
            uri,
            now,
            flow=flow or self.flow,
            sender=sender or self.identity,
            recipient=uri if recipient is None else recipient,
            call_id=call_id,
            cseq=cseq,
            headers=headers,
            body=body,
        )
        self._waiting[tx] = on_final
        return call_id

    def message(
        self,
        uri: str,
        rpdu: bytes,
        now: float,
        *,
        on_final: OnFinal,
        in_reply_to: str | None = None,
        flow: Flow | None = None,
        named: str = "",
        call_id: str | None = None,
    ) -> str:
        """Send an RPDU: of its own accord (TS 24.341 §5.3.1.2), or a report on a message (§5.3.2.4); returns
        its Call-ID. `named`: the URI of whom it is for, where that has no number.
        """
        identity, purpose = self._purpose(in_reply_to)
        content, body = [("Content-Type", SMS), ("Content-Transfer-Encoding", "binary")], rpdu
        if named:
            kind, body = named_message(rpdu, named, self.impu)
            content = [("Content-Type", kind)]
        if flow is not None:  # past the S-CSCF, which would assert it
            content.append(("P-Asserted-Identity", f"<{self.impu}>"))
        return self.request(
            "MESSAGE",
            uri,
            now,
            on_final=on_final,
            sender=identity,
            call_id=call_id,
            headers=[
                ("Route", "<sip:{}:{};lr>".format(*self.flow.remote)),
                ("P-Preferred-Identity", f"<{identity}>"),
                ("Request-Disposition", "no-fork"),
                ("Allow", "MESSAGE"),
                *purpose,
                *content,
            ],
            body=body,
            flow=flow,
        )

    def _purpose(self, in_reply_to: str | None) -> tuple[str, Headers]:
        """Under which identity, and what a submission or a report has that the other has not."""
        if in_reply_to is None:
            return self.identity, [("P-Access-Network-Info", ACCESS), ("Accept-Contact", "*;+g.3gpp.smsip")]
        quirks = self.plan.quirks
        identity = self.plan.temporary(self.subscriber) if quirks.reports_as_imsi else self.identity
        return identity, [] if quirks.no_in_reply_to else [("In-Reply-To", in_reply_to)]

    def response(self, event: Response, now: float) -> None:
        if event.status >= 200 and (on_final := self._waiting.pop(event.tx, None)):
            on_final(event.status, event, now)

    def no_answer(self, event: NoAnswer, now: float) -> None:
        if on_final := self._waiting.pop(event.tx, None):
            on_final(event.status, None, now)
