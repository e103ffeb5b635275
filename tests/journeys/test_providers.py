"""A lead's document signed by two people at Dropbox Sign and DocuSign, approved, sealed and pinned; no browser.

Application, portal and services answer over HTTP; the signers post the forms of the services' own pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
import requests as http

from b24app import demo
from b24app.domain.signature_request import Signer, Status
from b24app.errors import NotAllowed
from b24app.evidence.verify import verify
from b24app.sandbox.esign.paper.seal import certificate_pem
from b24app.sandbox.examples.acme import OLENA
from b24app.services.sign_as_employee import own_link
from b24app.store import authorities, connections, database, requests
from b24app.store.tables import Connection, Request
from tests.bench.calls import ANN, MARCO, approve, launch, open_composer, send_to_two
from tests.installing import Stage, open_stage

TIMEOUT_S = 30
SERVICES = {"dropbox_sign": "Dropbox Sign", "docusign": "DocuSign"}
SAYINGS = (
    "is being sent for signature", "is being sent through DocuSign", "needs attention", "Ann Lee signed",
    "Marco Rossi signed", "Anna Schmidt signed", "was approved and is being sealed", "Signed and sealed",
    "is completed",
)  # fmt: skip


@dataclass
class Journey:
    """A lead of its own with the people of lead 77, and what became of its document."""

    stage: Stage
    lead: int
    request: str = ""

    def send(self, provider: str) -> None:
        page = open_composer(self.stage, self.lead)
        answer = send_to_two(self.stage, page, connection=account(self.stage, provider))
        found = re.search(r'data-request="([^"]+)"', answer)
        assert found, answer
        self.request = found[1]
        self.settle()

    def approve(self) -> None:
        """Press the button of the newest live card, which is this document's, and sign."""
        approve(self.stage)
        self.settle()

    def settle(self) -> None:
        """Let the worker work and the services' events arrive, until nothing moves any more."""
        for _ in range(4):
            self.stage.settle()

    def page(self) -> str:
        """The document's page, as Anna sees it."""
        return launch(self.stage, "/", "DEFAULT", {"request": self.request}).text

    def press(self, act: str, **fields: str) -> str:
        """Press a button of it; returns the page that it leads to."""
        form = demo.FormValues.read(self.page())
        tokens = {name: form[name] for name in ("paraph_session", "csrf_token")}
        url = f"{self.stage.url}/requests/{self.request}/{act}"
        answer = http.post(url, data={**tokens, **fields}, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer.text

    def letter(self, address: str) -> str:
        """The link to the signing page in the newest letter to somebody about this document, the service's or ours."""
        letters = self.stage.sandbox.mailbox.letters(address)
        texts = [each.text for each in letters if self.row.title in each.subject]
        found = [link[0] for text in texts if (link := re.search(r"http\S+/(?:sign|Signing|s)/\S+", text))]
        assert found, f"no letter to {address}"
        return found[0]

    def sign(self, address: str, name: str) -> None:
        """Press the button in the letter, and where it is ours the one of our page."""
        link = self.letter(address)
        if link.startswith(self.stage.url):
            self._sign_inside(link.removeprefix(self.stage.url), name)
        else:
            self._fill_in(link, name)

    def sign_as_employee(self, name: str) -> str:
        """Go from the document's page to the service, sign there, and come back."""
        led = re.search(r'data-back="(/s/[^"]+)/back"', self.press("sign"))
        assert led
        return self._sign_inside(led[1], name)

    def _sign_inside(self, path: str, name: str) -> str:
        """Do what the scripts of our page do: ask for an address, open it in a frame or go there, come back."""
        visit = self._ask(f"{path}/visit")["visit"]
        self.stage.settle()
        found = self._ask(f"{path}/visit/{visit}")
        framed = {"client_id": found["client"], "parent_url": f"{self.stage.url}/s/"}
        link = f"{found['open']}&{urlencode(framed)}" if found["opens"] == "frame" else found["open"]
        back = self._fill_in(link, name)
        assert back == ("" if found["opens"] == "frame" else f"{self.stage.url}{path}/back?event=signing_complete")
        return http.get(f"{self.stage.url}{path}/back", timeout=TIMEOUT_S).text

    def _ask(self, path: str) -> Any:
        by_script = {"X-Paraph-Fragment": "1"}
        return http.post(f"{self.stage.url}{path}", headers=by_script, timeout=TIMEOUT_S).json()

    def _fill_in(self, link: str, name: str) -> str:
        """Sign on the service's page; returns where that leads back to."""
        page = http.get(link, timeout=TIMEOUT_S)
        form = demo.FormValues.read(page.text)
        entries = {field: value or "Words" for field, value in form.items() if field.startswith("field-")}
        signature = {"agree": "1", "signature-typed": name}
        answer = http.post(page.url, data={**entries, **signature}, timeout=TIMEOUT_S, allow_redirects=False)
        assert (answer.ok, has(answer.text, "problem")) == (True, False), answer.text
        self.settle()
        return str(answer.headers.get("Location", ""))

    def letters_of_ours(self, address: str) -> int:
        """How many of the letters to somebody about this document are Paraph's."""
        letters = self.stage.sandbox.mailbox.letters(address)
        return sum(self.row.title in each.subject and f"{self.stage.url}/" in each.text for each in letters)

    @property
    def row(self) -> Request:
        with database.reading():
            return requests.row(self.stage.acme.member_id, self.request)

    def signers(self) -> tuple[Signer, ...]:
        with database.reading():
            return requests.load(self.stage.acme.member_id, self.request).signing

    @property
    def status(self) -> Status:
        return Status(self.row.status)

    def told(self) -> list[str]:
        """What the card's timeline says, oldest first."""
        records = self.stage.acme.timeline.of((1, self.lead))
        return [str(record.data["text"]) for record in reversed(records) if "text" in record.data]

    def final(self) -> bytes:
        """The sealed file, as it is pinned to the card."""
        [pinned] = self.stage.acme.timeline.pinned((1, self.lead))
        [number] = pinned.data["files"]
        files = self.stage.acme.files
        stored = files.get(files.disk[number].file_id)
        assert stored
        return stored.content


def account(stage: Stage, provider: str) -> str:
    return account_row(stage, provider).id


def account_row(stage: Stage, provider: str) -> Connection:
    with database.reading():
        return next(row for row in connections.of_portal(stage.acme.member_id) if row.provider == provider)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("providers")) as opened:
        opened.acme.bucket.size = opened.acme.bucket.drain_per_s = 1e9
        opened.install()
        demo.connect_services(opened.acme, opened.url, demo.service_accounts(opened.sandbox))
        opened.settle()
        yield opened


