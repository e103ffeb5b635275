"""The vendor's own SDK against the stand-in, with every exchange checked at the end of each test."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import docusign_esign as ds
import pytest
from docusign_esign.client.api_response import RESTClientObject

from b24app.sandbox.docusign.people import Grant, User
from b24app.sandbox.docusign.service import DocuSign
from b24app.sandbox.examples import pdf
from b24app.sandbox.world import Sandbox
from tests.sandbox.docusign import contract
from tests.sandbox.receiver import Receiver
from tests.sandbox.witness import watch

ANN = ("Ann Lee", "ann.lee@meridian-logistics.example")
MARCO = ("Marco Rossi", "marco.rossi@meridian-logistics.example")
EVENTS = [
    *(f"envelope-{name}" for name in ("sent", "resent", "delivered", "completed", "declined", "voided", "corrected")),
    *(f"recipient-{name}" for name in ("sent", "delivered", "completed", "declined", "autoresponded", "reassign")),
]


@pytest.fixture
def service(sandbox: Sandbox) -> Iterator[DocuSign]:
    found = sandbox.docusign
    witness = watch(found.listener, found._flask)
    yield found
    found.settle()
    assert [problem for exchange in witness.exchanges for problem in contract.problems(exchange)] == []


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


class PlainHttp(RESTClientObject):
    """The SDK speaks https to its account server whatever it is told."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, url.replace("https://127.0.0.1", "http://127.0.0.1"), *args, **kwargs)


def api_client(service: DocuSign) -> ds.ApiClient:
    client = ds.ApiClient(host=f"{service.url}/restapi", oauth_host_name=service.auth.listener.authority)
    client.rest_client = PlainHttp()
    return client


class Client:
    """The SDK with a token of a user."""

    def __init__(self, service: DocuSign, user: User | None = None) -> None:
        self.service, self.account = service, service.account.account_id
        self.grant: Grant = service.directory.grant(
            service.integration.client_id, user or service.user, ("signature",), service.clock.now(), jwt=False
        )
        self.raw = api_client(service)
        self.raw.set_default_header("Authorization", f"Bearer {self.grant.access}")
        self.envelopes = ds.EnvelopesApi(self.raw)

    def send(self, *people: tuple[str, str], **changes: Any) -> str:
        """Send a contract to people one after the other; its envelope id."""
        made = self.envelopes.create_envelope(
            self.account, envelope_definition=definition(*(people or (ANN,)), **changes)
        )
        self.service.settle()
        return made.envelope_id

    def get(self, envelope_id: str, include: str = "recipients,tabs") -> ds.Envelope:
        return self.envelopes.get_envelope(self.account, envelope_id, include=include)

    def signers(self, envelope_id: str) -> list[ds.Signer]:
        return self.get(envelope_id).recipients.signers

    def update(self, envelope_id: str, resend: bool = False, **changes: Any) -> None:
        options = {"resend_envelope": "true"} if resend else {}
        self.envelopes.update(self.account, envelope_id, envelope=ds.Envelope(**changes), **options)

    def file(self, envelope_id: str, what: str = "combined", **options: str) -> bytes:
        return self.envelopes.get_document(self.account, what, envelope_id, **options)


@pytest.fixture
def client(service: DocuSign) -> Client:
    return Client(service)


def definition(*people: tuple[str, str], **changes: Any) -> ds.EnvelopeDefinition:
    signers = [signer(index, person) for index, person in enumerate(people, 1)]
    given = {
        "email_subject": "Service agreement",
        "email_blurb": "Please sign.",
        "documents": [document()],
        "recipients": ds.Recipients(signers=signers),
        "status": "sent",
    }
    return ds.EnvelopeDefinition(**given | changes)


def signer(number: int, person: tuple[str, str], **changes: Any) -> ds.Signer:
    given = {
        "recipient_id": str(number),
        "routing_order": str(number),
        "name": person[0],
        "email": person[1],
        "tabs": ds.Tabs(sign_here_tabs=[sign_here(y_position=str(500 + 60 * number))]),
    }
    return ds.Signer(**given | changes)


def sign_here(**changes: str) -> ds.SignHere:
    place = {"document_id": "1", "page_number": "1", "x_position": "60", "y_position": "600"}
    return ds.SignHere(**place | changes)


def document(*paragraphs: str, **changes: str) -> ds.Document:
    content = pdf.write("Service agreement", "CRM onboarding", list(paragraphs) or ["Both sides agree."])
    given = {"document_id": "1", "name": "Договір", "file_extension": "pdf"}
    return ds.Document(**given | {"document_base64": base64.b64encode(content).decode()} | changes)


def hook(receiver: Receiver, **changes: Any) -> ds.EventNotification:
    """Everything to a receiver, signed, with acknowledgment."""
    given = {
        "url": f"{receiver.url}/connect",
        "events": EVENTS,
        "event_data": ds.ConnectEventData(version="restv2.1", format="json", include_data=["recipients"]),
        "delivery_mode": "SIM",
        "require_acknowledgment": "true",
        "include_hmac": "true",
    }
    return ds.EventNotification(**given | changes)


def link(sandbox: Sandbox, person: tuple[str, str]) -> str:
    """The signing link of the latest letter."""
    letter = next(one for one in sandbox.mailbox.letters(person[1]) if "REVIEW DOCUMENT" in one.text)
    found = re.search(r"http\S+/Signing/\S+", letter.text)
    assert found is not None
    return found.group()


def refusal(error: ds.ApiException) -> tuple[int, str]:
    """(status, errorCode) of a refused call."""
    return error.status, json.loads(error.body)["errorCode"]
