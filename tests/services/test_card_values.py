"""What a card offers to a template."""

from __future__ import annotations

from datetime import date

from b24app.services.card_values import card_values
from tests.services.desk import card

TODAY = date(2026, 11, 24)


def test_an_amount_is_money_of_the_card():
    assert card_values(card(), "en", TODAY)["lead.opportunity"] == "€2,380.00"


def test_a_card_without_an_amount_offers_none_rather_than_nought():
    assert "lead.opportunity" not in card_values(card(item={"opportunity": "0.00"}), "en", TODAY)


def test_a_second_document_of_a_card_has_a_number_of_its_own():
    numbers = [card_values(card(), "en", TODAY, earlier)["document.number"] for earlier in range(3)]
    assert numbers == [f"77/{TODAY.year}", f"77/{TODAY.year}-2", f"77/{TODAY.year}-3"]
