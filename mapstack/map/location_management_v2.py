"""updateLocation and purgeMS, versions 1 and 2 (GSM 09.02 §17.7.1)."""

from mapstack.asn1 import IMSI, ISDN_ADDRESS, AddressString, Choice, Sequence, extension_marker, field, tagged
from mapstack.map.data_types import LMSI, LocationInfo

__all__ = ["ExtensibleUpdateLocationRes", "PurgeMsArgV2", "UpdateLocationArgV2", "UpdateLocationResV2"]


class UpdateLocationArgV2(Sequence):
    """Of updateLocation; a roaming number in version 1 only."""

    imsi: str = field(IMSI)
    location_info: LocationInfo = field(LocationInfo)
    vlr_number: AddressString = field(ISDN_ADDRESS)
    lmsi: bytes | None = tagged(10, LMSI, default=None)
    extensions: bytes = extension_marker(default=b"")


class ExtensibleUpdateLocationRes(Sequence):
    """Of updateLocation in version 2."""

    hlr_number: AddressString = field(ISDN_ADDRESS)
    extensions: bytes = extension_marker(default=b"")


class UpdateLocationResV2(Choice):
    """Of updateLocation: the number alone in version 1."""

    hlr_number: AddressString | None = field(ISDN_ADDRESS, default=None)
    extensible_update_location_res: ExtensibleUpdateLocationRes | None = field(
        ExtensibleUpdateLocationRes, default=None
    )


class PurgeMsArgV2(Sequence):
    """Of purgeMS."""

    imsi: str = field(IMSI)
    vlr_number: AddressString = field(ISDN_ADDRESS)
    extensions: bytes = extension_marker(default=b"")
