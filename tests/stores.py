"""Two stores of documents to test with: a folder, and a bucket of an S3 server behind a gate that can make trouble."""

from __future__ import annotations

import http.client
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from b24app.blob_url import parse
from b24app.documents.local_storage import LocalBlobs
from b24app.documents.s3_storage import WORK, Patience, S3Blobs
from b24app.documents.storage import Blobs

KEY, SECRET = "AKIAEXAMPLE", "abc/def+ghi"
LOGIN = "AKIAEXAMPLE:abc%2Fdef%2Bghi"
IMPATIENT = Patience(1, 0.3, 2)
BUSY = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"


class Store(Protocol):
    """A store as its operator sees it: files by their keys, in order."""

    url: str
    blobs: Blobs

    def files(self) -> list[str]: ...

    def read(self, key: str) -> bytes: ...

    def write(self, key: str, data: bytes) -> None: ...

    def age(self, key: str, **by: float) -> None:
        """Make a file look as if it was put that long ago."""


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.url = f"file://{root}"
        self.blobs = LocalBlobs(root)

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file())

    def read(self, key: str) -> bytes:
        return (self.root / key).read_bytes()

    def write(self, key: str, data: bytes) -> None:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def age(self, key: str, **by: float) -> None:
        path = self.root / key
        moment = path.stat().st_mtime - timedelta(**by).total_seconds()
        os.utime(path, (moment, moment))


class Bucket:
    """Reaches its bucket past the gate; `blobs` goes through it."""

    PREFIX = "paraph/"

    def __init__(self, name: str, gate: Gate) -> None:
        self.name = name
        self.gate = gate
        self.url = f"s3://{LOGIN}@{name}/paraph?endpoint={gate.url}"
        self.blobs = self.open()
        straight().create_bucket(Bucket=name)

    def open(self, patience: Patience = WORK, **changes: str) -> S3Blobs:
        """Another client; `changes` replaces pieces of the address."""
        url = self.url
        for old, new in changes.items():
            url = url.replace({"key": KEY, "secret": "abc%2Fdef%2Bghi", "bucket": self.name}[old], new)
        address = parse(url)
        assert not isinstance(address, Path)
        return S3Blobs(address, patience=patience)

    def files(self) -> list[str]:
        found = straight().list_objects_v2(Bucket=self.name).get("Contents", [])
        return [entry["Key"].removeprefix(self.PREFIX) for entry in found]

    def read(self, key: str) -> bytes:
        return bytes(straight().get_object(Bucket=self.name, Key=self.PREFIX + key)["Body"].read())

    def write(self, key: str, data: bytes) -> None:
        straight().put_object(Bucket=self.name, Key=self.PREFIX + key, Body=data)

    def age(self, key: str, **by: float) -> None:
        from moto.core import DEFAULT_ACCOUNT_ID
        from moto.s3.models import s3_backends

        entry: Any = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[self.name].keys[self.PREFIX + key]
        entry.last_modified -= timedelta(**by)


@cache
def s3_server() -> str:
    """Start the S3 server of this process once; returns its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    return "http://{}:{}".format(*server.get_host_and_port())


@cache
def straight(service: str = "s3") -> Any:
    return boto3.session.Session().client(
        service,
        endpoint_url=s3_server(),
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "path"}),
    )


@dataclass
class Gate:
    """An HTTP proxy before the S3 server.

    `troubles` are (method, kind), each for one request: "lost" forwards and gives no answer, "cut" gives half of it,
    "garbled" changes a byte on the way in, "busy" answers 503 itself, "silent" says nothing, "held" waits for `go_on`.
    `keeps_checksums` makes the server remember SHA-256 as AWS does; `is_opaque` hides the MD5, as with keys of its own.
    """

    port: int = 0
    troubles: list[tuple[str, str]] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    keeps_checksums: bool = False
    is_opaque: bool = False
    held: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Start, at the same port as before if there was one."""
        handler = type("Handler", (_Passing,), {"gate": self})
        self._server = _Server(("127.0.0.1", self.port), handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()
        for connection in self._server.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def trouble_with(self, method: str) -> str:
        found = next((trouble for trouble in self.troubles if trouble[0] == method), None)
        if found:
            self.troubles.remove(found)
        return found[1] if found else ""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.connections: list[socket.socket] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.append(request)
        super().process_request(request, client_address)


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    gate: Gate

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.gate.methods.append(self.command)
        self.gate.headers.append({name.lower(): value for name, value in self.headers.items()})
        trouble = self.gate.trouble_with(self.command)
        self.close_connection = trouble in ("silent", "lost", "cut")
        if trouble == "busy":
            return self._answer(503, {}, BUSY)
        if trouble in ("silent", "held"):
            self.gate.held.set()
            self.gate.go_on.wait(20)
        if trouble == "silent":
            return None
        status, headers, answer = self._forward(_garbled(body) if trouble == "garbled" else body)
        if trouble != "lost":
            self._answer(status, headers, answer[: len(answer) // 2] if trouble == "cut" else answer, len(answer))
        return None

    def _forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("expect", "connection")}
        if self.gate.keeps_checksums and "x-amz-checksum-sha256" in self.headers:
            headers["x-amz-sdk-checksum-algorithm"] = "SHA256"
        parts = urlsplit(s3_server())
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        connection.request(self.command, self.path, body or None, headers)
        answer = connection.getresponse()
        given = {name: value for name, value in answer.getheaders() if name.lower() not in ("connection", "server")}
        if self.gate.is_opaque:
            given = {name: '"opaque"' if name.lower() == "etag" else value for name, value in given.items()}
        return answer.status, given, answer.read()

    def _answer(self, status: int, headers: dict[str, str], body: bytes, length: int | None = None) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() != "content-length" or self.command == "HEAD":
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = _pass  # noqa: N815 - the base class's names

    def log_message(self, *_words: object) -> None: ...


def _garbled(body: bytes) -> bytes:
    return body[:-1] + bytes([body[-1] ^ 1]) if body else body


@contextmanager
def open_bucket() -> Iterator[Bucket]:
    gate = Gate()
    gate.open()
    yield Bucket(f"b{secrets.token_hex(6)}", gate)
    gate.close()


@contextmanager
def open_store(kind: str, directory: Path) -> Iterator[Store]:
    """`kind`: folder or bucket."""
    if kind == "folder":
        yield Folder(directory / "store")
        return
    with open_bucket() as found:
        yield found
