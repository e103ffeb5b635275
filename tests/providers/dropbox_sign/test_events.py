"""Callbacks: the vendor's own examples and hashes, each with a byte changed, and what makes no sense."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from b24app.errors import InvalidPayload, Unauthentic
from b24app.providers.dropbox_sign import events
from b24app.providers.dropbox_sign.words import EVENTS
from b24app.providers.snapshot import Event, EventKind

PUBLISHED = Path(__file__).parents[2] / "vendor" / "dropbox-sign-3.0.0" / "events"
KEY = "324e3b0840f065eb51f3fd63231d0d33daa35d4ed10d27718839e81737065782"
"""The published example key, which is no secret."""


def fixtures() -> list[Any]:
    """Every callback of the vendor's hash fixtures."""
    found = {}
    for path in sorted(PUBLISHED.glob("EventCallbackHelper_*.json")):
        for name, told in json.loads(path.read_text()).items():
            found[f"{path.stem.rsplit('_')[-1]}-{name}"] = told
    return [pytest.param(told, id=name) for name, told in found.items()]


def examples() -> list[Any]:
    """The other examples; their hash fits no key (SOURCE.md), so they get a right one."""
    paths = [path for path in sorted(PUBLISHED.glob("*.json")) if "Helper" not in path.name]
    return [pytest.param(hashed(json.loads(path.read_text())), id=path.stem) for path in paths]


def hashed(told: dict[str, Any], **changes: Any) -> dict[str, Any]:
    event = {**told["event"], **changes}
    return {**told, "event": {**event, "event_hash": events.event_hash(KEY, event["event_time"], event["event_type"])}}


def posted(told: Any) -> tuple[dict[str, str], bytes]:
    """Headers and body as the service posts them."""
    words = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
    form = requests.Request("POST", "http://here.example", files={"json": (None, words)}).prepare()
    assert isinstance(form.body, bytes)
    return {name.lower(): value for name, value in form.headers.items()}, form.body


def read(told: Any, key: str = KEY) -> Event:
    return events.read(*posted(told), key)


@pytest.mark.parametrize("told", fixtures())
def test_the_vendors_hashes_are_right(told):
    event = read(told)
    assert event.kind is EVENTS.get(told["event"]["event_type"], EventKind.OTHER)
    assert event.signer_ref == told["event"].get("event_metadata", {}).get("related_signature_id", "")


@pytest.mark.parametrize("told", examples())
def test_the_vendors_examples_name_their_request(told):
    event = read(told)
    assert event.kind is EVENTS.get(told["event"]["event_type"], EventKind.OTHER)
    assert event.provider_ref == told.get("signature_request", {}).get("signature_request_id", "")
    assert event.occurred_at == datetime.fromtimestamp(1348177752, UTC)


@pytest.mark.parametrize("told", [*fixtures(), *examples()])
@pytest.mark.parametrize("name", ["event_time", "event_type", "event_hash"])
def test_one_byte_of_what_the_hash_covers_is_refused(told, name):
    spoiled = json.loads(json.dumps(told))
    words = spoiled["event"][name]
    spoiled["event"][name] = words[:-1] + ("0" if words[-1] != "0" else "1")
    with pytest.raises(Unauthentic):
        read(spoiled)


@pytest.mark.parametrize("told", [one for one in examples() if "signature_request" in one.values[0]])
def test_a_byte_of_the_rest_leads_to_no_more_than_a_look(told):
    """The hash covers neither body nor id: whatever it says of signatures is not even read."""
    told["signature_request"] |= {"is_complete": True, "signatures": "nonsense"}
    assert read(told) == Event(
        EventKind.REQUEST_SENT,
        told["signature_request"]["signature_request_id"],
        told["event"]["event_metadata"]["related_signature_id"] or "",
        "",
        datetime.fromtimestamp(1348177752, UTC),
    )


def test_another_accounts_key_proves_nothing():
    told = examples()[0].values[0]
    with pytest.raises(Unauthentic):
        read(told, "another key")


def test_without_a_key_the_address_alone_is_proof():
    told = json.loads(json.dumps(examples()[0].values[0]))
    told["event"]["event_hash"] = "whatever"
    assert read(told, "").kind is EventKind.REQUEST_SENT


@pytest.mark.parametrize("kind", ["signature_request_incomplete_qes", "fax_sent", "something_new", "account_confirmed"])
def test_a_type_nobody_knows_is_other(kind):
    told = examples()[0].values[0]
    assert read(hashed(told, event_type=kind)).kind is EventKind.OTHER


def test_the_test_of_an_address_is_about_no_request():
    told = hashed({"event": {"event_time": "1", "event_type": "callback_test", "event_metadata": None}})
    assert read(told) == Event(EventKind.CONNECTION_TEST, occurred_at=datetime.fromtimestamp(1, UTC))


def test_a_letter_that_came_back_says_whose_and_why():
    told = examples()[0].values[0]
    about = {"related_signature_id": "abc1", "event_message": "No such mailbox \0 – кінець"}
    event = read(hashed(told, event_type="signature_request_email_bounce", event_metadata=about))
    assert (event.kind, event.signer_ref) == (EventKind.SIGNER_BOUNCED, "abc1")
    assert event.reason == "No such mailbox  – кінець"


def test_our_reference_comes_back():
    told = json.loads(json.dumps(examples()[0].values[0]))
    told["signature_request"]["metadata"] = {"paraph_ref": "r-1_x"}
    assert read(told).our_ref == "r-1_x"


def test_an_urlencoded_form_is_read_too():
    told = json.dumps(examples()[0].values[0])
    form = requests.Request("POST", "http://here.example", data={"json": told}).prepare()
    assert isinstance(form.body, str)
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    assert events.read(headers, form.body.encode(), KEY).kind is EventKind.REQUEST_SENT


ODD = [
    "", "null", "[]", "{}", '"words"', "{", '{"event": 5}', '{"event": {}}', '{"event": {"event_type": 1}}',
    '{"event": null, "signature_request": {}}', "\ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
]  # fmt: skip


@pytest.mark.parametrize("words", ODD)
@pytest.mark.parametrize("key", [KEY, ""])
def test_what_makes_no_sense_is_refused_in_words(words, key):
    with pytest.raises((InvalidPayload, Unauthentic), match="event"):
        read(words, key)


@pytest.mark.parametrize("id", ["\0", "a" * 101, "x'; DROP", "../..", 5, None, ["a"], "ідентифікатор"])
def test_an_odd_id_names_nobody(id):
    told = json.loads(json.dumps(examples()[0].values[0]))
    told["signature_request"] |= {"signature_request_id": id, "metadata": {"paraph_ref": id}}
    event = read(told)
    assert (event.provider_ref, event.our_ref) == ("", "")


@pytest.mark.parametrize(
    "content_type",
    ["", "multipart/form-data", "multipart/form-data; boundary=", "text/plain", "multipart/form-data; boundary=other"],
)
def test_a_body_that_is_no_form_is_refused(content_type):
    _headers, body = posted(examples()[0].values[0])
    with pytest.raises(InvalidPayload):
        events.read({"content-type": content_type}, body, KEY)


def test_the_hash_is_compared_in_constant_time():
    source = Path(events.__file__).read_text()
    assert re.search(r"compare_digest\(", source)
    assert 'event_hash"] ==' not in source
