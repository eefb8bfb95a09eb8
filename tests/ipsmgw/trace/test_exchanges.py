"""What a ladder says of requests and answers of MSGin5G; any octets have a label."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.trace import summary
from ipsmgw.trace.exchange_octets import request_octets, response_octets
from msgin5g_bridge.exchange import Request, Response

JSON = (("content-type", "application/json"),)


@pytest.mark.parametrize(
    ("body", "label"),
    [
        (b'{"msgType":"REG","ueSvcId":"u"}', "POST REG"),
        (b'{"msgType":"IMDN","delivSt":"X"}', "POST IMDN X"),
        (b"", "POST"),
    ],
)
def test_a_coap_request_is_called_by_its_message_type(body: bytes, label: str) -> None:
    assert summary("coap", request_octets("coap", 7, Request("POST", "/msgin5g", JSON, body))) == label


@pytest.mark.parametrize(
    ("response", "label"),
    [
        (Response(204), "2.04"),
        (Response(201, JSON, b'{"result":"SUCCESS"}'), "2.01 SUCCESS"),
        (Response(403, (), b"NOT_REGISTERED: u"), "4.03 NOT_REGISTERED: u"),
    ],
)
def test_a_coap_answer_by_its_code_and_what_it_says(response: Response, label: str) -> None:
    assert summary("coap", response_octets("coap", 7, response)) == label


def test_http_by_method_and_path_or_by_its_status() -> None:
    request = Request("POST", "/msgs-msgdelivery/v1/deliver-report", JSON, b'{"delivSt":"X"}')
    assert summary("http", request_octets("http", 7, request)) == "POST .../deliver-report X"
    assert summary("http", response_octets("http", 7, Response(404, JSON, b'{"cause":"C"}'))) == "404 C"


@given(octets=st.binary(max_size=60))
def test_any_octets_have_a_label(octets: bytes) -> None:
    assert summary("coap", octets)
    assert isinstance(summary("http", octets), str)
