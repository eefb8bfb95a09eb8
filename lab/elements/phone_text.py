"""A phone that writes and reads plain text, and knows of no short messages (RFC 3428)."""

from ipsmgw.identity import Msisdn
from lab.elements.line import ACCESS, Line
from lab.elements.phone_ledger import PhoneLedger, Received, Text
from sipbridge.events import Response

__all__ = ["TEXT", "PhoneText"]

TEXT = b"text/plain"


class PhoneText:
    """What it sends is answered when somebody has it; what it gets it has with its 200."""

    def __init__(self, line: Line, ledger: PhoneLedger) -> None:
        self._line = line
        self._ledger = ledger

    def send(self, text: str, to: Msisdn, now: float) -> Text:
        """A text, as long as it may be."""
        line = self._line
        sent = Text(to, text, now)
        self._ledger.texts.append(sent)

        def on_final(status: int, response: Response | None, now: float) -> None:
            sent.status, sent.ended = status, now

        sent.call_id = line.request(
            "MESSAGE",
            to.tel,
            now,
            on_final=on_final,
            headers=[
                ("Route", "<sip:{}:{};lr>".format(*line.flow.remote)),
                ("P-Preferred-Identity", f"<{line.impu}>"),
                ("P-Access-Network-Info", ACCESS),
                ("Allow", "MESSAGE"),
                ("Content-Type", f"{TEXT.decode()};charset=UTF-8"),
            ],
            body=text.encode(),
        )
        return sent

    def receive(self, text: str, sender: str, call_id: str, now: float) -> int:
        """The status to answer with."""
        self._ledger.received.append(Received(b"", text, sender, call_id, -1, now, "text"))
        self._ledger.inbox.append(text)
        return 200
