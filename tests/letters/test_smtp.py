"""The mail server's answers, over real SMTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from b24app.errors import MailError, OutcomeUnknown
from b24app.letters.compose import Attachment, Envelope, Person, compose, default_wording
from b24app.letters.smtp import Mailer

from .mail_server import Script, free_port, self_signed, serve, tls_context

SENDER = "Paraph <signatures@paraph.example>"
Start = Callable[..., Controller]


def letter(body_line: str = "", *attachments: Attachment) -> EmailMessage:
    wording = default_wording("invitation", "uk")
    envelope = Envelope(Person("olena@example.com", "Олена"), SENDER, "r1:1", datetime(2026, 3, 2, tzinfo=UTC))
    values = {"signer_name": "Олена", "document": "Договір", "sender_name": "Анна"}
    changed = type(wording)(wording.subject, wording.body + body_line)
    return compose("invitation", changed, values, envelope, locale="uk", brand_name="Paraph", attachments=attachments)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def start(script: Script) -> Iterator[Start]:
    running: list[Controller] = []

    def begin(**options: object) -> Controller:
        running.append(serve(script, **options))
        return running[-1]

    yield begin
    for controller in running:
        controller.stop()


@pytest.fixture
def mailer(start: Start) -> Mailer:
    return Mailer(f"smtp://127.0.0.1:{start().port}", SENDER)


def test_a_letter_arrives_as_it_was_written(mailer: Mailer, script: Script) -> None:
    mailer.send(letter("\n\n.\n.hidden line", Attachment("Договір.pdf", b"%PDF-1.7\r\n.\r\n\x00\xff")))
    assert script.envelopes == [("signatures@paraph.example", ["olena@example.com"])]
    read = message_from_bytes(script.received[0], policy=policy.default)
    assert isinstance(read, EmailMessage)
    text = read.get_body(("plain",))
    assert text is not None
    assert "Вітаємо, Олена!" in text.get_content()
    assert "\n.hidden line" in text.get_content()
    (attached,) = read.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("Договір.pdf", b"%PDF-1.7\r\n.\r\n\x00\xff")
    assert all(byte < 128 for byte in script.received[0])


@pytest.mark.parametrize(
    ("step", "answer", "code", "permanent"),
    [
        ("at_recipient", "550 5.1.1 No such user", "rejected_recipient", True),
        ("at_recipient", "550 Mailbox unavailable", "rejected_recipient", True),
        ("at_recipient", "552 5.2.2 Mailbox full", "rejected_recipient", True),
        ("at_recipient", "554 5.7.1 Relaying denied", "rejected", True),
        ("at_recipient", "450 4.2.1 Greylisted", "deferred", False),
        ("at_recipient", "421 Too many connections", "connection", False),
        ("at_sender", "550 5.7.1 Not your domain", "sender", False),
        ("at_sender", "452 4.3.1 Out of storage", "deferred", False),
        ("at_sender", "530 5.7.0 Authentication required", "login", False),
        ("at_letter", "554 5.7.1 Looks like spam", "rejected", True),
        ("at_letter", "550 5.1.1 No such user after all", "rejected_recipient", True),
        ("at_letter", "451 4.7.1 Try later", "deferred", False),
    ],
)
def test_a_refusal_is_understood(
    mailer: Mailer, script: Script, step: str, answer: str, code: str, permanent: bool
) -> None:
    setattr(script, step, answer)
    with pytest.raises(MailError) as caught:
        mailer.send(letter())
    assert (caught.value.code, caught.value.permanent) == (code, permanent)
    assert "olena" not in str(caught.value)
    assert script.received == []


def test_a_connection_lost_before_the_letter_is_a_passing_trouble(mailer: Mailer, script: Script) -> None:
    script.drop_at_sender = True
    with pytest.raises(MailError) as caught:
        mailer.send(letter())
    assert (caught.value.code, caught.value.permanent) == ("connection", False)


def test_a_connection_lost_after_the_letter_leaves_its_fate_unknown(mailer: Mailer, script: Script) -> None:
    script.drop_after_data = True
    with pytest.raises(OutcomeUnknown):
        mailer.send(letter())
    assert len(script.received) == 1


def test_how_each_letter_ended_is_told(start: Start, script: Script) -> None:
    told: list[str] = []
    mailer = Mailer(f"smtp://127.0.0.1:{start().port}", SENDER, told.append)
    mailer.send(letter())
    for trouble in ({"at_recipient": "550 5.1.1 No such user"}, {"at_recipient": "", "drop_after_data": True}):
        for name, value in trouble.items():
            setattr(script, name, value)
        with pytest.raises((MailError, OutcomeUnknown)):
            mailer.send(letter())
    assert told == ["sent", "rejected_recipient", "unknown"]


def test_a_server_that_is_not_there_is_a_passing_trouble() -> None:
    with pytest.raises(MailError) as caught:
        Mailer(f"smtp://127.0.0.1:{free_port()}", SENDER).send(letter())
    assert caught.value.code == "connection"


def test_encryption_is_used_when_offered(start: Start, script: Script, tmp_path: Path) -> None:
    server = start(tls=self_signed(tmp_path / "server.pem"))
    Mailer(f"smtp://127.0.0.1:{server.port}", SENDER).send(letter())
    assert script.was_encrypted == [True]


def test_a_password_is_not_sent_in_the_clear(start: Start, script: Script) -> None:
    server = start(ask_password=True)
    with pytest.raises(MailError, match="password was not sent") as caught:
        Mailer(f"smtp://paraph:correct%20horse@127.0.0.1:{server.port}", SENDER).check()
    assert caught.value.code == "login"
    assert script.logins == []


def test_a_password_is_not_sent_to_a_server_that_cannot_prove_its_name(
    start: Start, script: Script, tmp_path: Path
) -> None:
    server = start(ask_password=True, tls=self_signed(tmp_path / "server.pem"))
    with pytest.raises(MailError) as caught:
        Mailer(f"smtp://paraph:correct%20horse@127.0.0.1:{server.port}", SENDER).check()
    assert caught.value.code == "connection"
    assert script.logins == []


@pytest.mark.parametrize(("password", "is_right"), [("correct%20horse", True), ("wrong", False)])
def test_a_login_in_a_closed_network(
    start: Start, script: Script, tmp_path: Path, password: str, is_right: bool
) -> None:
    server = start(ask_password=True, tls=self_signed(tmp_path / "server.pem"))
    mailer = Mailer(f"smtp://paraph:{password}@127.0.0.1:{server.port}?tls=unverified", SENDER)
    if is_right:
        mailer.check()
    else:
        with pytest.raises(MailError) as caught:
            mailer.check()
        assert caught.value.code == "login"
        assert "wrong" not in str(caught.value)
    assert set(script.logins) == {"paraph"}


def test_smtps_is_verified(start: Start, script: Script, tmp_path: Path) -> None:
    server = start(ssl_context=tls_context(self_signed(tmp_path / "server.pem")))
    with pytest.raises(MailError):
        Mailer(f"smtps://127.0.0.1:{server.port}", SENDER).send(letter())
    Mailer(f"smtps://127.0.0.1:{server.port}?tls=unverified", SENDER).send(letter())
    assert script.was_encrypted == [True]
