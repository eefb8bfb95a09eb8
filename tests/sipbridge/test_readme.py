"""The example of the README is an application server."""

from pathlib import Path
from random import Random

import sipbridge
from sipbridge import Direction, Limits, RpAck, parse
from sipbridge.rp import decode
from tests.sipbridge.element import TO_GATEWAY, octets


def test_the_example_answers_a_short_message_and_reports() -> None:
    text = (Path(sipbridge.__file__).parent / "README.md").read_text()
    example = text.partition("```python\n")[2].partition("```")[0]
    assert len(example.splitlines()) <= 24
    names: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), names)
    serve, stack = names["serve"], sipbridge.IscStack(sipbridge.SipSettings(port=5090), Random(1))
    assert callable(serve)
    serve(
        stack,
        octets("sip", "kamailio-third-party-register-initial-registration-as-receives"),
        TO_GATEWAY,
        0.0,
    )
    out = serve(stack, octets("sip", "kamailio-mo-message-over-isc-as-receives"), TO_GATEWAY, 1.0)
    first, accepted, report = (parse(data, Limits()) for data, _ in out)
    assert [first.status, accepted.status, report.method] == [200, 202, b"MESSAGE"]
    assert report.first(b"In-Reply-To") == b"bd9009bdef7764f2"
    assert decode(report.body, Direction.NETWORK_TO_MS) == RpAck(1)
