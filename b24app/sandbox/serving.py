"""HTTP listeners: threaded, with keep-alive, able to vanish in the middle of an answer."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication

HOST = "127.0.0.1"
DROP_HEADER = "X-Sandbox-Drop"


class Handler(WSGIRequestHandler):
    """Answers one connection. A response with the header X-Sandbox-Drop is not sent: the connection closes instead.

    werkzeug's own handler closes after every answer; real portals keep connections open, and clients pool them.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30

    def setup(self) -> None:
        super().setup()
        self._idle.add(self.connection)

    def finish(self) -> None:
        self._idle.discard(self.connection)
        with contextlib.suppress(ConnectionError):
            super().finish()

    @property
    def _idle(self) -> set[socket.socket]:
        """The server's connections that wait for a request."""
        return self.server.idle  # type: ignore[attr-defined]

    def run_wsgi(self) -> None:
        self._idle.discard(self.connection)
        environ = self.make_environ()
        self._read_body(environ)
        status, headers, body = self._run_app(environ)
        if self._is_dropped(headers):
            self._vanish()
            return
        self._idle.add(self.connection)  # whoever has read the answer finds it idle
        self._answer(status, headers, body)

    def _is_dropped(self, headers: list[tuple[str, str]]) -> bool:
        down = getattr(self.server, "down", None)
        return any(name == DROP_HEADER for name, _ in headers) or (down is not None and down.is_set())

    def _read_body(self, environ: dict[str, Any]) -> None:
        source = environ["wsgi.input"]
        chunked = environ.get("wsgi.input_terminated")
        body = source.read() if chunked else source.read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))

    def _run_app(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            started[:] = [status, headers]
            return lambda data: None

        try:
            chunks = self.server.app(environ, start_response)
            try:
                body = b"".join(chunks)
            finally:
                if hasattr(chunks, "close"):
                    chunks.close()
        except Exception:
            traceback.print_exc()
            return "500 Internal Server Error", [("Content-Type", "text/plain")], b"The sandbox failed, see its log."
        return started[0], started[1], body

    def _answer(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        empty = int(code) in {204, 304} or self.command == "HEAD"
        if int(code) not in {204, 304}:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close" if self.close_connection else "keep-alive")
        head = b"".join([*self._take_headers(), b"\r\n"])
        with contextlib.suppress(ConnectionError):
            self.wfile.write(head if empty else head + body)

    def _take_headers(self) -> list[bytes]:
        """The header lines collected so far; sent together with the body, in one packet."""
        lines: list[bytes] = vars(self).pop("_headers_buffer", [])
        return lines

    def _vanish(self) -> None:
        self.close_connection = True
        hang_up(self.connection)

    def log_error(self, format: str, *args: object) -> None:
        """Keep quiet when an idle connection runs out; anything else is worth a line."""
        if not any(isinstance(arg, TimeoutError) for arg in args):
            super().log_error(format, *args)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep quiet: the call log tells more."""


def hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class Lazy:
    """Builds a WSGI application at its first request: most tests touch one server out of five."""

    def __init__(self, build: Callable[[], WSGIApplication]) -> None:
        self._build = build
        self._app: WSGIApplication | None = None
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        with self._lock:
            if self._app is None:
                self._app = self._build()
            app = self._app
        return app(environ, start_response)

    def replace(self, build: Callable[[], WSGIApplication]) -> None:
        """Serve another application from now on."""
        with self._lock:
            self._build, self._app = build, None


def _patiently(act: Callable[[], None], tries: int = 40) -> None:
    """Try again for two seconds while the address is in use."""
    for left in reversed(range(tries)):
        try:
            act()
            break
        except OSError:
            if not left:
                raise
            time.sleep(0.05)


class Listener:
    """One WSGI application on one port; can go down and come back on the same port."""

    def __init__(self, build: Callable[[], WSGIApplication], port: int = 0) -> None:
        self._app = Lazy(build)
        self._server: BaseWSGIServer | None = None
        self._down = threading.Event()
        self.port = port
        self.up()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def authority(self) -> str:
        return f"{HOST}:{self.port}"

    def up(self) -> None:
        """Listen (again)."""
        if self._server is not None:
            return
        self._down = threading.Event()
        server = self._bind()
        server.down, server.idle = self._down, set()  # type: ignore[attr-defined]
        server.daemon_threads = True  # type: ignore[attr-defined]
        self.port = server.port
        self._server = server
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def _bind(self) -> BaseWSGIServer:
        """Take the port; after down() somebody's outgoing connection may hold it for a moment."""
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            _patiently(lambda: taken.bind((HOST, self.port)))
            taken.listen(128)
            port = taken.getsockname()[1]
            return make_server(HOST, port, self._app, threaded=True, request_handler=Handler, fd=taken.fileno())

    def serve_instead(self, build: Callable[[], WSGIApplication]) -> None:
        """Let another application answer on this port."""
        self._app.replace(build)

    def down(self) -> None:
        """Refuse new connections and close the idle ones; what is being answered loses its answer."""
        server, self._server = self._server, None
        if server is not None:
            self._down.set()
            server.shutdown()
            server.server_close()
            for connection in tuple(server.idle):  # type: ignore[attr-defined]
                hang_up(connection)

    stop = down
