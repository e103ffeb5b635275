"""Every machine word has a human one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import Babel

from b24app.domain.events import EventType
from b24app.domain.fields import FieldType
from b24app.domain.signature_request import SignerStatus, Status
from b24app.services.composing import EmptyView
from b24app.services.showing import EventView
from b24app.web import words


@pytest.fixture(autouse=True)
def _language():
    app = Flask("words")
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_word_and_a_tone(status):
    assert words.status_word(status) != status
    assert words.status_tone(status) in ("", "good", "warn", "bad", "accent")


@pytest.mark.parametrize("status", SignerStatus)
def test_every_state_of_a_signer_has_a_word(status):
    assert words.signer_word(status)
    assert words.signer_tone(status) in ("", "good", "warn", "bad", "accent")


@pytest.mark.parametrize("type", EventType)
def test_every_event_is_a_sentence(type):
    sentence = words.event_words(EventView(type, datetime(2026, 8, 21, tzinfo=UTC), "Ann Lee", {}))
    assert sentence.endswith(".")
    assert "%" not in sentence


@pytest.mark.parametrize("type", FieldType)
def test_every_place_has_a_name(type):
    assert words.field_word(type)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("company.requisites.vat_id", "Company, requisites: VAT or tax ID"),
        ("lead.title", "Lead: title"),
        ("lead.UF_CRM_START_DATE", "Lead: start date"),
        ("products", "products"),
    ],
)
def test_a_placeholder_is_read_aloud(path, said):
    assert words.placeholder_words(path) == said


def test_empty_places_are_said_once_and_the_needed_ones_first():
    empties = [
        EmptyView("company.bank.bic", False),
        EmptyView("company.bank.iban", True),
        EmptyView("company.bank.iban", True),
    ]
    assert {place: list(names) for place, names in words.grouped_empties(empties).items()} == {
        "Company, bank": ["IBAN", "BIC"]
    }


def test_colours_come_in_turns_and_the_approver_has_his_own():
    assert [words.colour_of(n) for n in (1, 6, 7, "2", "approver")] == ["1", "6", "1", "2", "approver"]
