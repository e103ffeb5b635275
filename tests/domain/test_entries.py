"""What signers enter: read, checked, completed; hidden places lose what the browser sent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from b24app.domain.entries import MISSING, as_day, as_number, complete, filled, put, shown
from b24app.domain.fields import Check, Field, FieldType, FieldValue
from b24app.errors import InvalidPayload

T = FieldType


def field(identity: str, kind: FieldType = T.TEXT, **more: object) -> Field:
    return Field(identity, "1", kind, 1, 10, 10, 100, 20, **more)  # type: ignore[arg-type]


def entered(*fields: Field, **texts: str) -> dict[str, FieldValue]:
    """Put texts in, each as the browser sends it."""
    values = {}
    for name, text in texts.items():
        place = next(f for f in fields if f.id == name)
        values |= {value.field_id: value for value in put(fields, place, text)}
    return values


def done(*fields: Field, values: dict[str, FieldValue], **known: str) -> dict[str, str]:
    by_type = {T(name): text for name, text in known.items()}
    return {value.field_id: value.text for value in complete(fields, values, by_type) if value.text}


@pytest.mark.parametrize(
    ("text", "number"),
    [("1250", "1250"), ("1250.50", "1250.50"), ("1250,5", "1250.5"), ("1 250,50", "1250.50"), ("1.250,50", "1250.50"),
     ("1,250.50", "1250.50"), ("1'250", "1250"), ("-3", "-3"), ("0.125", "0.125"), ("1,234,567", "1234567"),
     ("1.250", None), ("12,500", None), ("", None), ("abc", None), ("1e9", None), ("NaN", None), ("1.2.3", None),
     ("٣", None), ("--1", None), ("1,", None)],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, number: str | None) -> None:
    assert as_number(text) == (Decimal(number) if number else None)


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-12-07", date(2026, 12, 7)), ("07.12.2026", date(2026, 12, 7)), ("7/12/2026", date(2026, 12, 7)),
     ("2026-02-30", None), ("0001-01-01", None), ("soon", None)],
)  # fmt: skip
def test_days_as_people_write_them(text: str, day: date | None) -> None:
    assert as_day(text) == day


@pytest.mark.parametrize(
    ("place", "good", "bad"),
    [
        (field("f", T.EMAIL), "ann@lee.example", "ann@"),
        (field("f", check=Check.EMAIL), "ann@lee.example", "ann lee@x.example"),
        (field("f", T.NUMBER), "12.5", "twelve"),
        (field("f", check=Check.NUMBER), "12.5", "1.250"),
        (field("f", T.DAY), "2026-12-07", "2026-13-01"),
        (field("f", check=Check.DAY), "07.12.2026", "tomorrow"),
        (field("f", check=Check.PATTERN, pattern="[A-Z]{2}[0-9]+"), "UA12", "12UA"),
        (field("f", T.DROPDOWN, options=("Gold", "Silver")), "Gold", "Tin"),
        (field("f"), "x" * 500, "x" * 501),
        (field("f", T.CHECKBOX), "yes", "x" * 501),
    ],
)
def test_each_check_has_a_sentence_at_its_field(place: Field, good: str, bad: str) -> None:
    assert put((place,), place, good)[0].text
    assert put((place,), place, "") == [FieldValue("f")]
    with pytest.raises(InvalidPayload) as refused:
        put((place,), place, bad)
    assert refused.value.field == "f"


def test_radio_buttons_of_a_group_exclude_each_other() -> None:
    a, b, other = (field(n, T.RADIO, group=g, label=n) for n, g in (("a", "G"), ("b", "G"), ("c", "H")))
    values = entered(a, b, other, a="b", c="yes")
    assert {v.field_id for v in values.values() if v.text} == {"b", "c"}
    with pytest.raises(InvalidPayload):
        put((a, b, other), a, "c")


def test_a_required_group_needs_one_of_its_buttons() -> None:
    a, b = field("a", T.RADIO, group="G"), field("b", T.RADIO, group="G")
    with pytest.raises(InvalidPayload, match="Fill in"):
        done(a, b, values={})
    assert done(a, b, values=entered(a, b, a="b")) == {"b": "yes"}


def test_read_only_places_keep_what_the_sender_put_there() -> None:
    fixed = field("f", default="PO-1", read_only=True)
    with pytest.raises(InvalidPayload):
        put((fixed,), fixed, "PO-2")
    assert done(fixed, values={"f": FieldValue("f", "forged")}) == {"f": "PO-1"}


def test_a_default_is_there_until_it_is_changed_or_emptied() -> None:
    place = field("f", default="Kyiv", required=False)
    assert done(place, values={}) == {"f": "Kyiv"}
    assert done(place, values=entered(place, f="Lviv")) == {"f": "Lviv"}
    assert done(place, values=entered(place, f="")) == {}


def test_hidden_places_are_neither_asked_for_nor_kept() -> None:
    tick = field("tick", T.CHECKBOX, required=False)
    needed, deep = field("needed", shown_when="tick"), field("deep", T.CHECKBOX, required=False, shown_when="tick")
    below = field("below", shown_when="deep")
    places = (tick, needed, deep, below)
    sent = entered(*places, needed="secret", deep="yes", below="deeper")
    assert done(*places, values=sent) == {}
    assert done(*places, values=sent | entered(*places, tick="yes")) == {
        "tick": "yes", "needed": "secret", "deep": "yes", "below": "deeper",
    }  # fmt: skip


def test_conditions_in_a_circle_hide_rather_than_hang() -> None:
    a, b = field("a", T.CHECKBOX, shown_when="b", default="y"), field("b", T.CHECKBOX, shown_when="a", default="y")
    assert shown((a, b), filled((a, b), {})) == ()


def test_the_server_puts_the_date_and_what_it_knows() -> None:
    date_, name = field("d", T.DATE), field("n", T.NAME)
    values = {"d": FieldValue("d", "yesterday"), "n": FieldValue("n")}
    assert done(date_, name, values=values, date="today", name="Ann") == {"d": "today", "n": "Ann"}


def test_the_first_empty_place_is_named() -> None:
    with pytest.raises(InvalidPayload) as refused:
        done(field("a", default="x"), field("b"), field("c"), values={})
    assert (refused.value.field, refused.value.message) == ("b", MISSING)
