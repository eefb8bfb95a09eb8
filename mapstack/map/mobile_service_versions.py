"""How mobility operations are said in versions 1 and 2, and what is heard of them (GSM 09.02 §17.7.1).

As in `short_message_versions`: None where the other version cannot say it.
"""

from typing import TypeVar

from mapstack.asn1 import BitString
from mapstack.map.authentication import (
    AuthenticationQuintuplet,
    AuthenticationSetList,
    AuthenticationTriplet,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoRes,
)
from mapstack.map.authentication_v2 import (
    RequestParameter,
    SendAuthenticationInfoArgV2,
    SendAuthenticationInfoResV2,
    SendParametersArg,
    SendParametersRes,
    SentParameter,
    SubscriberId,
)
from mapstack.map.data_types import ExtBasicServiceCode, LocationInfo
from mapstack.map.error_parameters import BasicServiceCode
from mapstack.map.location_management import (
    CancelLocationArg,
    Identity,
    PurgeMsArg,
    UpdateLocationArg,
    UpdateLocationRes,
)
from mapstack.map.location_management_v2 import (
    ExtensibleUpdateLocationRes,
    PurgeMsArgV2,
    UpdateLocationArgV2,
    UpdateLocationResV2,
)
from mapstack.map.subscriber_data import (
    DeleteSubscriberDataArg,
    DeleteSubscriberDataRes,
    InsertSubscriberDataArg,
    InsertSubscriberDataRes,
)
from mapstack.map.subscriber_data_v2 import (
    DeleteSubscriberDataArgV2,
    DeleteSubscriberDataResV2,
    InsertSubscriberDataArgV2,
    InsertSubscriberDataResV2,
    OdbDataV2,
)
from mapstack.map.supplementary_service import OdbData

__all__ = [
    "authentication_to_v1",
    "authentication_to_v2",
    "authentication_to_v2_of_v1",
    "authentication_to_v3",
    "cancel_to_v2",
    "cancel_to_v3",
    "delete_to_v2",
    "delete_to_v3",
    "deleted_to_v2",
    "deleted_to_v3",
    "insert_to_v2",
    "insert_to_v3",
    "inserted_to_v2",
    "inserted_to_v3",
    "purge_to_v2",
    "purge_to_v3",
    "same",
    "update_to_v2",
    "update_to_v2_of_v1",
    "update_to_v3",
    "updated_to_v1",
    "updated_to_v2",
    "updated_to_v2_of_v1",
    "updated_to_v3",
    "vectors_to_v1",
    "vectors_to_v2",
    "vectors_to_v2_of_v1",
    "vectors_to_v3",
]

ParameterT = TypeVar("ParameterT")
_ODB_BITS, _ODB_BITS_V2, _HPLMN_BITS_V2 = 15, 6, 4


def same(parameter: ParameterT) -> ParameterT:
    """Versions 1 and 2 have it alike."""
    return parameter


# ---- updateLocation


def update_to_v2(arg: UpdateLocationArg) -> UpdateLocationArgV2:
    """Who and where."""
    return UpdateLocationArgV2(
        imsi=arg.imsi,
        location_info=LocationInfo(msc_number=arg.msc_number),
        vlr_number=arg.vlr_number,
        lmsi=arg.lmsi,
    )


def update_to_v3(arg: UpdateLocationArgV2) -> UpdateLocationArg | None:
    """There must be an MSC."""
    msc = arg.location_info.msc_number
    if msc is None:
        return None
    return UpdateLocationArg(imsi=arg.imsi, msc_number=msc, vlr_number=arg.vlr_number, lmsi=arg.lmsi)


def update_to_v2_of_v1(arg: UpdateLocationArgV2) -> UpdateLocationArgV2 | None:
    """A roaming number is none of version 2."""
    return arg if arg.location_info.roaming_number is None else None


def updated_to_v2(res: UpdateLocationRes) -> UpdateLocationResV2:
    """The HLR."""
    return _extensible(UpdateLocationResV2(hlr_number=res.hlr_number))


def updated_to_v3(res: UpdateLocationResV2) -> UpdateLocationRes | None:
    """The HLR."""
    number = updated_to_v1(res).hlr_number
    return UpdateLocationRes(hlr_number=number) if number else None


def updated_to_v1(res: UpdateLocationResV2) -> UpdateLocationResV2:
    """Its number alone."""
    longer = res.extensible_update_location_res
    return UpdateLocationResV2(hlr_number=longer.hlr_number) if longer else res


def updated_to_v2_of_v1(res: UpdateLocationResV2) -> UpdateLocationResV2:
    """Its number where other members may follow."""
    return _extensible(res)


def _extensible(res: UpdateLocationResV2) -> UpdateLocationResV2:
    if res.hlr_number is None:
        return res
    longer = ExtensibleUpdateLocationRes(hlr_number=res.hlr_number)
    return UpdateLocationResV2(extensible_update_location_res=longer)


