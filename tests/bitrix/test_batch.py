from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from b24app.bitrix.batch import Command, as_map, encode, parse_cmd, ref, to_cmd

KEYS = st.text(min_size=1, max_size=12).filter(
    lambda key: not set(key) & set("[]") and not key.isdecimal() and key.isprintable()
)
VALUES = st.text(max_size=30).filter(lambda text: "$result[" not in text and "\ud800" not in text)
TREES = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(KEYS, inner, min_size=1, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(KEYS, TREES, max_size=6))
def test_what_is_encoded_reads_back(params: dict[str, object]) -> None:
    assert parse_cmd(to_cmd(Command("crm.item.list", params))) == Command("crm.item.list", params)


def test_values_and_keys_are_encoded_once() -> None:
    params = {"filter": {">id": 5}, "fields": {"TITLE": "A&B"}, "select": ["*", "id"]}
    assert encode(params) == "filter[%3Eid]=5&fields[TITLE]=A%26B&select[0]=%2A&select[1]=id"


def test_other_types_become_text() -> None:
    moment = datetime(2026, 11, 23, 20, tzinfo=UTC)
    assert encode({"a": True, "b": False, "c": None, "d": 1.5}) == "a=1&b=0&c=&d=1.5"
    assert parse_cmd("m?" + encode({"at": moment})).params == {"at": "2026-11-23T20:00:00+00:00"}


def test_an_empty_list_keeps_its_name() -> None:
    assert encode({"a": {"b": []}}) == "a[b][]="


def test_a_command_without_parameters_is_its_name() -> None:
    assert to_cmd(Command("profile")) == "profile"


def test_a_reference_is_a_macro_of_its_own() -> None:
    assert ref("links", 0, "CONTACT_ID") == "$result[links][0][CONTACT_ID]"
    command = Command("crm.item.get", {"id": ref("links", 0, "CONTACT_ID")})
    assert to_cmd(command) == "crm.item.get?id=%24result%5Blinks%5D%5B0%5D%5BCONTACT_ID%5D"


def test_text_of_people_cannot_become_a_macro() -> None:
    sent = parse_cmd(to_cmd(Command("m", {"title": "$result[me][ID]"}))).params["title"]
    assert "$result[" not in sent
    assert sent.replace("\u2060", "") == "$result[me][ID]"


def test_maps_come_as_objects_or_lists() -> None:
    assert as_map([]) == {}
    assert as_map(None) == {}
    assert as_map({"a": 1}) == {"a": 1}
    assert as_map(["x"]) == {"0": "x"}
