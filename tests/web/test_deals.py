"""The whole life of a document on a deal's card: a portal without leads has nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from b24app.domain.fields import Field, FieldType
from b24app.services import sign_document
from b24app.services.approve_request import approve_request
from b24app.services.signature_input import SignatureInput
from b24app.store import audit, portals, requests
from b24app.store.database import reading
from tests.office import ANNA, BORIS, Office, Page, looked_at, usual_form
from tests.seen import Seen, look
from tests.web.test_card_fields import put_on

DEAL = 2
ACCEPTED, NUMBER = "UF_CRM_ACCEPTED", "UF_CRM_CONTRACT_NUMBER"
MARCO, ANN = "marco.rossi@meridian-logistics.example", "ann.lee@meridian-logistics.example"
# A place names a property as `lead.` on every card: one that is laid out once serves both.
PLACES = [
    Field("sign", "1", FieldType.SIGNATURE, 1, 100, 100, 160, 20).to_dict(),
    Field("number", "1", FieldType.TEXT, 1, 100, 130, 160, 20, property=f"lead.{NUMBER}").to_dict(),
    Field(
        "accepted", "1", FieldType.CHECKBOX, 1, 100, 190, 20, 20, property=f"lead.{ACCEPTED}", required=False
    ).to_dict(),
    Field("title", "1", FieldType.TEXT, 1, 100, 160, 160, 20, property="lead.title", read_only=True).to_dict(),
]


class Paper:
    """A deal of its own, and the document that was sent from it."""

    def __init__(self, office: Office) -> None:
        self.office, self.acme = office, office.sandbox.portal("acme")
        uf = {ACCEPTED: False, NUMBER: "MC-1"}
        self.deal = int(self.acme.add_deal(title="Roll-out", assignedById=ANNA, opportunity=8200.0, uf=uf).id)
        self.email = f"ann.{self.deal}@deals.example"
        page = composer(office, self.deal)
        form = {"source": "upload", "document": [put_on(page, PLACES)], "signer_email": [self.email]}
        sent = page.post("/composer/send", looked_at(page, **form))
        assert sent.status == 200, sent.text
        [self.id] = re.findall(r'data-request="([^"]+)"', sent.text)
        office.work()

    @property
    def card(self) -> dict[str, Any]:
        item = self.acme.crm.items[DEAL, self.deal]
        return {**item.fields, **item.uf}

    def seen(self) -> Seen:
        return look(self.acme, (DEAL, self.deal), self.id)

    def tell(self, event: str) -> None:
        self.office.tell_of_card(event, self.deal)

    def complete(self, **entries: str) -> None:
        office, token = self.office, self.office.link(self.email)
        with office.app.app_context(), reading():
            sign_document.record_consent(office.ctx, token, "I agree.", "203.0.113.5", "browser")
            for field, text in entries.items():
                sign_document.save_value(office.ctx, token, field, text)
            sign_document.save_signature(office.ctx, token, SignatureInput("type", text="Ann Lee"))
            sign_document.finish(office.ctx, token, "203.0.113.5", "browser")
            typed = SignatureInput("type", text="Anna Schmidt")
            approve_request(office.ctx, portals.get(self.acme.member_id), ANNA, self.id, typed, remember=False)
        office.work()

    def happened(self) -> list[str]:
        with reading():
            return [str(event.type) for event in audit.events(self.acme.member_id, self.id)]


def composer(office: Office, deal: int, user: int = ANNA) -> Page:
    return office.launch("/placements/detail-toolbar", "CRM_DEAL_DETAIL_TOOLBAR", {"ID": deal}, user=user)


@pytest.fixture
def paper(office: Office) -> Paper:
    return Paper(office)


def test_every_surface_of_the_deal_is_bound_and_opens_on_it(office: Office) -> None:
    assert "connected" in office.launch("/install").post("/install/step").text
    acme = office.sandbox.portal("acme")
    bound = {one.code: one.handler for one in acme.placements if one.code.startswith("CRM_DEAL_")}
    assert len(bound) == 4
    for code, handler in bound.items():
        key = "ID" if "DETAIL" in code else "ENTITY_ID"
        page = office.launch(re.sub(r"^https?://[^/]+", "", handler), code, {key: 31}, user=ANNA)
        assert (page.status, MARCO in page.text, ANN in page.text) == (200, True, True), code


def test_contacts_come_in_the_deals_own_order(office: Office) -> None:
    text = composer(office, 31).text
    assert text.index(MARCO) < text.index(ANN)


def test_tick_boxes_of_a_template_made_for_leads_are_printed_and_said_to_be_saved_nowhere(office: Office) -> None:
    """The example's boxes stand for properties that leads have and deals have not."""
    words = "This card has no property for these boxes"
    page, lead = composer(office, 31), office.composer(77, user=ANNA)
    assert words in page.post("/composer/preview", usual_form(page)).text
    assert words not in lead.post("/composer/preview", usual_form(lead)).text


def test_a_deal_that_the_employee_may_not_read_is_not_opened(office: Office) -> None:
    assert MARCO not in composer(office, 31, BORIS).text


def test_it_is_filled_from_the_deal_sent_signed_sealed_pinned_and_written_back(paper: Paper) -> None:
    with reading():
        fields = {f.id: f.default for f in requests.fields(requests.row(paper.acme.member_id, paper.id))}
    assert (fields["number"], fields["title"]) == ("MC-1", "Roll-out")
    paper.complete(number="MC-2", accepted="yes")
    seen = paper.seen()
    assert (seen.tag, paper.card[NUMBER], paper.card[ACCEPTED]) == ("Completed", "MC-2", True)
    [file] = seen.files
    assert seen.is_pinned(file)
    assert any("were saved in this card" in text for text in seen.texts)
    assert seen.in_order


def test_a_change_of_the_deal_is_told_while_the_document_is_out(paper: Paper) -> None:
    paper.acme.crm.items[DEAL, paper.deal].fields["title"] = "Second roll-out"
    paper.tell("ONCRMDEALUPDATE")
    assert paper.happened().count("card_changed") == 1
    assert any("Roll-out → Second roll-out" in note.text for note in paper.seen().notes)


def test_a_deleted_deal_withdraws_what_is_out(paper: Paper) -> None:
    del paper.acme.crm.items[DEAL, paper.deal]
    paper.tell("ONCRMDEALDELETE")
    assert "request_voided" in paper.happened()


def test_an_event_about_a_lead_of_the_same_number_changes_nothing(paper: Paper) -> None:
    paper.acme.crm.items[DEAL, paper.deal].fields["title"] = "Third roll-out"
    paper.tell("ONCRMLEADUPDATE")
    paper.tell("ONCRMLEADDELETE")
    assert not {"card_changed", "request_voided"} & set(paper.happened())