@pytest.fixture
def journey(stage: Stage) -> Journey:
    known = stage.acme.crm.items[1, 77].fields
    kept = ("contactId", "contactIds", "companyId", "name", "lastName", "opportunity", "currencyId", "fm")
    fields = {name: known[name] for name in kept if name in known}
    return Journey(stage, int(stage.acme.add_lead(**fields, title="Signed elsewhere").id))


@pytest.mark.parametrize("provider", SERVICES)
def test_two_sign_in_turn_at_the_service_and_the_sealed_file_keeps_its_signature(journey: Journey, provider: str):
    journey.send(provider)
    with pytest.raises(AssertionError, match="no letter"):
        journey.letter(MARCO)
    journey.sign(ANN, "Ann Lee")
    assert journey.status is Status.AWAITING_SIGNATURES
    journey.sign(MARCO, "Marco Rossi")
    assert journey.status is Status.AWAITING_APPROVAL
    journey.approve()
    assert [text.startswith("Test without legal effect: ") for text in journey.told()] == [journey.row.is_test] * 6
    assert said(journey) == [
        "is being sent for signature",
        "Ann Lee signed",
        "Marco Rossi signed",
        "was approved and is being sealed",
        "Signed and sealed",
        "is completed",
    ]
    check_seals(journey, provider)


def test_what_one_service_refuses_is_sent_and_signed_through_the_other(journey: Journey):
    sandbox = journey.stage.sandbox
    here, there = sandbox.dropbox_sign.requests, sandbox.docusign.envelopes
    before = set(here), set(there)
    sandbox.dropbox_sign.faults.add("plan_limit")
    journey.send("dropbox_sign")
    assert journey.status is Status.FAILED
    journey.press("through", connection=account(journey.stage, "docusign"))
    journey.settle()
    assert (len(set(here) - before[0]), len(set(there) - before[1])) == (0, 1)
    journey.sign(ANN, "Ann Lee")
    journey.sign(MARCO, "Marco Rossi")
    journey.approve()
    assert said(journey)[:3] == ["is being sent for signature", "needs attention", "is being sent through DocuSign"]
    assert journey.status is Status.COMPLETED


