"""A service centre whose PDUs are smpplib's, and an MSGin5G Server that is a few lines of http.server."""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import NamedTuple

from smpplib import pdu as smpplib_pdu
from smpplib import smpp as smpplib_smpp

__all__ = ["PATIENCE", "Call", "ForeignCentre", "ForeignServer", "foreign_centre", "foreign_server"]

PATIENCE = 15.0
_HEADER = 16


class Call(NamedTuple):
    """What the gateway has asked of the MSGin5G Server."""

    path: str
    body: dict[str, object]


class ForeignServer:
    """It takes everything."""

    def __init__(self, host: str) -> None:
        self.calls: Queue[Call] = Queue()
        calls = self.calls

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                calls.put(Call(self.path, body))
                answer = _answer(self.path, body)
                self.send_response(201 if self.path.endswith("/registrations") else 200)
                self.send_header("content-type", "application/json")
                self.send_header("location", f"http://{host}/registrations/r1")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                """It keeps quiet."""

        self.http = ThreadingHTTPServer((host, 0), Answering)

    @property
    def root(self) -> str:
        host, port = self.http.server_address[:2]
        return f"http://{host!s}:{port}"

    def await_call(self, path: str) -> dict[str, object]:
        """The next call of this operation."""
        while True:
            call = self.calls.get(timeout=PATIENCE)
            if call.path.endswith(path):
                return call.body


def _answer(path: str, body: dict[str, object]) -> bytes:
    if path.endswith("/bulk-registrations"):
        entries = body["list"]
        assert isinstance(entries, list)
        results = [{"ueSvcId": each["ueSvcId"], "result": "SUCCESS"} for each in entries]
        return json.dumps({"count": len(results), "list": results}).encode()
    if path.endswith("/registrations"):
        return json.dumps({"ueSvcId": body["ueSvcId"], "result": "SUCCESS"}).encode()
    return json.dumps({"oriAddr": body["oriAddr"], "msgId": body["msgId"]}).encode()


class ForeignCentre:
    """One session at a time; what comes is put into `came` as smpplib reads it."""

    def __init__(self, host: str, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        self.came: Queue[smpplib_pdu.PDU] = Queue()
        self.octets: list[bytes] = []
        self._socket = socket.create_server((host, 0))
        self._peer: socket.socket
        self._count = 0

    @property
    def address(self) -> str:
        host, port = self._socket.getsockname()
        return f"{host}:{port}"

    def serve(self) -> None:
        """Until the gateway is gone."""
        self._peer, _ = self._socket.accept()
        if self._tls is not None:
            self._peer = self._tls.wrap_socket(self._peer, server_side=True)
        while raw := self._read():
            self.octets.append(raw)
            pdu = smpplib_smpp.parse_pdu(raw, client=self, allow_unknown_opt_params=True)
            self._respond(pdu)
            self.came.put(pdu)

    def await_pdu(self, command: str) -> smpplib_pdu.PDU:
        """The next of this command."""
        while True:
            pdu = self.came.get(timeout=PATIENCE)
            if pdu.command == command:
                return pdu

    def deliver(self, **parameters: object) -> None:
        """A deliver_sm, as smpplib writes it."""
        self._peer.sendall(smpplib_smpp.make_pdu("deliver_sm", client=self, **parameters).generate())

    def next_sequence(self) -> int:
        """What smpplib wants of a client."""
        self._count += 1
        return self._count

    def close(self) -> None:
        self._socket.close()
        self._peer.close()

    def _respond(self, pdu: smpplib_pdu.PDU) -> None:
        named = {
            "bind_transceiver": {"system_id": "foreign"},
            "submit_sm": {"message_id": f"F{len(self.octets):03}"},
            "enquire_link": {},
            "unbind": {},
        }.get(pdu.command)
        if named is not None:
            answer = smpplib_smpp.make_pdu(f"{pdu.command}_resp", client=self, **named)
            answer.sequence = pdu.sequence
            self._peer.sendall(answer.generate())

    def _read(self) -> bytes:
        head = self._exactly(_HEADER)
        return head and head + self._exactly(int.from_bytes(head[:4]) - _HEADER)

    def _exactly(self, size: int) -> bytes:
        octets = b""
        while len(octets) < size:
            try:
                more = self._peer.recv(size - len(octets))
            except OSError:
                return b""
            if not more:
                return b""
            octets += more
        return octets


@contextmanager
def foreign_server(host: str) -> Iterator[ForeignServer]:
    server = ForeignServer(host)
    thread = Thread(target=server.http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        server.http.server_close()
        thread.join(PATIENCE)


@contextmanager
def foreign_centre(host: str, tls: ssl.SSLContext | None = None) -> Iterator[ForeignCentre]:
    centre = ForeignCentre(host, tls)
    thread = Thread(target=centre.serve, daemon=True)
    thread.start()
    try:
        yield centre
    finally:
        centre.close()
        thread.join(PATIENCE)
