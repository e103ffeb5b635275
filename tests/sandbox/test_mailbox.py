"""The mailbox over real SMTP."""

from __future__ import annotations

import smtplib
import threading
from email.message import EmailMessage

import pytest
import requests

from b24app.sandbox.world import Sandbox

ANN = "ann.lee@meridian-logistics.example"


def letter(to: str = ANN, subject: str = "Please sign: Service agreement · Übersicht") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Acme Consulting <sign@acme.example>"
    message["To"] = to
    message["Subject"] = subject
    message.set_content("Open https://localhost/s/token to sign.")
    message.add_alternative("<p>Open <a href='https://localhost/s/token'>it</a> to sign.</p>", subtype="html")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Vertrag für Ann.pdf")
    return message


def send(sandbox: Sandbox, message: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.mailbox.smtp_port, timeout=10) as smtp:
        smtp.send_message(message)


def test_a_letter_is_taken_apart(sandbox: Sandbox) -> None:
    send(sandbox, letter())
    (kept,) = sandbox.mailbox.letters(ANN)
    assert kept.subject == "Please sign: Service agreement · Übersicht"
    assert "https://localhost/s/token" in kept.text
    assert "<a href=" in kept.html
    assert [(one.name, one.content) for one in kept.attachments] == [("Vertrag für Ann.pdf", b"%PDF-1.7")]


def test_letters_are_served_as_json_and_pages(sandbox: Sandbox) -> None:
    send(sandbox, letter())
    send(sandbox, letter(to="marco@meridian-logistics.example", subject="Other"))
    url = sandbox.mailbox.url
    found = requests.get(f"{url}/api/messages", params={"to": ANN}, timeout=10).json()
    assert [one["to"] for one in found] == [[ANN]]
    number = found[0]["id"]
    for tab in ("html", "text", "headers"):
        assert "Service agreement" in requests.get(f"{url}/letters/{number}/?tab={tab}", timeout=10).text
    frame = requests.get(f"{url}/letters/{number}/html", timeout=10)
    assert "script-src 'none'" in frame.headers["Content-Security-Policy"]
    assert requests.get(f"{url}/letters/{number}/files/0", timeout=10).content == b"%PDF-1.7"
    requests.delete(f"{url}/api/messages", timeout=10)
    assert sandbox.mailbox.letters() == []


def test_a_recipient_can_be_refused(sandbox: Sandbox) -> None:
    sandbox.mailbox.faults.add("smtp_reject", method=ANN)
    send(sandbox, letter(to="marco@meridian-logistics.example"))
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="550"):
        send(sandbox, letter())


def test_a_letter_can_be_put_off(sandbox: Sandbox) -> None:
    sandbox.mailbox.faults.add("smtp_tempfail")
    with pytest.raises(smtplib.SMTPDataError, match="451"):
        send(sandbox, letter())
    assert sandbox.mailbox.letters() == []


def test_an_accepted_letter_may_have_no_answer(sandbox: Sandbox) -> None:
    sandbox.mailbox.faults.add("smtp_drop")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(sandbox, letter())
    assert len(sandbox.mailbox.letters(ANN)) == 1


def test_an_answer_to_a_letter_may_come_late(sandbox: Sandbox) -> None:
    sandbox.mailbox.faults.add("smtp_late", delay_s=0.3)
    sending = threading.Thread(target=send, args=[sandbox, letter()])
    sending.start()
    while not sandbox.mailbox.letters(ANN):
        assert sending.is_alive()
    assert sending.is_alive()
    sending.join()
