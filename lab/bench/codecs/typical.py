"""Parameters as networks send them, in octets: of operations by name and version, of errors by code."""

from collections.abc import Mapping

__all__ = ["ARGUMENTS", "ERRORS", "RESULTS", "error_parameter", "of_operation"]

_IMSI = "00010121436587f9"
_MSISDN = "915155214365f7"
_SC, _GATEWAY, _NODE, _HLR = (f"915155000000f{last}" for last in "2356")
_NAME = "0e67772e6578616d706c652e6f7267"  # gw.example.org, with its length
_REALM = "0b6578616d706c652e6f7267"  # example.org
_TEXT = "c8" * 88  # 100 characters of seven bits
_SUBMIT = f"01110c91447789674513000064{_TEXT}"
_DELIVER = f"040c9144778967451300006210102143650064{_TEXT}"
_TRIPLET = f"30220410{'a1' * 16}0404{'b2' * 4}0408{'c3' * 8}"
_SENT = "a1" + _TRIPLET[2:]
_QUINTUPLET = f"30520410{'a1' * 16}0408{'b2' * 8}0410{'c3' * 16}0410{'d4' * 16}0410{'e5' * 16}"

ARGUMENTS: Mapping[str, str] = {
    "sendRoutingInfoForSM": f"301a8007{_MSISDN}8101ff8207{_SC}8700880100",
    "mo-ForwardSM": f"3081838407{_SC}8207{_MSISDN}0465{_SUBMIT}0408{_IMSI}",
    "mt-ForwardSM": f"3081808008{_IMSI}8407{_SC}046b{_DELIVER}",
    "reportSM-DeliveryStatus": f"301a0407{_MSISDN}0407{_SC}0a010180010c8600",
    "informServiceCentre": f"300d0407{_MSISDN}03020260",
    "alertServiceCentre": f"30120407{_MSISDN}0407{_SC}",
    "alertServiceCentreWithoutResult": f"30120407{_MSISDN}0407{_SC}",
    "anyTimeModification": f"3038a0098107{_MSISDN}8107{_GATEWAY}a822800101a21d80{_NAME}81{_REALM}",
    "anyTimeInterrogation": f"301ca0098107{_MSISDN}a1068000810083008307{_HLR}",
    "readyForSM": f"300f8008{_IMSI}0a01000500",
    "noteSubscriberPresent": f"0408{_IMSI}",
    "sendAuthenticationInfo": f"30108008{_IMSI}020105830100",
    "updateLocation": f"30260408{_IMSI}8107{_NODE}0407{_NODE}a608800204f0850204e0",
    "updateGprsLocation": f"30260408{_IMSI}0407{_NODE}0405040a000001a00aa20280008300840204f0",
    "insertSubscriberData": (
        f"303f8107{_MSISDN}82010a830100a403040118a609040111040121040122"
        "a717a00d04012130083006830110840104a306040111840105a8050303010000"
    ),
    "cancelLocation": f"a30d0408{_IMSI}0a0100",
    "purgeMS": f"a3130408{_IMSI}8007{_NODE}",
    "deleteSubscriberData": f"300f8008{_IMSI}a203040121",
    "noteSubscriberDataModified": f"30190408{_IMSI}0407{_MSISDN}8400850206c0",
    "provideSubscriberInfo": f"30108008{_IMSI}a20480008100",
    "sendParameters": f"300f8008{_IMSI}30030a0101",
    # Versions 1 and 2, where they differ.
    "sendRoutingInfoForSM v2": f"30158007{_MSISDN}8101ff8207{_SC}",
    "forwardSM": f"30798407{_SC}8207{_MSISDN}0465{_SUBMIT}",
    "reportSM-DeliveryStatus v2": f"30150407{_MSISDN}0407{_SC}0a0101",
    "readyForSM v2": f"300d8008{_IMSI}0a0100",
    "updateLocation v2": f"301c0408{_IMSI}8107{_NODE}0407{_NODE}",
    "cancelLocation v2": f"0408{_IMSI}",
    "purgeMS v2": f"30130408{_IMSI}0407{_NODE}",
    "sendAuthenticationInfo v2": f"0408{_IMSI}",
    "insertSubscriberData v2": f"301f8107{_MSISDN}82010a830100a403040118a609040111040121040122",
}
RESULTS: Mapping[str, str] = {
    "sendRoutingInfoForSM": f"301f0408{_IMSI}a00b8107{_GATEWAY}8500a50602011e02015a",
    "mo-ForwardSM": "300b0409010042012121436500",
    "mt-ForwardSM": "300404020000",
    "reportSM-DeliveryStatus": f"30090407{_MSISDN}",
    "anyTimeModification": f"30098907{_SC}",
    "anyTimeInterrogation": (
        f"302f302da0270201028107{_NODE}82050313155500a309800700f110000100028607{_NODE}a1028000"
    ),
    "readyForSM": "3000",
    "sendAuthenticationInfo": f"a38201a8a18201a4{_QUINTUPLET * 5}",
    "updateLocation": f"30090407{_HLR}",
    "updateGprsLocation": f"30090407{_HLR}",
    "insertSubscriberData": "3008860205e0880201c0",
    "cancelLocation": "3000",
    "purgeMS": "30028000",
    "deleteSubscriberData": "3000",
    "noteSubscriberDataModified": "3000",
    "provideSubscriberInfo": (
        f"302f302da0270201028107{_NODE}82050313155500a309800700f110000100028607{_NODE}a1028000"
    ),
    "sendParameters": f"3081b4{_SENT * 5}",
    # Versions 1 and 2, where they differ.
    "sendRoutingInfoForSM v2": f"30150408{_IMSI}a0098107{_NODE}",
    "reportSM-DeliveryStatus v2": f"0407{_MSISDN}",
    "updateLocation v2": f"0407{_HLR}",
    "sendAuthenticationInfo v2": f"3081b4{_TRIPLET * 5}",
    "insertSubscriberData v2": "3005a103040122",
}
ERRORS: Mapping[int, str] = {
    1: "30030a0100",  # unknownSubscriber: imsiUnknown
    5: "",  # unidentifiedSubscriber, mostly alone
    6: f"300d0201068108{_IMSI}",  # absentSubscriberSM
    8: "30030a0100",  # roamingNotAllowed: plmnRoamingNotAllowed
    13: "30030a0101",  # callBarred: operatorBarring
    17: "040104",  # ss-ErrorStatus
    20: "3006810121840104",  # ss-Incompatibility
    27: "3003800103",  # absentSubscriber: purgedMS
    31: "30020500",  # subscriberBusyForMT-SMS
    32: "30080a0100040300d300",  # sm-DeliveryFailure: memoryCapacityExceeded, with a DELIVER-REPORT
    34: "30030a0105",  # systemFailure: vmsc
}


def of_operation(found: Mapping[str, str], name: str, version: int) -> bytes | None:
    """What stands there for that version, for a later one, or for any; None if the operation is not there."""
    names = [f"{name} v{each}" for each in range(version, 3)]
    octets = next((found[each] for each in (*names, name) if each in found), None)
    return None if octets is None else bytes.fromhex(octets)


def error_parameter(code: int) -> bytes:
    """Most errors have nothing but room for extensions."""
    return bytes.fromhex(ERRORS.get(code, "3000"))
