"""The audit trail notices every change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.clock import from_ms, to_ms
from b24app.domain.events import SYSTEM, Actor, AuditEvent, EventType
from b24app.evidence import trail

AT = datetime(2026, 7, 28, 12, 0, tzinfo=UTC)
REQUEST = "7c2f1c5e"

texts = st.text(st.characters(codec="utf-8"), max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
events = st.builds(
    AuditEvent,
    type=st.sampled_from(EventType),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    actor=st.builds(Actor, kind=st.sampled_from(["employee", "signer", "system"]), id=texts),
    signer_id=texts,
    data=st.dictionaries(texts, json_values, max_size=3),
)


def signed(**data: object) -> AuditEvent:
    return AuditEvent(EventType.SIGNER_SIGNED, AT, Actor.signer("s1"), "s1", data)


def test_untouched_trail_is_whole():
    links = trail.chain(REQUEST, trail.GENESIS, 1, [signed(n=n) for n in range(5)])
    assert trail.first_broken(REQUEST, links) is None


@given(st.lists(events, min_size=1, max_size=6), st.data())
def test_changing_one_byte_of_any_event_breaks_the_trail_there(trail_events, data):
    links = trail.chain(REQUEST, trail.GENESIS, 1, trail_events)
    place = data.draw(st.integers(0, len(links) - 1))
    links[place] = replace(links[place], event=data.draw(one_byte_changed(links[place].event)))
    assert trail.first_broken(REQUEST, links) == place + 1


@st.composite
def one_byte_changed(draw, event):
    """Change one byte of the stored form, as a hand on the database would; one millisecond if that reads as nothing."""
    row = as_row(event)
    column = draw(st.sampled_from(sorted(row)))
    stored = json.dumps(row[column])
    place, char = draw(st.integers(0, len(stored) - 1)), draw(st.characters(min_codepoint=32, max_codepoint=126))
    try:
        value = json.loads(stored[:place] + char + stored[place + 1 :])
        changed = from_row({**row, column: value})
        reads_the_same = json.dumps(value) == stored
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        reads_the_same = True
    return replace(event, at=event.at + timedelta(milliseconds=1)) if reads_the_same else changed


def as_row(event: AuditEvent) -> dict[str, object]:
    row = {"type": event.type, "at": to_ms(event.at), "kind": event.actor.kind, "actor": event.actor.id}
    return {**row, "signer": event.signer_id, "data": dict(event.data)}


def from_row(row) -> AuditEvent:
    actor = Actor(row["kind"], row["actor"])
    return AuditEvent(EventType(row["type"]), from_ms(row["at"]), actor, row["signer"], dict(row["data"]))


@pytest.mark.parametrize(
    "change",
    [
        {"type": EventType.SIGNER_DECLINED},
        {"at": AT + timedelta(milliseconds=1)},
        {"actor": Actor("signer", "s2")},
        {"actor": Actor("employee", "s1")},
        {"signer_id": "s2"},
        {"data": {"ip": "203.0.113.8"}},
    ],
)
def test_every_part_of_an_event_counts(change):
    links = trail.chain(REQUEST, trail.GENESIS, 1, [signed(ip="203.0.113.7"), signed()])
    links[0] = replace(links[0], event=replace(links[0].event, **change))
    assert trail.first_broken(REQUEST, links) == 1


def test_chain_goes_on_where_it_stopped():
    whole = trail.chain(REQUEST, trail.GENESIS, 1, [signed(n=1), signed(n=2)])
    first = trail.chain(REQUEST, trail.GENESIS, 1, [signed(n=1)])
    assert whole == first + trail.chain(REQUEST, trail.head(first), 2, [signed(n=2)])


def test_dropping_swapping_and_moving_to_another_request_break_it():
    links = trail.chain(REQUEST, trail.GENESIS, 1, [signed(n=n) for n in range(4)])
    assert trail.first_broken(REQUEST, links[1:]) == 1
    assert trail.first_broken(REQUEST, [links[0], links[2], links[1], links[3]]) == 2
    assert trail.first_broken("another", links) == 1


def test_event_read_back_from_the_database_has_the_same_digest():
    event = replace(signed(ticked=True, note="так"), at=AT + timedelta(microseconds=123_999))
    stored = replace(event, at=from_ms(to_ms(event.at)), data=json.loads(json.dumps(event.data)))
    assert trail.canonical(stored, REQUEST) == trail.canonical(event, REQUEST)


def test_digest_form_does_not_drift():
    """Trails already printed on certificates must stay checkable: this value may never change."""
    expected = "0caf834bdf8b827c3ec7341d034b2d942bf02c80357fbc9f0cff1952388aa583"
    assert trail.link(trail.GENESIS, signed(ip="203.0.113.7"), REQUEST, 1) == expected


def test_refuses_what_cannot_be_read_back_the_same():
    with pytest.raises(ValueError):
        trail.canonical(replace(signed(), at=AT.replace(tzinfo=None)), REQUEST)
    with pytest.raises(ValueError):
        trail.canonical(signed(x=float("nan")), REQUEST)
    with pytest.raises(TypeError):
        trail.canonical(AuditEvent(EventType.ALL_SIGNED, AT, SYSTEM, data={"at": AT}), REQUEST)
