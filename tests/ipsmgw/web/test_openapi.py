"""The description of the API is sound, has every route, and every route answers what is described."""

import re

import pytest
from jsonschema import Draft202012Validator
from starlette.routing import Route

from ipsmgw.web import WebSection, face, gateway_source
from tests.ipsmgw.node import Node
from tests.ipsmgw.web.asked import ask, busy

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NUMBER = "3"
FILLED = {"{number}": NUMBER, "{name}": "ipsmgw-0.1-1"}
STREAMS = {"/api/events"}


def described(node: Node) -> dict[str, dict[str, object]]:
    document = ask(node, "/api/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    paths: dict[str, dict[str, object]] = document["paths"]
    return paths


def filled(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(name, value)
    return path


def test_every_schema_is_one() -> None:
    document = ask(busy(), "/api/openapi.json").json()
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    used = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert used == set(document["components"]["schemas"])


def test_every_route_is_described() -> None:
    node = busy()
    app = face(gateway_source(node.gateway), WebSection())
    routes = {
        re.sub(r":[a-z]+}", "}", route.path)
        for route in app._app.routes  # type: ignore[attr-defined]  # what the guard stands before
        if isinstance(route, Route) and not route.path.startswith(("/page/", "/favicon"))
    }
    assert routes - {"/"} == set(described(node))


def test_operations_have_names_of_their_own() -> None:
    operations = [one for path in described(busy()).values() for one in path.values()]
    names = [str(one["operationId"]) for one in operations if isinstance(one, dict)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("path", sorted(set(described(busy())) - STREAMS))
def test_a_route_answers_what_is_described(path: str) -> None:
    node = busy()
    document = ask(node, "/api/openapi.json").json()
    operation = document["paths"][path].get("get")
    if operation is None:
        assert list(document["paths"][path]) == ["post"]
        return
    yes = operation["responses"]["200"]["content"]
    for media, content in yes.items():
        answer = ask(node, filled(path), headers={"accept": media})
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == media.partition(";")[0]
        if media == "application/json":
            schema = {"$schema": DIALECT, **content["schema"], "components": document["components"]}
            Draft202012Validator(schema).validate(answer.json())


@pytest.mark.parametrize("path", sorted(described(busy())))
def test_every_no_that_is_described_has_the_one_form(path: str) -> None:
    for operation in described(busy())[path].values():
        assert isinstance(operation, dict)
        for status, answer in operation["responses"].items():
            if not status.startswith("2"):
                (content,) = answer["content"].values()
                assert content["schema"] == {"$ref": "#/components/schemas/ErrorBody"}
