"""Hands one letter to one mail server, and says truthfully what became of it."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import parse_qs, unquote, urlsplit

from b24app.errors import N_, MailError, OutcomeUnknown
from b24app.letters.addresses import parse_sender

TIMEOUT_S = 20.0  # for connecting and for each answer
WIRE = SMTP.clone(cte_type="7bit")
STATUS = re.compile(r"\b5\.(\d)\.\d")
LOST = (smtplib.SMTPServerDisconnected, OSError, smtplib.SMTPException)


def _ignore_end(_outcome: str) -> None: ...


class Mailer:
    """A mail server: `smtp://user:password@host:587` or `smtps://host`.

    On smtp the connection is encrypted whenever the server offers it; a password is sent only over a verified one.
    `?tls=unverified` at the end of the address permits a server without a proper certificate, as in closed networks.
    `on_end` is told how each letter ended: `sent`, `unknown`, or the code of the error.
    """

    def __init__(self, smtp_url: str, mail_from: str, on_end: Callable[[str], object] = _ignore_end) -> None:
        parts = urlsplit(smtp_url)
        self._is_smtps = parts.scheme == "smtps"
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (465 if self._is_smtps else 25)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._trusts_any = parse_qs(parts.query).get("tls") == ["unverified"]
        self._sender = parse_sender(mail_from).email
        self._on_end = on_end

    def send(self, message: EmailMessage) -> None:
        """Deliver a letter to the address in its To header.

        Raises: MailError: permanent with code "rejected_recipient" (the mailbox does not exist or is closed) or
        "rejected" (this letter is not wanted); passing with "deferred", "sender", "login" or "connection".
        OutcomeUnknown when the connection broke while the server was taking the letter.
        """
        try:
            self._deliver(message)
        except MailError as error:
            self._on_end(error.code)
            raise
        except OutcomeUnknown:
            self._on_end("unknown")
            raise
        self._on_end("sent")

    def _deliver(self, message: EmailMessage) -> None:
        recipient = message["To"].addresses[0].addr_spec
        with self._session() as smtp:
            _expect(smtp.mail(self._sender), "sender")
            _expect(smtp.rcpt(recipient), "recipient")
            _hand_over(smtp, message.as_bytes(policy=WIRE))

    def check(self) -> None:
        """Connect and log in without sending anything; for the doctor.

        Raises: MailError.
        """
        with self._session() as smtp:
            smtp.noop()

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """Open, secure, log in; whatever breaks before the letter itself is a passing trouble with the server."""
        try:
            with closing(self._connect()) as smtp:
                self._secure(smtp)
                try:
                    yield smtp
                except MailError:
                    _part(smtp)
                    raise
                _part(smtp)
        except smtplib.SMTPAuthenticationError as error:
            raise MailError(N_("The mail server refused the login. Check PARAPH_SMTP_URL."), code="login") from error
        except ssl.SSLError as error:
            raise MailError(
                N_("The encrypted connection to the mail server %(host)s failed: its certificate is not trusted."),
                code="connection",
                host=self._host,
            ) from error
        except LOST as error:
            raise MailError(
                N_("The mail server %(host)s could not be reached."), code="connection", host=self._host
            ) from error

    def _connect(self) -> smtplib.SMTP:
        if self._is_smtps:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_S, context=self._tls(verified=True))
        return smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S)

    def _secure(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if not self._is_smtps and smtp.has_extn("starttls"):
            smtp.starttls(context=self._tls(verified=bool(self._user)))
            smtp.ehlo()
        elif self._user and not self._is_smtps and not self._trusts_any:
            raise MailError(
                N_("The mail server %(host)s offers no encryption: the password was not sent."),
                code="login",
                host=self._host,
            )
        if self._user:
            smtp.login(self._user, self._password)

    def _tls(self, *, verified: bool) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not verified or self._trusts_any:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def _part(smtp: smtplib.SMTP) -> None:
    """Say good-bye to a server that answers; what has been settled stays so whatever it says."""
    with suppress(*LOST):
        smtp.quit()


def _hand_over(smtp: smtplib.SMTP, letter: bytes) -> None:
    """Send the letter itself. Once its last line is out, a silent server may have taken it."""
    code, words = smtp.docmd("DATA")
    if code != 354:
        raise _refusal(code, words, "letter")
    try:
        smtp.send(_quote_dots(letter) + b".\r\n")
        answer = smtp.getreply()
    except LOST as error:
        raise OutcomeUnknown(
            N_("The mail server disconnected while accepting the letter; it may have been delivered.")
        ) from error
    _expect(answer, "letter")


def _quote_dots(letter: bytes) -> bytes:
    whole = letter if letter.endswith(b"\r\n") else letter + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", whole)


def _expect(answer: tuple[int, bytes], what: str) -> None:
    code, words = answer
    if code >= 400:
        raise _refusal(code, words, what)


def _refusal(code: int, words: bytes, what: str) -> MailError:
    """Say what a refusal at `sender`, `recipient` or `letter` means. Source: RFC 5321, 4.2.1 and RFC 3463."""
    if code in (421, 530, 535):
        kind = "connection" if code == 421 else "login"
        return MailError(N_("The mail server is unavailable right now (%(smtp)s)."), code=kind, smtp=code)
    if code < 500:
        return MailError(N_("The mail server asks us to try again later (%(smtp)s)."), code="deferred", smtp=code)
    if what == "sender":
        return MailError(N_("The mail server refuses our sender address (%(smtp)s)."), code="sender", smtp=code)
    status = STATUS.search(words.decode("latin-1"))
    if _is_about_mailbox(status.group(1) if status else "", what):
        return MailError(
            N_("The letter cannot be delivered to this address (%(smtp)s)."),
            code="rejected_recipient",
            permanent=True,
            smtp=code,
        )
    return MailError(N_("The mail server refuses this letter (%(smtp)s)."), code="rejected", permanent=True, smtp=code)


def _is_about_mailbox(subject: str, what: str) -> bool:
    """Read the middle digit of 5.x.y: 1 and 2 are the mailbox, 7 is policy; without one the moment decides."""
    return subject in "12" if subject in ("1", "2", "7") else what == "recipient"
