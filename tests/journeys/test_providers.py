"""A lead's document signed by two people at Dropbox Sign and DocuSign, approved, sealed and pinned; no browser.

Application, portal and services answer over HTTP; the signers post the forms of the services' own pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from b24app import demo
from b24app.domain.fields import Field, FieldType
from b24app.domain.signature_request import Status
from b24app.errors import NotAllowed
from b24app.evidence.verify import verify
from b24app.sandbox.esign.paper.seal import certificate_pem
from b24app.sandbox.examples.acme import OLENA
from b24app.services.sign_as_employee import own_link
from b24app.store import authorities, database
from tests.bench.calls import ANN, MARCO
from tests.installing import Stage, open_stage
from tests.journeys.elsewhere import SERVICES, Journey, account, has

SAYINGS = (
    "is being sent for signature", "is being sent through DocuSign", "needs attention", "Ann Lee signed",
    "Marco Rossi signed", "Anna Schmidt signed", "was approved and is being sealed", "Signed and sealed",
    "is completed",
)  # fmt: skip


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


T = FieldType
UF = {name: f"UF_CRM_{name}" for name in ("START_DATE", "PO_NUMBER", "SUPPORT_LEVEL", "EXPRESS_START", "NEED_TRAINING")}
CUSTOMER, HOURS = "UF_CRM_1720019876534", "UF_CRM_HOURS"


def bound(name: str, kind: FieldType, row: int, property: str, **more: Any) -> Field:
    return Field(name, "1", kind, 1, 100, 100 + 30 * row, 160, 20, property=f"lead.{property}", required=False, **more)


BOUND = [
    Field("sign", "1", T.SIGNATURE, 1, 100, 600, 160, 40),
    bound("start", T.DAY, 1, UF["START_DATE"]),
    bound("order", T.TEXT, 2, UF["PO_NUMBER"]),
    bound("level", T.DROPDOWN, 3, UF["SUPPORT_LEVEL"]),
    bound("express", T.CHECKBOX, 4, UF["EXPRESS_START"]),
    bound("training", T.CHECKBOX, 5, UF["NEED_TRAINING"]),
    bound("hours", T.NUMBER, 6, HOURS),
    bound("old", T.RADIO, 7, CUSTOMER, group="number", label="K-1"),
    bound("new", T.RADIO, 8, CUSTOMER, group="number", label="K-2"),
]


@pytest.fixture(scope="module")
def hours(stage: Stage) -> None:
    stage.acme.crm.add_user_field("CRM_LEAD", HOURS, "double", "Hours")


@pytest.mark.usefixtures("hours")
@pytest.mark.parametrize("provider", ["", *SERVICES])
def test_what_the_signer_enters_comes_back_into_the_card_wherever_it_is_signed(stage: Stage, provider: str):
    levels = next(known.options for known in stage.acme.crm.user_fields if known.name == UF["SUPPORT_LEVEL"])
    first, second = list(levels)[:2]
    uf = {UF["SUPPORT_LEVEL"]: first, UF["EXPRESS_START"]: False, UF["NEED_TRAINING"]: True, CUSTOMER: "K-1"}
    kept = {name: stage.acme.crm.items[1, 77].fields[name] for name in ("contactIds", "contactId")}
    lead = stage.acme.add_lead(title=f"Entered {provider}", uf=uf, **kept)
    journey = Journey(stage, int(lead.id))
    journey.send_file(provider, BOUND)
    entries = {
        "start": "15.01.2027", "order": "PO-2", "level": levels[second], "express": "yes", "training": "",
        "hours": "12,5", "new": "yes",
    }  # fmt: skip
    journey.enter(entries)
    assert journey.status is Status.COMPLETED
    texts = {name: value.text for name, value in journey.values().items() if name != "sign"}
    assert texts == {**entries, "start": "2027-01-15", "old": ""}
    card = stage.acme.crm.items[1, journey.lead].uf
    written = [card[UF[name]] for name in UF] + [card[HOURS], card[CUSTOMER]]
    assert written == ["2027-01-15", "PO-2", second, True, False, 12.5, "K-2"]
