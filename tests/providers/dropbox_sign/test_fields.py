"""Places on a page in Dropbox Sign's words, units and indexes; what it cannot do is said at the place."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.domain.fields import Check, Field, FieldType
from b24app.domain.signature_request import Signer
from b24app.providers.base import Order
from b24app.providers.dropbox_sign import fields, units
from b24app.providers.dropbox_sign.capabilities import FIELD_TYPES, capabilities
from b24app.providers.dropbox_sign.sending import body
from tests.providers.contract import an_order
from tests.providers.dropbox_sign.orders import every_type, order_for, place
from tests.providers.dropbox_sign.stage import a_room

RADIOS = (place("a", FieldType.RADIO, group="Pay"), place("b", FieldType.RADIO, group="Pay", required=False))


def written(*places: Field) -> list[dict[str, object]]:
    return fields.form_fields(places, {"1": "0", "2": "1"})


def only(field: Field) -> dict[str, object]:
    [found] = written(field)
    return found


def sentences(*places: Field) -> list[str]:
    return [problem.sentence.message % problem.sentence.params for problem in fields.problems(places)]


@pytest.mark.parametrize(
    ("points", "px"), [(72, 80), (18, 20), (180, 200), (24, 27), (0, 1), (0.2, 1), (595, 661), (841.9, 935)]
)
def test_sizes_are_pixels_of_80_dpi(points, px):
    assert units.pixels(points) == px


@pytest.mark.parametrize(("points", "whole"), [(72, 72), (72.4, 72), (72.6, 73), (-0.4, 0), (0, 0)])
def test_places_are_whole_points(points, whole):
    assert units.whole_points(points) == whole


@given(st.floats(0, 2000), st.floats(1, 2000))
def test_units_come_back_within_half_a_step(x_pt, w_pt):
    assert abs(units.whole_points(x_pt) - x_pt) <= 0.5
    assert abs(units.pixels(w_pt) * 72 / 80 - w_pt) <= 0.5


@pytest.mark.parametrize(("points", "px"), [(3, 7), (10, 11), (12, 13), (60, 49)])
def test_type_is_in_pixels_within_the_services_bounds(points, px):
    assert units.font_pixels(points) == px


@pytest.mark.parametrize(
    ("orders", "turns"),
    [((1,), [None]), ((1, 1, 1), [None] * 3), ((1, 2), [0, 1]), ((5, 9, 5), [0, 1, 0]), ((2, 1, 3), [1, 0, 2])],
)
def test_turns_count_from_nought_without_gaps(orders, turns):
    signers = [Signer(f"s{n}", n, "Ann", "a@b.example", order=order) for n, order in enumerate(orders, start=1)]
    assert units.ranks(signers) == turns


def test_a_signers_index_is_text_from_nought():
    signers = [Signer("b", 2, "B", "b@b.example", order=1), Signer("a", 1, "A", "a@b.example", order=2)]
    assert units.signer_indexes(signers) == {"2": "0", "1": "1"}


def test_a_deadline_is_the_next_full_hour_for_the_service_rounds_down():
    eleven = datetime(2026, 1, 1, 11, tzinfo=UTC)
    assert units.deadline_s(eleven) == 1767265200
    assert units.deadline_s(eleven + timedelta(microseconds=1)) == 1767268800
    assert units.deadline_s(eleven + timedelta(minutes=59, seconds=59)) == 1767268800


def test_a_place_has_its_page_for_without_it_the_scheme_is_another_one():
    found = only(place("s", FieldType.SIGNATURE, "2", page=3, x_pt=72.4, y_pt=700.0, w_pt=180.0, h_pt=36.0))
    assert found == {
        "document_index": 0, "api_id": "s", "name": "s", "type": "signature", "required": True, "signer": "1",
        "page": 3, "x": 72, "y": 700, "width": 200, "height": 40,
    }  # fmt: skip


def test_every_type_that_is_promised_can_be_written():
    made = {field.type for field in every_type()}
    assert made == FIELD_TYPES
    assert len(written(*every_type())) == len(every_type())


@pytest.mark.parametrize(
    ("field", "right", "wrong"),
    [
        (place("n", FieldType.NUMBER), ["12", "-3,5", "+12.50"], ["", "12 EUR", "1.2.3", "x12"]),
        (place("d", FieldType.DAY), ["2026-12-31", "31.12.2026", "1/2/2026"], ["31.12.26", "tomorrow", "2026-12-31x"]),
        (place("p", FieldType.TEXT, check=Check.PATTERN, pattern="[A-Z]{2}|[0-9]{3}"), ["AB", "123"], ["AB123", "A"]),
    ],
)
def test_a_checked_text_matches_as_a_whole(field, right, wrong):
    found = only(field)
    assert (found["type"], found["validation_type"]) == ("text", "custom_regex")
    pattern = str(found["validation_custom_regex"])
    assert all(re.search(pattern, words) for words in right)
    assert not any(re.search(pattern, words) for words in wrong)


@pytest.mark.parametrize("field", [place("e", FieldType.EMAIL), place("t", FieldType.TEXT, check=Check.EMAIL)])
def test_an_address_is_checked_by_the_service(field):
    assert only(field)["validation_type"] == "email_address"


def test_what_is_put_in_beforehand_is_a_merge_field_of_the_senders():
    text = place("t", FieldType.TEXT, default="Договір 12", read_only=True, label="Number")
    tick = place("c", FieldType.CHECKBOX, default="yes", read_only=True)
    assert [(one["type"], one["signer"], one["name"], one["required"]) for one in written(text, tick)] == [
        ("text-merge", "sender", "t", False),
        ("checkbox-merge", "sender", "c", False),
    ]
    assert fields.custom_fields([text, tick]) == [{"name": "t", "value": "Договір 12"}, {"name": "c", "value": "true"}]


def test_a_tick_and_a_choice_may_be_made_beforehand_and_changed():
    assert only(place("c", FieldType.CHECKBOX, default="yes"))["is_checked"] is True
    assert only(place("d", FieldType.DROPDOWN, options=("A", "B"), default="B"))["content"] == "B"
    assert "content" not in only(place("d", FieldType.DROPDOWN, options=("A", "B"), default="C"))


def test_buttons_of_two_people_are_two_groups():
    other = place("c", FieldType.RADIO, "2", group="Pay", required=False)
    groups = fields.groups([*RADIOS, other])
    assert [(one["group_id"], one["group_label"], one["requirement"]) for one in groups] == [
        ("1/Pay", "Pay", "require_1"),
        ("2/Pay", "Pay", "require_0-1"),
    ]
    assert [one["group"] for one in written(*RADIOS)] == ["1/Pay", "1/Pay"]


def test_what_depends_on_the_same_tick_is_one_rule():
    tick = place("tick", FieldType.CHECKBOX)
    hidden = [place(name, FieldType.TEXT, shown_when="tick") for name in ("x", "y")]
    buttons = [place(name, FieldType.RADIO, group="G", shown_when="tick") for name in ("p", "q")]
    [rule] = fields.rules([tick, *hidden, *buttons])
    assert rule["triggers"] == [{"id": "tick", "operator": "is", "value": "1"}]
    assert [action.get("field_id") or action.get("group_id") for action in rule["actions"]] == ["x", "y", "1/G"]
    assert not any(action["hidden"] for action in rule["actions"])


def test_everything_it_can_do_is_no_problem():
    assert sentences(*every_type()) == []


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ([place("City", FieldType.TEXT, default="Kyiv")], "“City” is filled in beforehand and can still be changed"),
        ([place("City", FieldType.NAME, default="Kyiv")], "Make it read-only, or leave it empty"),
        ([place("List", FieldType.DROPDOWN)], "“List” has nothing to choose from"),
        ([place("a", FieldType.RADIO, group="Pay", label="")], "“Pay” needs at least two buttons"),
        ([place("a", FieldType.RADIO, group="G", read_only=True), RADIOS[0], place("b", FieldType.RADIO, group="G")],
         "“a” is read-only"),
        ([place("x", FieldType.TEXT, shown_when="gone")], "“x” cannot depend on a place that nobody fills in"),
        ([place("t", FieldType.TEXT), place("x", FieldType.TEXT, shown_when="t")], "“x” can depend only on a checkbox"),
        ([place("t", FieldType.CHECKBOX, "2"), place("x", FieldType.TEXT, shown_when="t")], "of the same person"),
        ([place("t", FieldType.CHECKBOX), place("x", FieldType.TEXT, shown_when="t", read_only=True)],
         "or be read-only"),
    ],
)  # fmt: skip
def test_what_it_cannot_do_is_said_at_the_place(places, words):
    assert any(words in sentence for sentence in sentences(*places))


def test_the_room_and_the_pages_say_the_same(service):
    order = order_for(1, title="x" * 256)
    order = Order(**{**vars(order), "fields": [place("City", FieldType.TEXT, default="Kyiv")]})
    found = a_room(service).validate(order)
    assert [problem.field for problem in found] == ["title", "document"]


def test_a_place_of_somebody_who_does_not_sign_is_refused():
    from b24app.errors import ProviderError, Trouble

    order = Order(**{**vars(an_order()), "fields": [place("s", FieldType.SIGNATURE, "9")]})
    with pytest.raises(ProviderError) as caught:
        body(order, {})
    assert caught.value.kind is Trouble.INVALID


def test_test_mode_is_in_the_body_and_in_the_capabilities():
    assert body(an_order(), {"test_mode": True})["test_mode"] is True
    assert capabilities({"test_mode": True}).test_mode
    assert capabilities({"test_mode": True}).rate.heavy_per_minute == 10
