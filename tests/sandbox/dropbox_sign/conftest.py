"""The vendor's own SDK against the stand-in, with every exchange checked at the end of each test."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import dropbox_sign
import pytest
from dropbox_sign import apis, models

from b24app.sandbox.dropbox_sign.accounts import Account
from b24app.sandbox.dropbox_sign.callbacks import ANSWER
from b24app.sandbox.dropbox_sign.service import DropboxSign
from b24app.sandbox.examples import pdf
from b24app.sandbox.world import Sandbox
from tests.sandbox.dropbox_sign import contract
from tests.sandbox.receiver import Receiver
from tests.sandbox.witness import watch

ANN = ("Ann Lee", "ann.lee@meridian-logistics.example")
MARCO = ("Marco Rossi", "marco.rossi@meridian-logistics.example")
TIMEOUT_S = (5, 60)


@pytest.fixture
def service(sandbox: Sandbox) -> Iterator[DropboxSign]:
    found = sandbox.dropbox_sign
    witness = watch(found.listener, found._flask)
    yield found
    found.settle()
    assert [problem for exchange in witness.exchanges for problem in contract.problems(exchange)] == []


@pytest.fixture
def receiver(service: DropboxSign) -> Iterator[Receiver]:
    """A callback URL saved on the account and already tried."""
    with Receiver(ANSWER) as running:
        service.account.callback_url = f"{running.url}/account"
        yield running


class Client:
    """The SDK with an API key or a token."""

    def __init__(self, service: DropboxSign, account: Account | None = None, token: str = "") -> None:
        key = None if token else (account or service.account).api_key
        configuration = dropbox_sign.Configuration(username=key, access_token=token or None, host=f"{service.url}/v3")
        self.service, self.raw = service, dropbox_sign.ApiClient(configuration)
        self.requests = apis.SignatureRequestApi(self.raw)
        self.embedded = apis.EmbeddedApi(self.raw)
        self.account = apis.AccountApi(self.raw)
        self.apps = apis.ApiAppApi(self.raw)
        self.oauth = apis.OAuthApi(self.raw)

    def send(self, *people: tuple[str, str], **changes: Any) -> models.SignatureRequestResponse:
        """Send a contract to people in order, in test mode, and wait until it is out."""
        body = models.SignatureRequestSendRequest(**content(people or (ANN,)) | changes)
        sent = self.requests.signature_request_send(body, _request_timeout=TIMEOUT_S)
        self.service.settle()
        return self.get(sent.signature_request.signature_request_id)

    def embed(self, *people: tuple[str, str], **changes: Any) -> models.SignatureRequestResponse:
        given = content(people or (ANN,)) | {"client_id": self.service.app.client_id} | changes
        made = self.requests.signature_request_create_embedded(models.SignatureRequestCreateEmbeddedRequest(**given))
        self.service.settle()
        return made.signature_request

    def get(self, request_id: str) -> models.SignatureRequestResponse:
        return self.requests.signature_request_get(request_id).signature_request


@pytest.fixture
def client(service: DropboxSign) -> Client:
    return Client(service)


def contract_file(name: str = "Договір.pdf", paragraphs: list[str] | None = None) -> io.BytesIO:
    stream = io.BytesIO(pdf.write("Service agreement", "CRM onboarding", paragraphs or ["Both sides agree."]))
    stream.name = name
    return stream


def content(people: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """A contract with a signature of everybody; several people sign one after the other."""
    signers = [
        models.SubSignatureRequestSigner(name=name, email_address=email, order=index if len(people) > 1 else None)
        for index, (name, email) in enumerate(people)
    ]
    return {
        "title": "Service agreement",
        "message": "Please sign.",
        "test_mode": True,
        "files": [contract_file()],
        "signers": signers,
        "form_fields_per_document": [signature(index) for index in range(len(people))],
    }


def signature(signer: int, **changes: Any) -> models.SubFormFieldsPerDocumentSignature:
    return models.SubFormFieldsPerDocumentSignature(**place(f"signature_{signer}", "signature", signer) | changes)


def place(api_id: str, kind: str, signer: int | str, **changes: Any) -> dict[str, Any]:
    top = 600 + 60 * signer if isinstance(signer, int) else 500
    box = {"page": 1, "x": 60, "y": top, "width": 200, "height": 40}
    return (
        {"document_index": 0, "api_id": api_id, "type": kind, "required": True, "signer": str(signer)} | box | changes
    )


def link(sandbox: Sandbox, person: tuple[str, str]) -> str:
    """The signing link of the latest letter."""
    letter = next(one for one in sandbox.mailbox.letters(person[1]) if "Review & sign" in one.text)
    found = re.search(r"http\S+/sign/\S+", letter.text)
    assert found is not None
    return found.group()


def refusal(error: dropbox_sign.ApiException) -> tuple[int, str, str | None]:
    """(status, error_name, error_path) of a refused call."""
    told = json.loads(error.body)["error"]
    return error.status, told["error_name"], told.get("error_path")