def has(page: str, testid: str) -> bool:
    return f'data-testid="{testid}"' in page


def said(journey: Journey) -> list[str]:
    """What the timeline tells, in the words of `SAYINGS`."""
    return [next((words for words in SAYINGS if words in text), text) for text in journey.told()]


def check_seals(journey: Journey, provider: str) -> None:
    """The pinned file carries the service's signature and ours above it, both valid, and is what was sealed."""
    assert journey.status is Status.COMPLETED
    final = journey.final()
    with database.reading():
        ours = [pem.encode() for pem in authorities.roots()]
    verdict = verify(final, [*ours, certificate_pem(SERVICES[provider])])
    assert [(seal.intact, seal.valid, seal.trusted) for seal in verdict.seals] == [(True, True, True)] * 2
    assert verdict.seals[0].signer_name == f"{SERVICES[provider]} (sandbox)"
    assert verdict.is_ours
    assert verdict.sha256 == journey.row.final_sha256


@contextmanager
def answered(stage: Stage, provider: str, **answers: str) -> Iterator[None]:
    """Other answers to an account's questions, given in the settings as the administrator does, and taken back."""
    answer(stage, provider, answers)
    yield
    answer(stage, provider, dict.fromkeys(answers, ""))


def answer(stage: Stage, provider: str, answers: Mapping[str, str]) -> None:
    path = f"/settings/services/{account(stage, provider)}/keys"
    asked = stage.open(OLENA, "/").post(path)
    given = {name: text for name, text in demo.FormValues.read(asked.text).items() if name.startswith("q-")}
    given |= {"q-environment": "demo", "save": "1"} | {f"q-{name}": text for name, text in answers.items()}
    kept = {name: text for name, text in given.items() if text}
    assert asked.post(path, **kept).status == 200
    stage.settle()


@pytest.fixture
def approver_signs(stage: Stage, request: pytest.FixtureRequest) -> Iterator[str]:
    """An account that has its approver sign there; Bitrix24 tells employees' addresses. Returns its provider."""
    app, scope = stage.acme.app, stage.acme.app.scope
    provider = getattr(request, "param", "docusign")
    inside = {"client_id": stage.sandbox.dropbox_sign.app.client_id, "embedded": "1"}
    app.scope = f"{scope},user_basic"
    with answered(stage, provider, approver_signs="1", **(inside if provider == "dropbox_sign" else {})):
        yield provider
    app.scope = scope


@pytest.mark.usefixtures("approver_signs")
def test_without_his_address_he_approves_here_as_ever(journey: Journey):
    journey.stage.acme.app.scope = journey.stage.acme.app.scope.removesuffix(",user_basic")
    journey.send("docusign")
    assert journey.row.needs_approval
    assert len(journey.signers()) == 2


@pytest.mark.parametrize("approver_signs", SERVICES, indirect=True)
def test_the_responsible_employee_signs_last_from_within_bitrix24(journey: Journey, approver_signs: str):
    journey.send(approver_signs)
    assert not has(journey.page(), "sign-there")
    journey.sign(ANN, "Ann Lee")
    journey.sign(MARCO, "Marco Rossi")
    assert journey.status is Status.AWAITING_SIGNATURES
    assert (has(journey.page(), "sign-there"), has(journey.page(), "approve")) == (True, False)
    assert "waits for the signature of the responsible employee" in journey.told()[-1]
    employee = journey.signers()[-1]
    for nobody in (OLENA, 0):
        with pytest.raises(NotAllowed, match="your turn"):
            own_link(journey.stage.ctx, journey.stage.stored, nobody, journey.request)
    assert 'data-reason="signed"' in journey.sign_as_employee("Anna Schmidt")
    assert said(journey)[3:] == ["Anna Schmidt signed", "Signed and sealed", "is completed"]
    assert not has(journey.page(), "sign-there")
    check_seals(journey, approver_signs)
    assert journey.letters_of_ours(employee.email) == 0
    assert journey.letters_of_ours(ANN) > 0
