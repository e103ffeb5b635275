from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from b24app.bitrix.php_forms import MAX_DEPTH, MAX_FIELDS, nested
from b24app.errors import InvalidPayload


def test_unfolds_maps_and_lists() -> None:
    form = {"event": "E", "data[FIELDS][ID]": "77", "document_id[0]": "crm", "document_id[1]": "LEAD_77", "x[]": "1"}
    assert nested(form) == {
        "event": "E",
        "data": {"FIELDS": {"ID": "77"}},
        "document_id": ["crm", "LEAD_77"],
        "x": ["1"],
    }


def test_repeated_names_without_an_index_count_on() -> None:
    assert nested([("a[]", "1"), ("a[]", "2"), ("a[x]", "3"), ("a[]", "4")]) == {
        "a": {"0": "1", "1": "2", "x": "3", "2": "4"}
    }
    assert nested(MultiDict([("a[]", "1"), ("a[]", "2")])) == {"a": ["1", "2"]}


def test_the_later_use_of_a_name_wins() -> None:
    assert nested([("a", "1"), ("a[b]", "2")]) == {"a": {"b": "2"}}
    assert nested([("a[b]", "2"), ("a", "1")]) == {"a": "1"}


@pytest.mark.parametrize("name", ["a[b", "a]b[", "[a]", "a[b]c", "", "a[[b]]"])
def test_a_crooked_name_keeps_its_place(name: str) -> None:
    assert nested({name: "1"}) == {name: "1"}


def test_too_deep_is_refused() -> None:
    with pytest.raises(InvalidPayload):
        nested({"a" + "[b]" * MAX_DEPTH: "1"})


def test_too_many_are_refused() -> None:
    with pytest.raises(InvalidPayload):
        nested({f"a{n}": "1" for n in range(MAX_FIELDS + 1)})


def test_a_name_too_long_is_refused() -> None:
    with pytest.raises(InvalidPayload):
        nested({"a" * 501: "1"})


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(alphabet="ab01[]\x00é", max_size=24), st.text(max_size=5)), max_size=40))
@example([("a[0]", "x"), ("a[0][b]", "y")])
@example([("a[9999999999999]", "x"), ("a[]", "y")])
def test_any_form_is_parsed_or_refused(pairs: list[tuple[str, str]]) -> None:
    try:
        tree = nested(pairs)
    except InvalidPayload:
        return
    assert all(isinstance(key, str) for key in tree)
    assert urlencode(pairs) or not tree
