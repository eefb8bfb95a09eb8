"""Texts that no human would choose, and short messages that are no texts, arrive as they were sent."""

from collections.abc import Iterator

from ipsmgw.sms import (
    Address,
    Command,
    CommandType,
    Deliver,
    InformationElement,
    Part,
    StatusReport,
    Submit,
    Timestamp,
    headed,
    header_octets,
)
from lab.carrier import Carrier
from lab.expectation import expect
from lab.scenario import scenario
from lab.steps import delivered, finished, registered

__all__ = ["carried_untouched", "odd_texts"]

_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSIONS = "\f^{}\\[~]|€"
_TEXTS = (
    "",
    "\0",
    _ALPHABET,
    "x" * 160,
    "x" * 161,
    "x" * 152 + _EXTENSIONS,  # the first of two septets would be the last of its part
    "x" * 153 + _EXTENSIONS * 16,
    "я" * 70,
    "я" * 71,
    "я" * 66 + "😀🏴\U000e0067\U000e0062\U000e007f",  # half of it would be the last of its part
    "\u202eשלום, \u2067עולם\u2069 ab",
    "e\u0301\u0327\u200d" * 9,
)

# TS 23.040 §9.2.3.9: silent, replace types, to the USIM; TS 23.038 §4: classes, indications, reserved.
_KINDS = (
    *((0x40 + kind, 0) for kind in range(8)),
    *((0, 0xF0 + number) for number in range(8)),
    *((0, 0x10 + number) for number in range(4)),
    *((0, coding) for coding in (0x04, 0x08, 0x20, 0x80, 0xC8, 0xD0, 0xE3)),
    (0x7F, 0xF6),
    (0x7F, 0x16),
)
_PORTS = InformationElement(0x05, bytes.fromhex("3e803e81"))
_TURKISH = InformationElement(0x24, b"\1"), InformationElement(0x25, b"\1")


def _parts() -> Iterator[tuple[int, Part]]:
    """TP-PID and user data."""
    for pid, dcs in _KINDS:
        yield pid, headed(b"", bytes(range(0x41, 0x61)), dcs)
    yield 0, headed(header_octets((_PORTS,)), bytes(range(123, 256)), 0x04)
    yield 0, headed(header_octets(_TURKISH), bytes(range(0x41, 0x61)), 0x00)  # TS 23.038 §6.2.1.2


@scenario(clause="TS 23.038 §6.2.1, TS 23.040 §9.2.3.24.1", what="texts that no human would choose")
async def odd_texts(carrier: Carrier) -> None:
    """From phone to phone, each is read as it was written."""
    alice, bob = await registered(carrier, "alice", "bob")
    for written in _TEXTS:
        bob.ledger.inbox.clear()
        for sent in alice.send_long(written, to=bob.msisdn):
            await finished(carrier, sent)
        await carrier.until(lambda: len(bob.ledger.inbox) > 0, f"bob has got {written!r}")
        expect(list(bob.ledger.inbox) == [written], f"bob reads {written!r}")


@scenario(clause="TS 23.204 §6.3, §6.4", what="TPDUs pass octet for octet, whatever they are")
async def carried_untouched(carrier: Carrier) -> None:
    """Classes, PIDs, ports, national languages, reports and commands, to a phone and from one."""
    alice, bob = await registered(carrier, "alice", "bob")
    scts = Timestamp.at(carrier.now)
    sender = Address.international("15550000099")
    tpdus = [StatusReport.of(7, sender, scts=scts, dt=scts, st=0).encode()]
    for pid, (udl, ud, dcs, udhi) in _parts():
        deliver = Deliver.of(
            sender, scts, udl=udl, ud=ud, dcs=dcs, pid=pid, udhi=udhi, more_messages=bool(pid)
        )
        tpdus.append(deliver.encode())
    for tpdu in tpdus:
        await delivered(carrier, carrier.smsc.submit_tpdu(tpdu, bob.msisdn))
    expect([got.tpdu for got in bob.received] == tpdus, "bob has them octet for octet")

    to = Address.international(bob.msisdn)
    submits = [
        Submit.of(0, to, udl=udl, ud=ud, dcs=dcs, pid=pid, udhi=udhi).encode()
        for pid, (udl, ud, dcs, udhi) in _parts()
    ]
    submits.append(Command.of(0, to, ct=CommandType.ENQUIRY, mn=1, cd=b"\0\xff").encode())
    before = len(carrier.sc_data.mo)
    sent = [alice.submit(tpdu, bob.msisdn) for tpdu in submits]
    for each in sent:
        await finished(carrier, each)
    came = [received.tpdu for received in list(carrier.sc_data.mo)[before:]]
    expect(came == [each.tpdu for each in sent], "the SC has them octet for octet")
    validity = carrier.plan.timers.validity
    await carrier.until(lambda: not carrier.sc_data.held, "the SC is done with all of them", within=validity)
