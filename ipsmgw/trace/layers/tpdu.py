"""The tree of a TPDU (TS 23.040 §9.2)."""

from ipsmgw.sms import (
    DATA_CODING,
    Address,
    Command,
    CommandType,
    DataCoding,
    Deliver,
    DeliverReport,
    Direction,
    FailureCause,
    InformationElement,
    Parameters,
    RpMessage,
    Status,
    StatusGroup,
    StatusReport,
    Submit,
    SubmitReport,
    Timestamp,
    Tpdu,
    UserData,
    concatenation,
    decode,
    ports,
    protocol_identifier,
    read,
    words,
)
from ipsmgw.sms.data_coding import user_data_octets
from ipsmgw.trace.tree import Layer, Rows, Tree

__all__ = ["NAMES", "layer", "rp_message"]

NAMES: dict[type[Tpdu], str] = {
    Submit: "SMS-SUBMIT",
    Deliver: "SMS-DELIVER",
    Command: "SMS-COMMAND",
    StatusReport: "SMS-STATUS-REPORT",
    SubmitReport: "SMS-SUBMIT-REPORT",
    DeliverReport: "SMS-DELIVER-REPORT",
}

_FLAGS: dict[type[Tpdu], tuple[str, ...]] = {  # from bit 2 up
    Submit: ("TP-RD", "TP-VPF", "TP-VPF", "TP-SRR", "TP-UDHI", "TP-RP"),
    Deliver: ("TP-MMS", "TP-LP", "spare", "TP-SRI", "TP-UDHI", "TP-RP"),
    Command: ("spare", "spare", "spare", "TP-SRR", "TP-UDHI", "spare"),
    StatusReport: ("TP-MMS", "TP-LP", "spare", "TP-SRQ", "TP-UDHI", "spare"),
    SubmitReport: ("spare", "spare", "spare", "spare", "TP-UDHI", "spare"),
    DeliverReport: ("spare", "spare", "spare", "spare", "TP-UDHI", "spare"),
}


def rp_message(octets: bytes, direction: Direction) -> RpMessage:
    """In which RP message a TPDU rides that came alone, without one.

    TP-MTI tells reports from the others in each direction; TP-FCS is 80 to FF, which no TP-PI is (§9.2.3.22).
    """
    report = 1 if direction is Direction.TO_UE else 0
    if octets[:1] and octets[0] & 3 != report:
        return RpMessage.DATA
    return RpMessage.ERROR if len(octets) > 1 and octets[1] & 0x80 else RpMessage.ACK


def layer(octets: bytes, at: int, direction: Direction, rp: RpMessage) -> Layer:
    """The tree of a TPDU that stands at an octet of something larger; the sms DecodeError if it is none."""
    tpdu = decode(octets, direction=direction, rp=rp)
    rows = Rows(at)
    _first_octet(rows, tpdu)
    match tpdu:
        case Submit():
            _submit(rows, tpdu)
        case Deliver():
            _deliver(rows, tpdu)
        case Command():
            _command(rows, tpdu)
        case StatusReport():
            _status_report(rows, tpdu)
        case _:
            _report(rows, tpdu)
    surplus = at + len(octets) - rows.at
    if surplus:
        rows.add("octets after the end", octets[-surplus:].hex(), surplus)
    return Layer(rows.tree(NAMES[type(tpdu)]), tpdu.encode() == octets, surplus)


def _first_octet(rows: Rows, tpdu: Tpdu) -> None:
    first = tpdu.first_octet
    bits = [("TP-MTI", first & 3)]
    for bit, name in enumerate(_FLAGS[type(tpdu)], 2):
        if name == "TP-VPF":
            bits += [(name, first >> 3 & 3)] if bit == 3 else []
        elif name != "spare" or first >> bit & 1:
            bits.append((name, first >> bit & 1))
    where = rows.at, rows.at + 1
    rows.add("first octet", f"{first:#04x}", 1, *(Tree(name, str(value), *where) for name, value in bits))


def _submit(rows: Rows, tpdu: Submit) -> None:
    rows.add("TP-MR", str(tpdu.tp_mr), 1)
    _address(rows, "TP-DA", tpdu.tp_da)
    _pid(rows, tpdu.tp_pid)
    _dcs(rows, tpdu.tp_dcs)
    match tpdu.validity:
        case None:
            pass
        case Timestamp() as until:
            rows.add("TP-VP", until.text, 7)
        case period:
            seconds = period.seconds
            rows.add("TP-VP", tpdu.tp_vp.hex() if seconds is None else f"{seconds} s", len(tpdu.tp_vp))
    _user_data(rows, tpdu, tpdu.tp_udl, tpdu.tp_ud, tpdu.tp_dcs)


def _deliver(rows: Rows, tpdu: Deliver) -> None:
    _address(rows, "TP-OA", tpdu.tp_oa)
    _pid(rows, tpdu.tp_pid)
    _dcs(rows, tpdu.tp_dcs)
    rows.add("TP-SCTS", tpdu.tp_scts.text, 7)
    _user_data(rows, tpdu, tpdu.tp_udl, tpdu.tp_ud, tpdu.tp_dcs)