# ---- cancelLocation and purgeMS


def cancel_to_v2(arg: CancelLocationArg) -> Identity:
    """Who: the VLR forgets, whatever the reason."""
    return arg.identity


def cancel_to_v3(arg: Identity) -> CancelLocationArg:
    """Who."""
    return CancelLocationArg(identity=arg)


def purge_to_v2(arg: PurgeMsArg) -> PurgeMsArgV2 | None:
    """Version 2 has VLRs, and no SGSN."""
    return PurgeMsArgV2(imsi=arg.imsi, vlr_number=arg.vlr_number) if arg.vlr_number else None


def purge_to_v3(arg: PurgeMsArgV2) -> PurgeMsArg:
    """All of it."""
    return PurgeMsArg(imsi=arg.imsi, vlr_number=arg.vlr_number)


# ---- sendAuthenticationInfo, which is sendParameters in version 1


def authentication_to_v2(arg: SendAuthenticationInfoArg) -> SendAuthenticationInfoArgV2 | None:
    """To ask for triplets; an answer to a challenge, or EPS vectors, are not for such an HLR."""
    if arg.re_synchronisation_info is not None or arg.additional_vectors_are_for_eps:
        return None
    return SendAuthenticationInfoArgV2(imsi=arg.imsi)


def authentication_to_v3(arg: SendAuthenticationInfoArgV2) -> SendAuthenticationInfoArg | None:
    """Such a VLR takes as many as there are."""
    return SendAuthenticationInfoArg(imsi=arg.imsi, number_of_requested_vectors=5) if arg.imsi else None


def authentication_to_v1(arg: SendAuthenticationInfoArgV2) -> SendParametersArg:
    """Vectors are one of what may be asked for."""
    wanted = [RequestParameter.REQUEST_AUTHENTICATION_SET]
    return SendParametersArg(subscriber_id=SubscriberId(imsi=arg.imsi), request_parameter_list=[*wanted])


def authentication_to_v2_of_v1(arg: SendParametersArg) -> SendAuthenticationInfoArgV2 | None:
    """Where that, and nothing else, is asked for."""
    imsi = arg.subscriber_id.imsi
    alone = arg.request_parameter_list == [RequestParameter.REQUEST_AUTHENTICATION_SET]
    return SendAuthenticationInfoArgV2(imsi=imsi) if imsi and alone else None


def vectors_to_v3(res: SendAuthenticationInfoResV2) -> SendAuthenticationInfoRes:
    """Triplets."""
    triplets = AuthenticationSetList(triplet_list=res.authentication_sets)
    return SendAuthenticationInfoRes(authentication_set_list=triplets)


def vectors_to_v2(res: SendAuthenticationInfoRes) -> SendAuthenticationInfoResV2 | None:
    """Triplets, made of quintuplets where there are those."""
    sets = res.authentication_set_list or AuthenticationSetList()
    triplets = sets.triplet_list or [_triplet(each) for each in sets.quintuplet_list or ()]
    return SendAuthenticationInfoResV2(authentication_sets=triplets) if triplets else None


def vectors_to_v1(res: SendAuthenticationInfoResV2) -> SendParametersRes:
    """One parameter for each triplet."""
    sets = res.authentication_sets or []
    return SendParametersRes(sent_parameters=[SentParameter(authentication_set=each) for each in sets])


def vectors_to_v2_of_v1(res: SendParametersRes) -> SendAuthenticationInfoResV2 | None:
    """The triplets among the parameters."""
    sent = res.sent_parameters or []
    triplets = [each.authentication_set for each in sent if each.authentication_set is not None]
    return SendAuthenticationInfoResV2(authentication_sets=triplets[:5]) if triplets else None


def _triplet(vector: AuthenticationQuintuplet) -> AuthenticationTriplet:
    """The conversion functions c2 and c3 (TS 33.102 §6.8.1.2)."""
    keys = vector.ck + vector.ik
    kc = _folded(keys, 8)
    return AuthenticationTriplet(rand=vector.rand, sres=_folded(vector.xres.ljust(16, b"\0"), 4), kc=kc)


def _folded(octets: bytes, size: int) -> bytes:
    """All parts of that size, XORed."""
    folded = 0
    for start in range(0, len(octets), size):
        folded ^= int.from_bytes(octets[start : start + size])
    return folded.to_bytes(size)


# ---- insertSubscriberData and deleteSubscriberData


def insert_to_v2(arg: InsertSubscriberDataArg) -> InsertSubscriberDataArgV2 | None:
    """What an older VLR keeps; supplementary services, which we do not read there, cannot be left out."""
    if arg.provisioned_ss is not None:
        return None
    return InsertSubscriberDataArgV2(
        imsi=arg.imsi,
        msisdn=arg.msisdn,
        category=arg.category,
        subscriber_status=arg.subscriber_status,
        bearer_service_list=_codes(arg.bearer_service_list),
        teleservice_list=_codes(arg.teleservice_list),
        odb_data=_odb_to_v2(arg.odb_data),
        roaming_restriction_due_to_unsupported_feature=arg.roaming_restriction_due_to_unsupported_feature,
        regional_subscription_data=arg.regional_subscription_data,
    )


