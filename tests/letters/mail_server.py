"""A real SMTP server on a free port that refuses what its script says."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Script:
    """What to answer at each step; empty means yes. `drop_after_data` breaks off once the letter is in."""

    at_sender: str = ""
    at_recipient: str = ""
    at_letter: str = ""
    drop_at_sender: bool = False
    drop_after_data: bool = False
    password: str = "correct horse"
    received: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    was_encrypted: list[bool] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.drop_at_sender:
            server.transport.close()
        if not self.at_sender:
            envelope.mail_from = address
        return self.at_sender or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self.at_recipient:
            envelope.rcpt_tos.append(address)
        return self.at_recipient or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.at_letter:
            return self.at_letter
        self.received.append(bytes(envelope.original_content or b""))
        self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        self.was_encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        if self.drop_after_data:
            server.transport.close()
        return "250 OK"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        self.logins.append(data.login.decode())
        is_right = data.password.decode() == self.password
        return AuthResult(success=is_right, handled=is_right)


def serve(script: Script, **options: Any) -> Controller:
    """Start a server; `tls` is a certificate's path for STARTTLS, `ask_password` permits logins."""
    certificate = options.pop("tls", None)
    if certificate:
        options["tls_context"] = tls_context(certificate)
    if options.pop("ask_password", False):
        options |= {"authenticator": script.authenticate, "auth_require_tls": False}
    controller = Controller(script, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    return controller


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tls_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def self_signed(path: Path) -> Path:
    """Write a certificate nobody trusts, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1)
    )
    certificate = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
