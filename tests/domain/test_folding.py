"""Words as a search compares them: any script, any case, accents and apostrophes as people happen to type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.domain.folding import LONGEST, fold, words_asked, words_in


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Müller", "MULLER"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("Ørsted", "orsted"),
        ("İstanbul", "istanbul"),
        ("ΟΔΟΣ", "οδός"),
        ("Ёлка", "елка"),
        ("за́мок", "замок"),
        ("Мар'яна", "Мар’яна"),
        ("Мар’яна", "марʼяна"),
        ("Мар`яна", "маряна"),
        ("O’Neil", "oneil"),
        ("O’Neil", "neil"),
        ("ＡＢＣ １２", "abc 12"),
        ("ﬁle", "file"),
        ("مُحَمَّد", "محمد"),
        ("שָׁלוֹם", "שלום"),
        ("हिन्दी", "हिन्दी"),
        ("한국어 문서", "문서"),
        ("サービス契約書", "契約"),
        ("Meridian-Logistics", "logistics"),
        ("№ 77/2026-2", "77/2026"),
        ("Ann Lee <ann.lee@Meridian.example>,", "ANN.LEE@meridian.example"),
        ("ann.lee+offers@meridian.example", "lee meridian"),
    ],
)
def test_what_is_written_one_way_is_found_another(written, asked):
    assert set(words_asked(asked)) <= words_in(written)


@pytest.mark.parametrize(("one", "other"), [("Київ", "Киів"), ("йод", "иод"), ("ґанок", "ганок"), ("が", "か")])
def test_letters_of_their_own_stay_apart(one, other):
    assert words_in(one).isdisjoint(words_in(other))


def test_the_words_of_a_search_keep_their_order_and_the_last_one_stays_last():
    assert words_asked("  Lee ann-LEE  ann.l@meridian ") == ("lee", "ann", "@ann.l@meridian")
    assert words_asked("lee ann lee") == ("lee", "ann", "lee")


def test_an_address_is_one_word_of_a_search():
    assert words_asked("ann@meridian.example") == ("@ann@meridian.example",)


@pytest.mark.parametrize("text", ["", "  ", "!!! …", "_", "'’ʼ", "\u0301", "@"])
def test_text_without_a_word_has_none(text):
    assert not {word for word in words_in(text) if word.isascii() and word.isalnum()}
    assert not [word for word in words_asked(text) if word.isascii() and word.isalnum()]


def test_a_very_long_word_is_looked_at_by_its_beginning():
    assert words_in("x" * 5000) == {"x" * LONGEST} == set(words_asked("x" * 300))


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_whatever_is_written_is_found_by_writing_it(text):
    assert set(words_asked(text)) <= words_in(text)


@given(st.text())
def test_no_word_holds_white_space_or_looks_like_a_mark(text):
    assert not [word for word in words_in(text) if word.startswith("#") or word.split() != [word]]