def insert_to_v3(arg: InsertSubscriberDataArgV2) -> InsertSubscriberDataArg | None:
    """All of it but supplementary services."""
    if arg.provisioned_ss is not None:
        return None
    return InsertSubscriberDataArg(
        imsi=arg.imsi,
        msisdn=arg.msisdn,
        category=arg.category,
        subscriber_status=arg.subscriber_status,
        bearer_service_list=arg.bearer_service_list,
        teleservice_list=arg.teleservice_list,
        odb_data=_odb_to_v3(arg.odb_data),
        roaming_restriction_due_to_unsupported_feature=arg.roaming_restriction_due_to_unsupported_feature,
        regional_subscription_data=arg.regional_subscription_data,
    )


def inserted_to_v2(res: InsertSubscriberDataRes) -> InsertSubscriberDataResV2:
    """What is not supported."""
    return InsertSubscriberDataResV2(
        teleservice_list=_codes(res.teleservice_list),
        bearer_service_list=_codes(res.bearer_service_list),
        ss_list=res.ss_list,
        odb_general_data=_bits(res.odb_general_data, _ODB_BITS_V2),
        regional_subscription_response=_number(res.regional_subscription_response),
    )


def inserted_to_v3(res: InsertSubscriberDataResV2) -> InsertSubscriberDataRes:
    """All of it."""
    return InsertSubscriberDataRes(
        teleservice_list=res.teleservice_list,
        bearer_service_list=res.bearer_service_list,
        ss_list=res.ss_list,
        odb_general_data=_bits(res.odb_general_data, _ODB_BITS),
        regional_subscription_response=_number(res.regional_subscription_response),
    )


def delete_to_v2(arg: DeleteSubscriberDataArg) -> DeleteSubscriberDataArgV2:
    """What an older VLR has."""
    services = [_service_to_v2(each) for each in arg.basic_service_list or ()]
    return DeleteSubscriberDataArgV2(
        imsi=arg.imsi,
        basic_service_list=services or None,
        ss_list=arg.ss_list,
        roaming_restriction_due_to_unsupported_feature=arg.roaming_restriction_due_to_unsupported_feature,
        regional_subscription_identifier=arg.regional_subscription_identifier,
    )


def delete_to_v3(arg: DeleteSubscriberDataArgV2) -> DeleteSubscriberDataArg:
    """All of it."""
    services = [
        ExtBasicServiceCode(ext_bearer_service=each.bearer_service, ext_teleservice=each.teleservice)
        for each in arg.basic_service_list or ()
    ]
    return DeleteSubscriberDataArg(
        imsi=arg.imsi,
        basic_service_list=services or None,
        ss_list=arg.ss_list,
        roaming_restriction_due_to_unsupported_feature=arg.roaming_restriction_due_to_unsupported_feature,
        regional_subscription_identifier=arg.regional_subscription_identifier,
    )


def deleted_to_v2(res: DeleteSubscriberDataRes) -> DeleteSubscriberDataResV2:
    """What is wrong with the zones."""
    return DeleteSubscriberDataResV2(
        regional_subscription_response=_number(res.regional_subscription_response)
    )


def deleted_to_v3(res: DeleteSubscriberDataResV2) -> DeleteSubscriberDataRes:
    """What is wrong with the zones."""
    return DeleteSubscriberDataRes(regional_subscription_response=_number(res.regional_subscription_response))


def _codes(services: list[bytes] | None) -> list[bytes] | None:
    """The first octet of an extended code is the code (TS 29.002 §17.7.8)."""
    return services and [each[:1] for each in services]


def _service_to_v2(service: ExtBasicServiceCode) -> BasicServiceCode:
    bearer, tele = service.ext_bearer_service, service.ext_teleservice
    return BasicServiceCode(bearer_service=bearer and bearer[:1], teleservice=tele and tele[:1])


def _number(word: int | None) -> int | None:
    return None if word is None else int(word)


def _bits(bits: BitString | None, size: int) -> BitString | None:
    return bits and BitString.of(*(bit for bit in range(size) if bits.has(bit)), size=size)


def _odb_to_v2(data: OdbData | None) -> OdbDataV2 | None:
    general = _bits(data.odb_general_data, _ODB_BITS_V2) if data else None
    hplmn = _bits(data.odb_hplmn_data, _HPLMN_BITS_V2) if data else None
    return OdbDataV2(odb_general_data=general, odb_hplmn_data=hplmn) if general else None


def _odb_to_v3(data: OdbDataV2 | None) -> OdbData | None:
    general = _bits(data.odb_general_data, _ODB_BITS) if data else None
    return OdbData(odb_general_data=general, odb_hplmn_data=data.odb_hplmn_data) if data and general else None
