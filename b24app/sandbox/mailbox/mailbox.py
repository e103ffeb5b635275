"""SMTP sink: takes any password, keeps every letter; refuses or forgets on request."""

from __future__ import annotations

import asyncio
import itertools
import threading
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from b24app.sandbox.faults import Faults
from b24app.sandbox.mailbox.letters import Letter, read_letter
from b24app.sandbox.serving import HOST, Listener


class Mailbox:
    """All letters, newest first; `faults`: smtp_reject, smtp_tempfail, smtp_drop, smtp_late (method = an address)."""

    def __init__(self, web_port: int = 0, smtp_port: int = 0) -> None:
        from b24app.sandbox.mailbox.reader import flask_app

        self.faults = Faults()
        self._lock = threading.Lock()
        self._letters: list[Letter] = []
        self._ids = itertools.count(1)
        self._controller = _Controller(self, smtp_port)
        self._controller.start()
        self.smtp_port = self._controller.bound_port
        self.listener = Listener(lambda: flask_app(self), web_port)

    @property
    def url(self) -> str:
        return self.listener.url

    @property
    def smtp_url(self) -> str:
        return f"smtp://{HOST}:{self.smtp_port}"

    def keep(self, sender: str, recipients: list[str], content: bytes) -> Letter:
        letter = read_letter(next(self._ids), sender, recipients, content)
        with self._lock:
            self._letters.insert(0, letter)
        return letter

    def letters(self, to: str | None = None) -> list[Letter]:
        """Letters to an address (whole, case disregarded), newest first."""
        with self._lock:
            found = list(self._letters)
        return [letter for letter in found if to is None or to.lower() in [one.lower() for one in letter.recipients]]

    def letter(self, number: int) -> Letter | None:
        return next((letter for letter in self.letters() if letter.id == number), None)

    def clear(self) -> None:
        with self._lock:
            self._letters.clear()

    def stop(self) -> None:
        self._controller.stop()
        self.listener.stop()


class _Handler:
    """What aiosmtpd calls; the names are its protocol."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._mailbox.faults.take("smtp_reject", address):
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        faults = self._mailbox.faults
        if faults.take("smtp_tempfail", *envelope.rcpt_tos):
            return "451 4.3.0 Try again later"
        content = envelope.content or b""
        data = content.encode() if isinstance(content, str) else content
        self._mailbox.keep(envelope.mail_from or "", list(envelope.rcpt_tos), data)
        if late := faults.take("smtp_late", *envelope.rcpt_tos):
            await asyncio.sleep(float(late.get("delay_s", 1)))
        if faults.take("smtp_drop", *envelope.rcpt_tos):
            transport: Any = server.transport
            transport.abort()
        return "250 2.0.0 Message accepted"


class _Controller(Controller):
    """aiosmtpd in a thread, on a fixed or a free port."""

    def __init__(self, mailbox: Mailbox, port: int) -> None:
        super().__init__(
            _Handler(mailbox),
            hostname=HOST,
            port=port,
            data_size_limit=40_000_000,
            ready_timeout=10,
            auth_require_tls=False,
            authenticator=lambda *_: AuthResult(success=True),
        )

    @property
    def bound_port(self) -> int:
        server: Any = self.server
        return int(server.sockets[0].getsockname()[1])

    def _trigger_server(self) -> None:
        """The base class connects to `self.port` to see whether it listens; with port 0 that is known late."""
        self.port = self.bound_port
        super()._trigger_server()
