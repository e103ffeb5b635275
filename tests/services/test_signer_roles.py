"""A template's roles become people of the card."""

from __future__ import annotations

from dataclasses import replace

from b24app.bitrix.card import Email, Employee, Organisation
from b24app.services.open_composer import candidates
from b24app.services.signer_roles import signers_of_roles
from b24app.services.template_options import TemplateOptions
from tests.services.desk import card


def proposed(*roles: str, together: bool = False, **changes: object) -> list[tuple[str, str, int]]:
    known = card(**changes)
    options = TemplateOptions(roles=roles, together=together)
    chosen = signers_of_roles(known, tuple(candidates(known)), options, "en")
    return [(choice.name, choice.email, choice.order) for choice in chosen]


def test_contacts_sign_in_the_order_of_the_roles():
    assert proposed("second_contact", "first_contact") == [
        ("Marco Rossi", "marco@rossi.example", 1),
        ("Ann Lee", "ann@lee.example", 2),
    ]


def test_all_of_them_at_the_same_time():
    assert [order for *_, order in proposed("first_contact", "second_contact", together=True)] == [1, 1]


def test_a_company_signs_at_its_own_address():
    company = Organisation(12, "Meridian", (Email("office@meridian.example"),))
    assert proposed("company", company=company) == [("Meridian", "office@meridian.example", 1)]


def test_the_director_is_found_by_position():
    ann, marco, *_ = card().contacts
    people = (ann, replace(marco, post="Генеральний директор"))
    assert proposed("director", contacts=people) == [("Marco Rossi", "marco@rossi.example", 1)]


def test_the_responsible_employee_and_an_empty_line():
    responsible = Employee(8, "Boris Lange", email="boris@acme.example")
    assert proposed("responsible", "typed", responsible=responsible) == [
        ("Boris Lange", "boris@acme.example", 1),
        ("", "", 2),
    ]


def test_a_role_that_nobody_has_and_somebody_twice_are_left_out():
    assert proposed("company", "first_contact", "first_contact", "director", company=None) == [
        ("Ann Lee", "ann@lee.example", 1)
    ]
