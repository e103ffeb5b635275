"""The composer's form as it arrives: parallel lists, ticks, dates; what is damaged is refused with its field."""

from __future__ import annotations

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from b24app.domain.reminders import Reminders
from b24app.errors import InvalidPayload
from b24app.services.composing import SignerChoice
from b24app.web.compose_form import parse_compose_form
from b24app.web.composer import first_names


def filled(**changes: object) -> MultiDict[str, str]:
    """A form with two signatories; a change of None takes the field away, a list gives several values."""
    fields: dict[str, object] = {
        "composer_id": "c1", "source": "template", "template_id": "t1",
        "signer_key": ["contact:41", ""], "signer_name": ["Ann Lee", "Bob"],
        "signer_email": ["ann@x.example", "b@x.example"], "signer_order": ["1", "2"], "signer_locale": ["uk", "en"],
        "letter_subject": "Please sign", "letter_body": "Hello\r\n\r\nthere",
    }  # fmt: skip
    fields |= changes
    return MultiDict({name: value for name, value in fields.items() if value is not None})


def test_parallel_lists_become_signers():
    assert parse_compose_form(filled()).signers == (
        SignerChoice("Ann Lee", "ann@x.example", 1, "contact:41", "uk"),
        SignerChoice("Bob", "b@x.example", 2, "", "en"),
    )


def test_a_row_without_a_turn_does_not_sign():
    assert [s.name for s in parse_compose_form(filled(signer_order=["", "1"])).signers] == ["Bob"]


def test_an_empty_row_is_nobody():
    form = filled(signer_name=["Ann Lee", " "], signer_email=["ann@x.example", ""])
    assert [s.name for s in parse_compose_form(form).signers] == ["Ann Lee"]


def test_a_person_without_address_stays_for_the_service_to_name():
    assert parse_compose_form(filled(signer_email=["", "b@x.example"])).signers[0].email == ""


@pytest.mark.parametrize("order", ["0", "-1", "x", "1.5", "100", "999999999999"])
def test_a_turn_is_a_small_whole_number(order):
    with pytest.raises(InvalidPayload) as refused:
        parse_compose_form(filled(signer_order=[order, "2"]))
    assert refused.value.field == "signers"


def test_lists_of_different_length_are_refused():
    with pytest.raises(InvalidPayload) as refused:
        parse_compose_form(filled(signer_email=["ann@x.example"]))
    assert refused.value.field == "signers"


def test_an_unknown_language_becomes_english():
    assert parse_compose_form(filled(signer_locale=["xx", "en"])).signers[0].locale == "en"


def test_ticks_are_read_against_the_list_of_boxes():
    form = filled(tick_paths=["lead.UF_A", "lead.UF_B"], **{"tick_lead.UF_A": "1", "tick_lead.UF_STRAY": "1"})
    assert parse_compose_form(form).ticks == {"lead.UF_A": True, "lead.UF_B": False}


def test_a_day_is_read():
    assert parse_compose_form(filled(expires_on="2027-01-31")).expires_on == date(2027, 1, 31)


@pytest.mark.parametrize("day", ["31.01.2027", "2027-02-30", "soon"])
def test_a_day_that_is_none_is_named_at_its_field(day):
    with pytest.raises(InvalidPayload) as refused:
        parse_compose_form(filled(expires_on=day))
    assert refused.value.field == "expires_on"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"composer_id": None}, "composer_id"),
        ({"source": "drive"}, "document"),
        ({"letter_subject": "x" * 251}, "letter_subject"),
        ({"letter_body": "x" * 10_001}, "letter_body"),
        ({"signer_name": ["x" * 251, "Bob"]}, "signers"),
    ],
)
def test_damaged_fields_are_named(changes, field):
    with pytest.raises(InvalidPayload) as refused:
        parse_compose_form(filled(**changes))
    assert refused.value.field == field


def test_reminders_are_read_and_a_number_that_is_none_is_left_to_the_service():
    given = {"remind": "1", "remind_first": "2", "remind_every": " 7 ", "remind_most": "often", "remind_working": "1"}
    plan = Reminders(first_days=2, every_days=7, most=0, before_deadline=False, working_days_only=True)
    assert parse_compose_form(filled(**given)).reminders == plan
    assert parse_compose_form(filled()).reminders.are_off


def test_line_ends_and_nul_bytes_are_cleaned():
    form = parse_compose_form(filled(letter_body="a\r\nb\0", letter_subject=" two\n lines "))
    assert (form.letter_body, form.letter_subject) == ("a\nb", "two lines")


def test_nothing_given_means_no():
    form = parse_compose_form(filled())
    assert (form.needs_approval, form.accept_empties, form.expires_on, form.ticks) == (False, False, None, {})


def test_the_first_turn_is_named():
    assert first_names(parse_compose_form(filled(signer_order=["3", "3"]))) == ["Ann Lee", "Bob"]
    assert first_names(parse_compose_form(filled(signer_order=["2", "1"]))) == ["Bob"]
