"""A sentence kept in a row is said in the language of whoever reads it."""

from __future__ import annotations

from b24app.errors import BitrixError, Sentence
from b24app.outbox.message import describe
from b24app.services.words import speaker

ANSWERED = "Bitrix24 answered %(what)s without a result."


def test_a_kept_sentence_is_read_back_with_what_is_filled_in():
    kept = describe(BitrixError(ANSWERED, what="crm.item.get"))
    assert Sentence.read(kept) == Sentence(ANSWERED, {"what": "crm.item.get"})


def test_a_kept_sentence_can_be_said_in_ukrainian():
    sentence = Sentence.read(describe(BitrixError(ANSWERED, what="crm.item.get")))
    assert speaker("uk")(sentence.message, **sentence.params) == "Бітрікс24 відповів на crm.item.get без результату."


def test_any_other_text_stands_for_itself():
    assert Sentence.read("100% broken") == Sentence("100% broken")
    assert Sentence.read("12") == Sentence("12")


def test_a_long_value_is_shortened():
    assert len(Sentence.read(describe(BitrixError(ANSWERED, what="x" * 900))).params["what"]) == 200


def test_a_mistake_of_ours_is_named_without_its_text():
    kept = describe(KeyError("ann@example.com"))
    assert "KeyError" in kept
    assert "ann@example.com" not in kept
