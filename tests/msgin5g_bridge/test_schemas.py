"""What we write keeps to schemas that were written apart from it, and these to 3GPP's where at hand."""

import json
import tomllib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec import inspect

from msgin5g_bridge import Body, apis, encode, seal_apis
from msgin5g_bridge.access_token import AccessTokenRsp
from msgin5g_bridge.model import Listed
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.ts29571 import AccessTokenErr, ProblemDetails
from tests.house.source import ROOT
from tests.msgin5g_bridge.schemas import DEFINITIONS, OPENAPI, faults
from tests.msgin5g_bridge.test_properties import bodies

OPERATIONS = [
    operation
    for room in (apis, seal_apis)
    for name in room.__all__
    if isinstance(operation := getattr(room, name), Operation)
]
KINDS = sorted(
    {ProblemDetails}
    | {kind for each in OPERATIONS for kind in (each.body, *each.answers.values()) if kind is not None},
    key=lambda kind: kind.__name__,
)
BOTH: tuple[type[Body], ...] = (*KINDS, AccessTokenErr, AccessTokenRsp)
OBJECTS = [kind for kind in BOTH if not issubclass(kind, Listed)]
VECTORS = tomllib.loads((ROOT / "tests" / "vectors" / "msgin5g.toml").read_text("utf-8"))["vector"]


def test_each_schema_is_one_and_says_its_clause() -> None:
    Draft202012Validator.check_schema({"$defs": DEFINITIONS})
    assert not [name for name, schema in DEFINITIONS.items() if not str(schema["$comment"]).startswith("T")]


def test_every_body_of_every_operation_has_a_schema() -> None:
    assert {kind.__name__ for kind in KINDS} <= DEFINITIONS.keys()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_what_we_write_keeps_to_the_schema(kind: type[Body], data: st.DataObject) -> None:
    assert faults(kind.__name__, encode(data.draw(bodies(kind)))) == []


@pytest.mark.parametrize("kind", OBJECTS, ids=lambda kind: kind.__name__)
def test_schema_and_type_want_the_same(kind: type[Body]) -> None:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    schema = DEFINITIONS[kind.__name__]
    assert sorted(str(each) for each in msgspec.convert(schema["required"], list[str])) == sorted(
        field.encode_name for field in info.fields if field.required
    )
    assert set(msgspec.convert(schema["properties"], dict[str, object])) == {
        field.encode_name for field in info.fields
    }


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_examples_keep_to_it(vector: dict[str, str]) -> None:
    name = vector["type"].split(".")[1]
    assert name not in DEFINITIONS or faults(name, vector["json"].encode()) == []


@pytest.mark.parametrize(
    ("name", "body", "fault"),
    [
        ("ASRegistration", b"{}", "ASRegistration: 'asSvcId' is a required property"),
        (
            "TopicSubscription",
            b'{"oriAddr":{"addrType":"UE","addr":"u"},"msgTopics":[]}',
            "should be non-empty",
        ),
        (
            "MessageDeliveryAck",
            b'{"oriAddr":{"addrType":"UE","addr":1},"msgId":"1"}',
            ".oriAddr.addr: 1 is not",
        ),
    ],
)
def test_a_schema_sees_what_is_wrong(name: str, body: bytes, fault: str) -> None:
    assert any(fault in found for found in faults(name, body))


def theirs() -> dict[str, dict[str, object]]:
    """Definitions of 3GPP by type; nothing where they are not at hand, for they are not ours to keep here."""
    if OPENAPI is None:
        return {}
    found = json.loads(OPENAPI.read_text("utf-8"))["$defs"]
    return {name.split("__")[1]: schema for name, schema in found.items() if name.startswith("TS29538")}


def test_our_schemas_want_what_3gpp_wants() -> None:
    official = theirs()
    for name, schema in official.items():
        ours = DEFINITIONS[name]
        assert sorted(msgspec.convert(ours.get("required", []), list[str])) == sorted(
            msgspec.convert(schema.get("required", []), list[str])
        ), name
        assert properties(ours) == properties(schema), name
    assert not official or len(official) >= 20


def properties(schema: dict[str, object]) -> dict[str, str]:
    """Each attribute with its type, however it is written."""
    found = msgspec.convert(schema.get("properties", {}), dict[str, dict[str, object]])
    return {name: kind(each) for name, each in found.items()}


def kind(schema: dict[str, object]) -> str:
    reference = schema.get("$ref")
    if isinstance(reference, str):
        return reference.rpartition("/")[2].rpartition("__")[2]
    if schema.get("type") == "array":
        return f"array({kind(msgspec.convert(schema['items'], dict[str, object]))}), {schema.get('minItems')}"
    return str(schema.get("type"))
