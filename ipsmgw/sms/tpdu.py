"""Any TPDU: which of the six it is, and its text (TS 23.040 §9.2.2, §9.2.3.1)."""

from collections.abc import Callable
from functools import partial

from ipsmgw.sms.codes import Direction, RpMessage
from ipsmgw.sms.command import Command
from ipsmgw.sms.deliver import Deliver, DeliverReport
from ipsmgw.sms.errors import DecodeError
from ipsmgw.sms.status_report import StatusReport
from ipsmgw.sms.submit import Submit, SubmitReport
from ipsmgw.sms.user_data import UserData, user_data

__all__ = ["Tpdu", "decode", "read", "text"]

Tpdu = Submit | Deliver | Command | StatusReport | SubmitReport | DeliverReport

_Parse = Callable[[bytes], Tpdu]

_SUBMIT_REPORT_ACK: _Parse = partial(SubmitReport.parse, error=False)
_SUBMIT_REPORT_ERROR: _Parse = partial(SubmitReport.parse, error=True)
_DELIVER_REPORT_ACK: _Parse = partial(DeliverReport.parse, error=False)
_DELIVER_REPORT_ERROR: _Parse = partial(DeliverReport.parse, error=True)

# §9.2.3.1; absent is illegal. TP-MTI 3 is reserved, and a phone takes it as a DELIVER.
_TYPES: dict[Direction, dict[RpMessage, dict[int, _Parse]]] = {
    Direction.FROM_UE: {
        RpMessage.DATA: {1: Submit.parse, 2: Command.parse},
        RpMessage.ACK: {0: _DELIVER_REPORT_ACK},
        RpMessage.ERROR: {0: _DELIVER_REPORT_ERROR},
    },
    Direction.TO_UE: {
        RpMessage.DATA: {0: Deliver.parse, 2: StatusReport.parse, 3: Deliver.parse},
        RpMessage.ACK: {1: _SUBMIT_REPORT_ACK},
        RpMessage.ERROR: {1: _SUBMIT_REPORT_ERROR},
    },
}


def decode(octets: bytes, *, direction: Direction, rp: RpMessage = RpMessage.DATA) -> Tpdu:
    """The TPDU of these octets; its `encode()` gives the same octets back. DecodeError when they are none.

    The octets alone do not tell which of the six it is: the direction and the RP message that carries it do.
    """
    if not octets:
        raise DecodeError("no octet at all", 0)
    parse = _TYPES[direction][rp].get(octets[0] & 3)
    if parse is None:
        raise DecodeError(f"no TPDU {direction.name} in RP-{rp.name} has TP-MTI {octets[0] & 3}", 0)
    try:
        return parse(octets)
    except IndexError:
        raise DecodeError("the TPDU ends too early", len(octets)) from None


def read(tpdu: Tpdu) -> UserData | None:
    """TP-UD, read; None when the TPDU has none."""
    match tpdu:
        case Submit() | Deliver():
            return user_data(tpdu.tp_udl, tpdu.tp_ud, dcs=tpdu.tp_dcs, udhi=tpdu.tp_udhi)
        case Command():
            return None
        case _:
            parameters = tpdu.parameters
            if parameters.tp_udl is None:
                return None
            return user_data(
                parameters.tp_udl, parameters.tp_ud, dcs=parameters.tp_dcs or 0, udhi=tpdu.tp_udhi
            )


def text(tpdu: Tpdu) -> str | None:
    """The text of this TPDU alone; None when it carries none."""
    found = read(tpdu)
    return found.text if found else None
