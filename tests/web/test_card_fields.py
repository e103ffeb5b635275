"""Places bound to the card: filled from it, written back, conflicts told; and cards that change meanwhile."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest

from b24app.domain.fields import Field, FieldType
from b24app.sandbox.portal.portal import Portal as SandboxPortal
from b24app.services import sign_document
from b24app.services.approve_request import approve_request
from b24app.services.signature_input import SignatureInput
from b24app.store import audit, portals, requests
from b24app.store.database import reading, writing
from b24app.store.tables import SignerRow, Upload
from tests.documents.hostile import plain, to_bytes
from tests.office import ANNA, BORIS, VERA, Office, Page, looked_at
from tests.seen import Seen, look

T = FieldType
START, ORDER, LEVEL, EXPRESS = "UF_CRM_START_DATE", "UF_CRM_PO_NUMBER", "UF_CRM_SUPPORT_LEVEL", "UF_CRM_EXPRESS_START"
TYPED = SignatureInput("type", text="Anna Schmidt")


def place(identity: str, kind: FieldType, row: int, **more: Any) -> dict[str, Any]:
    return Field(identity, "1", kind, 1, 100, 100 + 30 * row, 160, 20, **more).to_dict()


PLACES = [
    place("sign", T.SIGNATURE, 0),
    place("start", T.DAY, 1, property=f"lead.{START}"),
    place("order", T.TEXT, 2, property=f"lead.{ORDER}"),
    place("level", T.DROPDOWN, 3, property=f"lead.{LEVEL}", required=False),
    place("express", T.CHECKBOX, 4, property=f"lead.{EXPRESS}", required=False),
    place("sum", T.NUMBER, 5, property="lead.opportunity"),
    place("title", T.TEXT, 6, property="lead.title", read_only=True),
]


class Paper:
    """A lead of its own, and the document that was sent from it."""

    def __init__(self, office: Office, places: list[dict[str, Any]] = PLACES) -> None:
        self.office, self.acme = office, office.sandbox.portal("acme")
        options = list(self.options)
        uf = {START: "2026-12-07", ORDER: "PO-1", LEVEL: options[0], EXPRESS: False}
        self.lead = int(self.acme.add_lead(title="Site", assignedById=ANNA, opportunity=1000.0, uf=uf).id)
        page = office.composer(self.lead, user=ANNA)
        self.email = f"ann.{self.lead}@fields.example"
        self.form = {"source": "upload", "document": [put_on(page, places)], "signer_email": [self.email]}
        sent = page.post("/composer/send", looked_at(page, **self.form))
        assert sent.status == 200, sent.text
        self.id = re.findall(r'data-request="([^"]+)"', sent.text)[0]

    @property
    def options(self) -> dict[int, str]:
        return next(f.options for f in self.acme.crm.user_fields if f.name == LEVEL)

    @property
    def card(self) -> dict[str, Any]:
        item = self.acme.crm.items[1, self.lead]
        return {**item.fields, **item.uf}

    def change_card(self, **values: Any) -> None:
        """Change the card as another employee does; the event comes and is acted on."""
        item = self.acme.crm.items[1, self.lead]
        for name, value in values.items():
            (item.uf if name.startswith("UF_") else item.fields)[name] = value
        self.office.tell_of_card("ONCRMLEADUPDATE", self.lead)

    def sign(self, **entries: str) -> None:
        """Enter, sign, approve; the worker does what follows."""
        office = self.office
        office.work()
        token = office.link(self.email)
        with office.app.app_context(), reading():
            sign_document.record_consent(office.ctx, token, "I agree.", "203.0.113.5", "browser")
            for field, text in entries.items():
                sign_document.save_value(office.ctx, token, field, text)
            sign_document.save_signature(office.ctx, token, SignatureInput("type", text="Ann Lee"))
            sign_document.finish(office.ctx, token, "203.0.113.5", "browser")
            approve_request(office.ctx, portals.get(self.acme.member_id), ANNA, self.id, TYPED, remember=False)
        office.work()

    def events(self) -> list[str]:
        with reading():
            return [str(event.type) for event in audit.events(self.acme.member_id, self.id)]

    def notes(self) -> list[str]:
        return [note.text for note in self.seen().notes]

    def seen(self) -> Seen:
        return look(self.acme, (1, self.lead), self.id)

    def page(self, user: int = ANNA, portal: str = "acme") -> Page:
        options = {"request": self.id} if portal == "acme" else {}
        return self.office.launch("/", options=options, user=user, portal=portal)


def put_on(page: Page, places: list[dict[str, Any]]) -> str:
    """Upload a file and put places onto it; returns its id."""
    composer = page.value("composer_id")
    file = (io.BytesIO(to_bytes(plain(2, "Offer"))), "Offer.pdf")
    taken = page.post("/composer/upload", {"composer_id": composer, "file": file})
    upload = taken.value("document")
    form: dict[str, Any] = {"composer_id": composer, "source": "upload", "upload_id": upload, "document": [upload]}
    form["fields"] = json.dumps(places)
    form |= {
        "signer_key": "",
        "signer_name": "Ann Lee",
        "signer_email": "a@b.example",
        "signer_order": "1",
        "signer_locale": "en",
    }
    saved = page.post("/composer/fields/save", form)
    assert saved.status == 200, saved.text
    return upload


@pytest.fixture
def paper(office: Office) -> Paper:
    return Paper(office)


def test_places_come_filled_from_the_card_and_what_nobody_changes_is_left_alone(paper: Paper):
    with reading():
        fields = {f.id: f for f in requests.fields(requests.row(paper.acme.member_id, paper.id))}
    first = next(iter(paper.options.values()))
    assert [fields[name].default for name in ("start", "order", "level", "express", "sum", "title")] == [
        "2026-12-07", "PO-1", first, "", "1000", "Site",
    ]  # fmt: skip
    assert fields["level"].options == tuple(paper.options.values())
    before = len(paper.acme.calls.of("crm.item.update"))
    paper.sign()
    assert len(paper.acme.calls.of("crm.item.update")) == before


def test_what_the_signer_changed_is_written_back_in_bitrix24s_own_formats(paper: Paper):
    second = list(paper.options.items())[1]
    paper.sign(start="2027-01-15", level=second[1], express="yes", sum="1 250,50")
    card = paper.card
    assert (card[START], card[LEVEL], card[EXPRESS]) == ("2027-01-15", second[0], True)
    assert (card["opportunity"], card[ORDER], card["title"]) == (1250.5, "PO-1", "Site")
    assert "card_conflict" not in paper.events()
    [log] = [line for line in paper.seen().texts if "were saved in this card" in line]
    assert "Start of work" in log


def test_a_property_changed_meanwhile_is_not_overwritten_but_told_and_can_be_written(paper: Paper):
    paper.change_card(**{ORDER: "PO-9"})
    paper.sign(order="PO-2", start="2027-02-01")
    assert (paper.card[ORDER], paper.card[START]) == ("PO-9", "2027-02-01")
    assert paper.events().count("card_conflict") == 1
    assert any("PO-9" in note and "PO-2" in note for note in paper.notes())
    page = paper.page()
    assert page.count("conflict-line") == 1
    assert "PO-9" in page.text
    done = page.post(f"/requests/{paper.id}/conflicts", {"path": f"lead.{ORDER}"})
    assert (done.status, done.has("conflicts"), paper.card[ORDER]) == (200, False, "PO-2")
    assert paper.events()[-1] == "card_settled"
    assert page.post(f"/requests/{paper.id}/conflicts", {"path": f"lead.{ORDER}"}).status == 409


def test_a_changed_card_is_told_once_a_change(paper: Paper):
    paper.office.work()
    paper.change_card(title="Another site")
    paper.change_card(comments="nothing that is printed")
    assert paper.events().count("card_changed") == 1
    assert any("Site → Another site" in note for note in paper.notes())
    page = paper.page()
    assert page.count("drift-line") == 1
    paper.change_card(title="Third site")
    assert paper.events().count("card_changed") == 2
    paper.change_card(title="Site")
    assert paper.events().count("card_changed") == 2
    assert not paper.page().has("drift")


def test_events_of_cards_that_nothing_prints_are_not_kept(office: Office):
    acme = office.sandbox.portal("acme")
    lead = int(acme.add_lead(title="Quiet", assignedById=ANNA).id)
    before = len(acme.calls)
    office.tell_of_card("ONCRMLEADUPDATE", lead)
    assert len(acme.calls) == before


def test_void_and_resend_opens_the_same_choices_with_todays_values(paper: Paper):
    paper.office.work()
    paper.change_card(**{ORDER: "PO-5"}, title="New site")
    again = paper.page().post(f"/requests/{paper.id}/resend", plain=True)
    assert again.status == 200, again.text
    assert (again.has("composer"), again.has("placed")) == (True, True)
    assert paper.email in again.text
    assert paper.events()[-1] == "request_voided"
    upload = re.findall(r'data-document="([^"]+)" data-file', again.text)[0]
    sent = again.post(
        "/composer/send", looked_at(again, source="upload", document=[upload], signer_email=[paper.email])
    )
    assert sent.status == 200, sent.text
    [fresh] = re.findall(r'data-request="([^"]+)"', sent.text)
    with reading():
        fields = {f.id: f.default for f in requests.fields(requests.row(paper.acme.member_id, fresh))}
    assert (fields["order"], fields["title"]) == ("PO-5", "New site")


def test_a_request_of_several_files_is_resent_with_all_of_them_in_their_order(office: Office):
    lead = int(office.sandbox.portal("acme").add_lead(title="Garden", assignedById=ANNA).id)
    page = office.composer(lead, user=ANNA)
    placed, bare = put_on(page, PLACES[:1]), put_on(page, [])
    form = looked_at(page, document=[placed, "template", bare], signer_email=["ann.garden@fields.example"])
    [request_id] = re.findall(r'data-request="([^"]+)"', page.post("/composer/send", form).text)
    with writing():
        Upload.delete().execute()  # the composer is a day old
    office.work()
    page = office.launch("/", options={"request": request_id}, user=ANNA)
    again = page.post(f"/requests/{request_id}/resend", plain=True)
    names = re.findall(r'name="document" value="([^"]+)"', again.text)
    assert (len(names), names[1:2]) == (3, ["template"])
    assert not {placed, bare} & set(names)
    with reading():
        assert [bool(Upload.get_by_id(name).placed) for name in (names[0], names[2])] == [True, False]
    form = looked_at(again, document=names, signer_email=["ann.garden@fields.example"])
    assert again.post("/composer/send", form).status == 200


def test_a_template_is_watched_and_resent_as_well(office: Office):
    acme: SandboxPortal = office.sandbox.portal("acme")
    lead = int(acme.add_lead(title="Roof", assignedById=ANNA, opportunity=500.0).id)
    request_id = office.send(lead, user=ANNA)
    office.work()
    acme.crm.items[1, lead].fields["opportunity"] = 700.0
    office.tell_of_card("ONCRMLEADUPDATE", lead)
    page = office.launch("/", options={"request": request_id}, user=ANNA)
    assert "€500.00" in page.text
    assert "€700.00" in page.text
    again = page.post(f"/requests/{request_id}/resend", plain=True)
    assert again.has("composer")


def test_strangers_cannot_resend_or_settle(paper: Paper):
    stranger = paper.page(VERA, "globex")
    colleague = paper.office.launch("/", user=BORIS)
    for act in ("resend", "conflicts"):
        assert stranger.post(f"/requests/{paper.id}/{act}", {"path": "x"}).status == 404
        assert colleague.post(f"/requests/{paper.id}/{act}", {"path": "x"}).status == 409


def test_a_place_bound_to_what_the_card_lacks_is_refused_by_name(office: Office):
    page = office.composer(77, user=ANNA)
    upload = put_on(
        page, [place("sign", T.SIGNATURE, 0), place("x", T.TEXT, 1, property="lead.UF_CRM_GONE", label="Gone")]
    )
    form = {"composer_id": page.value("composer_id"), "source": "upload", "document": [upload]}
    refused = page.post("/composer/preview", form)
    assert refused.status == 400
    assert "UF_CRM_GONE" in refused.response.get_json()["error"]


def test_what_was_written_before_a_lost_answer_is_not_written_again(paper: Paper):
    paper.office.work()
    paper.acme.faults.add("answer_lost", method="crm.item.update")
    paper.sign(order="PO-3")
    for _ in range(3):
        paper.office.work()
    assert paper.card[ORDER] == "PO-3"
    assert paper.events().count("card_conflict") == 0
    with reading():
        assert SignerRow.get(SignerRow.request == paper.id).status == "signed"
