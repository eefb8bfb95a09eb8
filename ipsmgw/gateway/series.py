"""Short messages that follow each other in one dialogue: whom they are for (TS 29.002 §12.9.3, §23.3)."""

from mapstack import MapOpenInfo
from mapstack.map import AddressString, MtForwardSmArg

__all__ = ["Series"]


class Series:
    """By dialogue, of those in which the SMS-GMSC has more messages to send."""

    def __init__(self) -> None:
        self.open: dict[int, tuple[str, AddressString]] = {}
        """What the next message of a dialogue need not say."""

    def __len__(self) -> int:
        return len(self.open)

    def names(
        self, dialogue: int, arg: MtForwardSmArg, map_open: MapOpenInfo | None
    ) -> tuple[str | None, AddressString | None]:
        """IMSI and service centre of a message that does not name both, or that another one follows."""
        imsi, centre = arg.sm_rp_da.imsi, arg.sm_rp_oa.service_centre_address_oa
        before = self.open.pop(dialogue, None)
        if before is not None:
            imsi = before[0] if arg.sm_rp_da.no_sm_rp_da else imsi
            centre = before[1] if arg.sm_rp_oa.no_sm_rp_oa else centre
        if imsi is None and arg.sm_rp_da.lmsi is not None and map_open is not None:
            # TS 29.002 §23.3.1: with an LMSI the IMSI is the destination reference.
            reference = map_open.destination_reference
            imsi = reference.digits if reference is not None else None
        if arg.more_messages_to_send and imsi is not None and centre is not None:
            self.open[dialogue] = imsi, centre
        return imsi, centre

    def subscriber(self, dialogue: int) -> str:
        """Whom the next message is for, if it does not say; nobody: an empty IMSI."""
        return self.open[dialogue][0] if dialogue in self.open else ""

    def end(self, dialogue: int) -> None:
        """No more come."""
        self.open.pop(dialogue, None)