def _command(rows: Rows, tpdu: Command) -> None:
    rows.add("TP-MR", str(tpdu.tp_mr), 1)
    _pid(rows, tpdu.tp_pid)
    rows.add("TP-CT", f"{tpdu.tp_ct} {words(CommandType, tpdu.tp_ct)}", 1)
    rows.add("TP-MN", str(tpdu.tp_mn), 1)
    _address(rows, "TP-DA", tpdu.tp_da)
    rows.add("TP-CDL", str(tpdu.tp_cdl), 1)
    if tpdu.tp_cdl:
        rows.add("TP-CD", tpdu.tp_cd[: tpdu.tp_cdl].hex(), tpdu.tp_cdl)


def _status_report(rows: Rows, tpdu: StatusReport) -> None:
    rows.add("TP-MR", str(tpdu.tp_mr), 1)
    _address(rows, "TP-RA", tpdu.tp_ra)
    rows.add("TP-SCTS", tpdu.tp_scts.text, 7)
    rows.add("TP-DT", tpdu.tp_dt.text, 7)
    status = f"{tpdu.tp_st:#04x} {words(Status, tpdu.tp_st)} ({StatusGroup.of(tpdu.tp_st).value})"
    rows.add("TP-ST", status, 1)
    _parameters(rows, tpdu, tpdu.parameters)


def _report(rows: Rows, tpdu: SubmitReport | DeliverReport) -> None:
    if tpdu.tp_fcs is not None:
        rows.add("TP-FCS", f"{tpdu.tp_fcs:#04x} {words(FailureCause, tpdu.tp_fcs)}", 1)
    _parameters(rows, tpdu, tpdu.parameters)


def _parameters(rows: Rows, tpdu: Tpdu, parameters: Parameters) -> None:
    if parameters.tp_pi:
        rows.add("TP-PI", parameters.tp_pi.hex(), len(parameters.tp_pi))
    if isinstance(tpdu, SubmitReport):
        rows.add("TP-SCTS", tpdu.tp_scts.text, 7)
    if parameters.tp_pid is not None:
        _pid(rows, parameters.tp_pid)
    if parameters.tp_dcs is not None:
        _dcs(rows, parameters.tp_dcs)
    if parameters.tp_udl is not None:
        _user_data(rows, tpdu, parameters.tp_udl, parameters.tp_ud, parameters.tp_dcs or 0)


def _address(rows: Rows, name: str, address: Address) -> None:
    kind = address.ton.name.lower().replace("_", " ")
    rows.add(name, f"{address.text} ({kind}, plan {int(address.npi)})", len(address))


def _pid(rows: Rows, pid: int) -> None:
    rows.add("TP-PID", f"{pid:#04x} {protocol_identifier(pid)}", 1)


def _dcs(rows: Rows, dcs: int) -> None:
    rows.add("TP-DCS", f"{dcs:#04x} {_coding(DATA_CODING[dcs])}", 1)


def _coding(coding: DataCoding) -> str:
    parts = [coding.alphabet.value]
    if coding.message_class is not None:
        parts.append(
            f"class {int(coding.message_class)} {words(type(coding.message_class), coding.message_class)}"
        )
    if coding.compressed:
        parts.append("compressed")
    if coding.automatic_deletion:
        parts.append("automatic deletion")
    if coding.indication:
        set_or_not = "waits" if coding.indication.active else "waits no longer"
        parts.append(f"{coding.indication.kind} {set_or_not}{'' if coding.indication.store else ', discard'}")
    return ", ".join(parts)


def _user_data(rows: Rows, tpdu: Tpdu, udl: int, ud: bytes, dcs: int) -> None:
    rows.add("TP-UDL", str(udl), 1)
    size = user_data_octets(udl, dcs)
    found = read(tpdu)
    if not size or found is None:
        return
    header = min(ud[0] + 1, size) if tpdu.tp_udhi else 0
    inside = Rows(rows.at)
    if header:
        inside.append(_header(inside.at, ud[:header], found))
    text = found.text
    if size > header:
        inside.add(
            "text" if text is not None else "data", found.data.hex() if text is None else text, size - header
        )
    rows.append(inside.tree("TP-UD"))


def _header(at: int, octets: bytes, found: UserData) -> Tree:
    rows = Rows(at)
    rows.add("TP-UDHL", str(octets[0]), 1)
    if len(octets) > 1 and not found.header:
        rows.add("elements", f"{octets[1:].hex()} (do not fill the header, ignored)", len(octets) - 1)
    for element in found.header:
        rows.add(f"element {element.iei:02x}", _element(element), 2 + len(element.value))
    return rows.tree("TP-UDH")


def _element(element: InformationElement) -> str:
    part = concatenation((element,))
    if part:
        return f"part {part.sequence} of {part.total}, reference {part.reference}"
    port = ports((element,))
    return f"port {port.destination}, from port {port.source}" if port else element.value.hex()
