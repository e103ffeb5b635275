"""Which network addresses the application may connect to, and a urllib3 adapter that keeps to them.

The name is resolved once, every answer is checked, and the connection goes to the checked address, so a DNS server
that answers differently the second time gains nothing. Host header, SNI and certificate check keep the name.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from b24app.errors import N_, BitrixError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
SITE_LOCAL = ipaddress.ip_network("fec0::/10")  # RFC 3879, deprecated, still routed inside some offices


class Progress(threading.local):
    """How far the request of this thread has come: idle, connecting, connected (newly) or reused."""

    phase: str = "idle"


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the open internet, looking through IPv4 wrapped in IPv6."""
    parsed: Address = ipaddress.ip_address(address.partition("%")[0])
    wrapped = _wrapped_ipv4(parsed)
    if wrapped is not None:
        return is_public(str(wrapped))
    if parsed.version == 6 and parsed in SITE_LOCAL:
        return False
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified)


def _wrapped_ipv4(address: Address) -> ipaddress.IPv4Address | None:
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def refuse_private(host: str, address: str) -> None:
    """Raise BitrixError when a host name leads into a private network."""
    if not is_public(address):
        raise BitrixError(
            N_("%(host)s leads to a private network address, so it was not contacted."),
            code="private_address",
            permanent=True,
            host=host,
        )


class CheckedAdapter(HTTPAdapter):
    """A requests adapter whose connections resolve once, check, and connect to what they checked."""

    def __init__(self, *, allow_private: bool, progress: Progress, pools: int = 256, per_host: int = 16) -> None:
        self._allow_private = allow_private
        self._progress = progress
        super().__init__(pool_connections=pools, pool_maxsize=per_host, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        """Build the pools from connection classes that carry this adapter's rules."""
        rules = {"allow_private": self._allow_private, "progress": self._progress}
        plain = type("PlainConnection", (_Checked, HTTPConnection), rules)
        secure = type("SecureConnection", (_Checked, HTTPSConnection), rules)
        manager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **pool_kwargs)
        manager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
        self.poolmanager = manager


class _Checked:
    """Mixed into urllib3's connections in front of their own `connect` and `_new_conn`."""

    allow_private: bool
    progress: Progress
    host: str
    port: int
    timeout: Any
    socket_options: Any
    _dns_host: str

    def connect(self) -> None:
        self.progress.phase = "connecting"
        super().connect()  # type: ignore[misc]
        self.progress.phase = "connected"

    def putrequest(self, *arguments: Any, **options: Any) -> None:
        if self.progress.phase == "idle":
            self.progress.phase = "reused"  # unless http.client now calls `connect`
        super().putrequest(*arguments, **options)  # type: ignore[misc]

    def _new_conn(self) -> socket.socket:
        failure: OSError = OSError("no address")
        for family, kind, protocol, _name, target in self._resolve():
            if not self.allow_private:
                refuse_private(self.host, str(target[0]))
            try:
                return self._open(family, kind, protocol, target)
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, "connect timed out") from failure
        raise NewConnectionError(self, "connect failed") from failure  # type: ignore[arg-type]

    def _resolve(self) -> list[Any]:
        try:
            return socket.getaddrinfo(self._dns_host.strip("[]"), self.port, 0, socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            reason = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
            raise NameResolutionError(self.host, self, reason) from error  # type: ignore[arg-type]

    def _open(self, family: int, kind: int, protocol: int, target: Any) -> socket.socket:
        sock = socket.socket(family, kind, protocol)
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(self.timeout if isinstance(self.timeout, int | float) else 5.0)
            sock.connect(target)
        except OSError:
            sock.close()
            raise
        return sock
