"""Anna's desk: an installed portal, a lead's card as it was read, a mail server that takes letters; no Bitrix24."""

from __future__ import annotations

import email
import email.policy
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from b24app.bitrix.card import CardSnapshot, Email, Employee, Organisation, Person, ProductRow, UserField
from b24app.bitrix.entities import Entity
from b24app.clock import Clock, to_ms
from b24app.outbox.worker import Worker
from b24app.services import sign_document
from b24app.services.composing import ComposeForm, SignerChoice
from b24app.services.context import Context
from b24app.services.install_portal import _lay_out_examples, ensure_authority
from b24app.services.prepare_document import prepare_document
from b24app.services.send_request import send_request
from b24app.services.signature_input import SignatureInput
from b24app.store import composers
from b24app.store.database import writing
from b24app.store.tables import Composer, Portal
from b24app.wiring import wire_worker
from tests.portal_room import add_portal, open_room

ANNA, BORIS = 6, 8
ANN = SignerChoice("Ann Lee", "ann@lee.example", 1, "contact:41")
MARCO = SignerChoice("Marco Rossi", "marco@rossi.example", 2, "contact:42", "uk")
REFUSED = "nobody@bounce.example"


def card(**changes: Any) -> CardSnapshot:
    """Lead 77 with two contacts, a company, one product row and one ticked property."""
    known = CardSnapshot(
        entity=Entity(1, 77),
        title="CRM onboarding",
        item={"opportunity": "2380", "currencyId": "EUR", "UF_CRM_NEED_TRAINING": "Y", "UF_CRM_EXPRESS_START": "N"},
        me=Employee(ANNA, "Anna Schmidt", time_zone="Europe/Berlin"),
        contacts=(
            Person(
                "contact",
                3,
                41,
                "Ann Lee",
                "CFO",
                (Email("ann@lee.example", "WORK"), Email("ann@home.example", "HOME")),
            ),
            Person("contact", 3, 42, "Marco Rossi", "CTO", (Email("marco@rossi.example", "WORK"),)),
            Person("contact", 3, 43, "Jonas Weber"),
        ),
        company=Organisation(12, "Meridian Logistics GmbH"),
        my_company=Organisation(1, "Acme Consulting GmbH"),
        user_fields=(
            UserField("UF_CRM_NEED_TRAINING", "Training", "boolean"),
            UserField("UF_CRM_EXPRESS_START", "Express start", "boolean"),
        ),
        products=(ProductRow(1, "Workshop", 2, 1190.0, "day", tax_rate=19, tax_included=True),),
    )
    return replace(known, **changes)


class _Sink:
    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address == REFUSED:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        return "250 OK"


@dataclass
class Desk:
    """What the tests hold in their hands."""

    ctx: Context
    portal: Portal
    worker: Worker
    sink: _Sink
    controller: Controller
    opened: int = field(default=0)

    def open(self, snapshot: CardSnapshot | None = None) -> str:
        """Open the popup on the card; returns the composer's id."""
        self.opened += 1
        with writing():
            row = Composer.create(
                id=f"composer{self.opened}",
                portal=self.portal.member_id,
                user_id=ANNA,
                entity_type_id=1,
                entity_id=77,
                snapshot=(snapshot or card()).to_dict(),
                created_at=to_ms(self.ctx.now()),
            )
        return str(row.id)

    def form(self, composer_id: str, *signers: SignerChoice, **changes: Any) -> ComposeForm:
        """A filled-in form whose pages have been looked at."""
        template = composers.templates(self.portal.member_id)[0]
        form = ComposeForm(
            composer_id,
            "template",
            template.id,
            signers=signers or (ANN, MARCO),
            letter_subject="Please sign {document}",
            letter_body="Dear {signer_name}, here it is: {link}",
            accept_empties=True,
        )
        form = replace(form, **changes)
        return replace(form, prepared_id=prepare_document(self.ctx, self.portal, ANNA, form).id)

    def send(self, *signers: SignerChoice, **changes: Any) -> str:
        """Send and let the worker write the first letters; returns the request's id."""
        form = self.form(self.open(), *signers, **changes)
        request_id = send_request(self.ctx, self.portal, ANNA, form)
        self.work()
        return request_id

    def work(self) -> None:
        self.worker.drain(20)

    def keep_time(self, clock: Clock) -> None:
        """Go by another clock from here on."""
        self.ctx = replace(self.ctx, now=clock)
        self.worker = wire_worker(self.ctx)

    @contextmanager
    def without_mail(self) -> Iterator[None]:
        """Nobody answers at the mail server's address in this block."""
        self.controller.stop()
        yield
        self.controller = Controller(self.sink, hostname=self.controller.hostname, port=self.controller.port)
        self.controller.start()

    def letters_to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.sink.letters if address in str(letter["To"])]

    def token(self, address: str) -> str:
        """Read the secret out of the newest letter to somebody."""
        body = self.letters_to(address)[-1].get_body(("plain",))
        assert body is not None
        found = re.search(r"/s/([\w-]+)", body.get_content())
        assert found
        return found[1]

    def sign(self, address: str) -> None:
        """Go through everything a signer does."""
        token = self.token(address)
        sign_document.record_view(self.ctx, token, "203.0.113.5", "Phone")
        sign_document.record_consent(self.ctx, token, "I agree.", "203.0.113.5", "Phone")
        sign_document.save_signature(self.ctx, token, SignatureInput("type", text="My name"))
        sign_document.finish(self.ctx, token, "203.0.113.5", "Phone")
        self.work()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def set_up(directory: Path, database_url: str = "", now: Clock | None = None, **settings: str) -> Desk:
    sink = _Sink()
    port = free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    ctx = open_room(directory, now, smtp_url=f"smtp://127.0.0.1:{port}", database_url=database_url, **settings)
    portal = add_portal(ctx, client_endpoint="http://127.0.0.1:9/rest/")
    with writing():
        ensure_authority(ctx, portal.member_id, "Acme Consulting GmbH")
        _lay_out_examples(ctx, portal)
    return Desk(ctx, portal, wire_worker(ctx), sink, controller)
