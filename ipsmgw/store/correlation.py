"""An MT Correlation ID, and what it stands for (TS 23.204 §6.4, TS 23.040 §9.3)."""

from msgspec import Struct

from mapstack import AddressString

__all__ = ["Correlation"]


class Correlation(Struct, frozen=True, omit_defaults=True, gc=False):
    """What an SMS-GMSC was told in place of the IMSI, and what the HLR said of the subscriber."""

    id: str
    """Empty where the SMS-GMSC knows the IMSI itself."""
    imsi: str
    msisdn: AddressString | None
    service_centre: AddressString
    until: float = 0.0
    """From then on it is not valid any more."""
    msc: AddressString | None = None
    sgsn: AddressString | None = None
    mw_status: tuple[int, ...] | None = None
    """Bits of MW-Status; None: the HLR has sent no informServiceCentre, as nothing waits."""
    absent: int | None = None
    """AbsentSubscriberDiagnosticSM that the HLR has of the MSC,"""
    absent_in_ps: int | None = None
    """and of the SGSN."""
