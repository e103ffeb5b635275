from __future__ import annotations

import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from b24app.bitrix.addresses import is_public
from b24app.bitrix.transport import Transport
from b24app.errors import BitrixError
from tests.bitrix.server import Server


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.1.1",
        "240.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12:3456::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "2001:db8::1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)
def test_addresses_outside_the_open_internet_are_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "::ffff:8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"]
)
def test_addresses_of_the_open_internet_are_known(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1", "0.0.0.0"]
)
def test_refuses_every_spelling_of_this_machine(server: Server, host: str) -> None:
    careful = Transport(allow_private=False, user_agent="x", timeout_s=(1, 1))
    with pytest.raises(BitrixError) as error:
        careful.get_json(f"https://{host}:{server.port}/")
    assert error.value.code in ("private_address", "unreachable")
    assert server.asked == []


def test_a_redirected_download_is_checked_again(server: Server) -> None:
    careful = Transport(allow_private=False, user_agent="x", timeout_s=(1, 1))
    with pytest.raises(BitrixError) as error:
        careful.download(f"https://localhost:{server.port}/file", referer="r", max_bytes=10)
    assert error.value.code == "private_address"
    assert error.value.permanent


class TestTls:
    """The connection goes to the checked address while name, SNI and certificate check stay those of the host."""

    @pytest.fixture
    def secure(self, tmp_path: Path) -> Any:
        certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
            check=True,
            capture_output=True,
        )  # fmt: skip
        hosts: list[str] = []
        names: list[str | None] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hosts.append(self.headers["Host"])
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'{"result":1}')

            def log_message(self, *arguments: Any) -> None:
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.sni_callback = lambda _socket, name, _context: names.append(name)
        http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        http.socket = context.wrap_socket(http.socket, server_side=True)
        threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True).start()
        yield http.server_address[1], certificate, hosts, names
        http.shutdown()
        http.server_close()

    def test_keeps_name_and_sni(self, secure: Any) -> None:
        port, certificate, hosts, names = secure
        door = Transport(allow_private=True, user_agent="x", ca_file=str(certificate))
        assert door.get_json(f"https://localhost:{port}/").body == {"result": 1}
        assert hosts == [f"localhost:{port}"]
        assert names == ["localhost"]

    def test_refuses_a_certificate_of_another_name(self, secure: Any) -> None:
        port, certificate, hosts, _names = secure
        door = Transport(allow_private=True, user_agent="x", ca_file=str(certificate))
        with pytest.raises(BitrixError) as error:
            door.post_json(f"https://127.0.0.1:{port}/", {}, write=True)
        assert error.value.code == "unreachable"
        assert hosts == []

    def test_refuses_an_unknown_authority(self, secure: Any) -> None:
        door = Transport(allow_private=True, user_agent="x")
        with pytest.raises(BitrixError):
            door.get_json(f"https://localhost:{secure[0]}/")
