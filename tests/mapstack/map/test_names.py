"""The names that a trace gives to codes are those of the specification, as pycrate has it."""

from typing import cast

from pycrate_asn1dir.TCAP_MAPv2v3 import GLOBAL as MAP

from ipsmgw.trace.layers import names
from mapstack.map.errors import ErrorCode
from mapstack.map.operations import OPERATIONS


def test_names_are_those_of_the_specification() -> None:
    seen = set()
    for module in (each for each in MAP.MOD if each.startswith("MAP")):
        for name in (each for each in MAP.MOD[module] if not each.startswith("_")):
            match MAP.MOD[module][name]._val:
                case {"operationCode": ("local", int(code))}:
                    assert names.MAP_OPERATIONS[code] == name or "v2" in module
                case {"errorCode": ("local", int(code))}:
                    assert names.MAP_ERRORS[code] == name or "v2" in module
                case _:
                    continue
            seen.add(code)
    assert seen == set(names.MAP_OPERATIONS) | set(names.MAP_ERRORS)


def test_codes_of_camel_are_those_of_the_specification() -> None:
    from pycrate_asn1dir.TCAP_CAP import GLOBAL as CAP

    module = CAP.MOD["CAP-operationcodes"]
    codes = {cast(int, module[name]._val[1]) for name in module if name.startswith("opcode")}
    assert set(names.CAP_OPERATIONS) == codes


def test_what_is_declared_has_a_name() -> None:
    assert {each.code for each in OPERATIONS} <= set(names.MAP_OPERATIONS)
    assert set(ErrorCode) <= set(names.MAP_ERRORS)
