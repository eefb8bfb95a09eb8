"""anyTimeModification: how the gateway registers at the HLR (TS 29.002 §17.7.1, TS 23.204 §6.1)."""

from mapstack.asn1 import (
    ADDRESS,
    BIT_STRING,
    ENUMERATED,
    EXTENSION_CONTAINER,
    ISDN_ADDRESS,
    NULL,
    OPAQUE,
    AddressString,
    BitString,
    Sequence,
    extension_marker,
    tagged,
)
from mapstack.map.data_types import NetworkNodeDiameterAddress, SubscriberIdentity
from mapstack.map.supplementary_service import (
    CallHoldData,
    CallWaitingData,
    ClipData,
    ClirData,
    EctData,
    ModificationInstruction,
    ModificationRequestForCbInfo,
    ModificationRequestForCfInfo,
    ModificationRequestForChInfo,
    ModificationRequestForClipInfo,
    ModificationRequestForClirInfo,
    ModificationRequestForCsg,
    ModificationRequestForCsi,
    ModificationRequestForCwInfo,
    ModificationRequestForEctInfo,
    ModificationRequestForOdbData,
    OdbInfo,
)

__all__ = [
    "AnyTimeModificationArg",
    "AnyTimeModificationRes",
    "ModificationRequestForIpSmGwData",
]


class ModificationRequestForIpSmGwData(Sequence):
    """Whether the subscriber is reached through the gateway."""

    modify_registration_status: ModificationInstruction | int | None = tagged(
        0, ENUMERATED(ModificationInstruction), default=None
    )
    extension_container: bytes | None = tagged(1, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    ip_sm_gw_diameter_address: NetworkNodeDiameterAddress | None = tagged(
        2, NetworkNodeDiameterAddress, default=None
    )


class AnyTimeModificationArg(Sequence):
    """Of anyTimeModification."""

    subscriber_identity: SubscriberIdentity = tagged(0, SubscriberIdentity)
    gsm_scf_address: AddressString = tagged(1, ISDN_ADDRESS)
    modification_request_for_cf_info: ModificationRequestForCfInfo | None = tagged(
        2, ModificationRequestForCfInfo, default=None
    )
    modification_request_for_cb_info: ModificationRequestForCbInfo | None = tagged(
        3, ModificationRequestForCbInfo, default=None
    )
    modification_request_for_csi: ModificationRequestForCsi | None = tagged(
        4, ModificationRequestForCsi, default=None
    )
    extension_container: bytes | None = tagged(5, EXTENSION_CONTAINER, default=None)
    long_ftn_supported: bool = tagged(6, NULL, default=False)
    extensions: bytes = extension_marker(default=b"")
    modification_request_for_odb_data: ModificationRequestForOdbData | None = tagged(
        7, ModificationRequestForOdbData, default=None
    )
    modification_request_for_ip_sm_gw_data: ModificationRequestForIpSmGwData | None = tagged(
        8, ModificationRequestForIpSmGwData, default=None
    )
    activation_request_for_ue_reachability: BitString | None = tagged(9, BIT_STRING(1, 8), default=None)
    modification_request_for_csg: ModificationRequestForCsg | None = tagged(
        10, ModificationRequestForCsg, default=None
    )
    modification_request_for_cw_data: ModificationRequestForCwInfo | None = tagged(
        11, ModificationRequestForCwInfo, default=None
    )
    modification_request_for_clip_data: ModificationRequestForClipInfo | None = tagged(
        12, ModificationRequestForClipInfo, default=None
    )
    modification_request_for_clir_data: ModificationRequestForClirInfo | None = tagged(
        13, ModificationRequestForClirInfo, default=None
    )
    modification_request_for_hold_data: ModificationRequestForChInfo | None = tagged(
        14, ModificationRequestForChInfo, default=None
    )
    modification_request_for_ect_data: ModificationRequestForEctInfo | None = tagged(
        15, ModificationRequestForEctInfo, default=None
    )


class AnyTimeModificationRes(Sequence):
    """Of anyTimeModification; forwarding, barring and CAMEL data are passed on unread."""

    ss_info_for_cse: bytes | None = tagged(0, OPAQUE, default=None)
    camel_subscription_info: bytes | None = tagged(1, OPAQUE, default=None)
    extension_container: bytes | None = tagged(2, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    odb_info: OdbInfo | None = tagged(3, OdbInfo, default=None)
    cw_data: CallWaitingData | None = tagged(4, CallWaitingData, default=None)
    ch_data: CallHoldData | None = tagged(5, CallHoldData, default=None)
    clip_data: ClipData | None = tagged(6, ClipData, default=None)
    clir_data: ClirData | None = tagged(7, ClirData, default=None)
    ect_data: EctData | None = tagged(8, EctData, default=None)
    service_centre_address: AddressString | None = tagged(9, ADDRESS, default=None)
