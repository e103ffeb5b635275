"""Sending: what is refused is named at its field and nothing is stored; what is sent is sent once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from b24app.errors import NotFound
from b24app.services.composing import FormRefused, SignerChoice
from b24app.services.open_composer import candidates, usual_signers, view_composer
from b24app.services.send_request import send_request
from b24app.store import composers, requests
from b24app.store.tables import OutboxMessage, Request, Template
from tests.services.desk import ANN, ANNA, BORIS, MARCO, card


def refused(desk, form) -> dict[str, list]:
    with pytest.raises(FormRefused) as caught:
        send_request(desk.ctx, desk.portal, ANNA, form)
    assert not Request.select().exists()
    assert not OutboxMessage.select().exists()
    return caught.value.problems


def test_a_double_click_sends_once(desk):
    form = desk.form(desk.open())
    ids = [send_request(desk.ctx, desk.portal, ANNA, form) for _ in range(2)]
    assert len(set(ids)) == Request.select().count() == 1


def test_the_sent_document_is_the_one_that_was_looked_at(desk):
    form = desk.form(desk.open())
    request_id = send_request(desk.ctx, desk.portal, ANNA, form)
    prepared = composers.prepared("acme", form.composer_id, form.prepared_id)
    assert requests.row("acme", request_id).document_sha256 == prepared.sha256


@pytest.mark.parametrize(
    ("signers", "field"),
    [
        ((), "signers"),
        ((SignerChoice("Jonas Weber", "", 1, "contact:43"),), "signers-0"),
        ((ANN, replace(MARCO, email="marco at rossi")), "signers-1"),
        ((ANN, replace(ANN, order=2)), "signers-1"),
        ((replace(ANN, name=" "),), "signers-0"),
    ],
)
def test_each_wrong_signatory_is_named_at_his_place(desk, signers, field):
    form = replace(desk.form(desk.open(), *signers), signers=signers)
    assert field in refused(desk, form)


def test_pages_that_changed_since_they_were_looked_at_are_not_sent(desk):
    form = desk.form(desk.open(), ANN)
    assert "preview" in refused(desk, replace(form, signers=(ANN, MARCO)))


def test_ticks_that_were_not_looked_at_are_not_sent(desk):
    form = desk.form(desk.open(), ANN)
    assert "preview" in refused(desk, replace(form, ticks={"lead.UF_CRM_NEED_TRAINING": False}))


def test_an_empty_required_placeholder_is_told_before_sending(desk):
    assert "empties" in refused(desk, desk.form(desk.open(), accept_empties=False))


@pytest.mark.parametrize("body", ["", "Dear {signer.__class__}"])
def test_a_letter_needs_words_that_can_be_filled(desk, body):
    assert "letter_body" in refused(desk, desk.form(desk.open(), letter_body=body))


def test_a_deadline_must_lie_ahead(desk):
    today = desk.ctx.now().date()
    assert "expires_on" in refused(desk, desk.form(desk.open(), expires_on=today - timedelta(days=1)))


def test_somebody_elses_popup_cannot_be_sent(desk):
    form = desk.form(desk.open())
    with pytest.raises(NotFound):
        send_request(desk.ctx, desk.portal, BORIS, form)


def test_only_changed_checkboxes_are_written_back(desk):
    ticks = {"lead.UF_CRM_NEED_TRAINING": True, "lead.UF_CRM_EXPRESS_START": True}
    request_id = send_request(desk.ctx, desk.portal, ANNA, desk.form(desk.open(), ticks=ticks))
    assert requests.row("acme", request_id).checkboxes == {"UF_CRM_EXPRESS_START": True}


def test_the_last_choice_is_made_again_on_another_card(desk):
    chosen = (replace(ANN, email="ann@home.example"), replace(MARCO, order=1))
    desk.send(*chosen)
    other = card(
        contacts=tuple(replace(p, crm_id=p.crm_id + 100, name=p.name + " II") for p in card().contacts),
    )
    choice = composers.last_choice("acme", ANNA, composers.templates("acme")[0].id)
    again = list(usual_signers(tuple(candidates(other)), choice["signers"], "en"))
    assert [(s.name, s.email, s.order) for s in again] == [
        ("Ann Lee II", "ann@home.example", 1),
        ("Marco Rossi II", "marco@rossi.example", 1),
    ]


def test_turns_are_proposed_in_order_and_without_gaps(desk):
    desk.send(replace(ANN, order=2), replace(MARCO, order=1))
    choice = composers.last_choice("acme", ANNA, composers.templates("acme")[0].id)
    assert [(s.name, s.order) for s in usual_signers(tuple(candidates(card())), choice["signers"], "en")] == [
        ("Marco Rossi", 1),
        ("Ann Lee", 2),
    ]
    alone = tuple(candidates(card(contacts=card().contacts[:1])))
    assert [(s.name, s.order) for s in usual_signers(alone, choice["signers"], "en")] == [("Ann Lee", 1)]


def test_an_archived_template_is_not_opened_again_and_a_file_changes_nothing(desk):
    first, second, *_ = composers.templates("acme")
    composers.remember_choice("acme", ANNA, second.id, {})
    composers.remember_choice("acme", ANNA, "", {})
    assert opened_with(desk) == second.id
    Template.update(archived_at=1).where(Template.id == second.id).execute()
    assert opened_with(desk) == first.id


def opened_with(desk) -> str:
    row = composers.get("acme", ANNA, desk.open())
    return view_composer(desk.ctx, desk.portal, row, card()).template_id


def test_somebody_typed_in_is_not_proposed_on_another_card(desk):
    desk.send(ANN, SignerChoice("Somebody Else", "else@where.example", 2))
    choice = composers.last_choice("acme", ANNA, composers.templates("acme")[0].id)
    assert [s.name for s in usual_signers(tuple(candidates(card())), choice["signers"], "en")] == ["Ann Lee"]


def test_without_a_last_choice_the_first_person_with_an_address_is_proposed(desk):
    people = tuple(candidates(card(contacts=card().contacts[::-1])))
    assert [s.name for s in usual_signers(people, None, "en")] == ["Marco Rossi"]
