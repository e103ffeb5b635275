"""Everything the SDK really sends for us, against the vendor's published description; the stand-in's answers too.

What the description forgets or wrongly wants stands in one table: tests/sandbox/dropbox_sign/contract.py.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from b24app.domain.fields import FieldType
from b24app.providers.base import NO_DRAFT, File
from tests.providers.contract import a_notice
from tests.providers.dropbox_sign.consent import Drawer, by_consent, came_back
from tests.providers.dropbox_sign.orders import every_type, order_for, place
from tests.providers.dropbox_sign.stage import a_room, embedded
from tests.providers.scene import MovedClock
from tests.sandbox.dropbox_sign import contract
from tests.sandbox.witness import Exchange, Witness, watch

SEND = "/v3/signature_request/send"


@pytest.fixture(scope="module")
def witness(running) -> Witness:
    return watch(running.listener, running._flask)


@pytest.fixture
def seen(witness, service) -> Iterator[list[Exchange]]:
    """What went over the wire in a test; all of it is checked at its end."""
    witness.exchanges.clear()
    yield witness.exchanges
    assert witness.exchanges
    assert [problem for exchange in witness.exchanges for problem in contract.problems(exchange)] == []


def parts(exchange: Exchange) -> dict[str, Any]:
    """The parts of a form, those of JSON decoded."""
    form = exchange.request.form.items()
    shown = {name: json.loads(value) if value[:1] in ("[", "{") else value for name, value in form}
    return shown | {name: storage.read() for name, storage in exchange.request.files.items()}


@pytest.mark.parametrize("people", [1, 2, 7])
def test_a_send(service, seen, people):
    order = order_for(people)
    a_room(service).create(order, NO_DRAFT)
    [exchange] = seen
    sent = parts(exchange)
    turns = [signer.get("order") for signer in sent["signers"]]
    assert turns == ([None] if people == 1 else list(range(people)))
    assert [field["signer"] for field in sent["form_fields_per_document"]] == [str(n) for n in range(people)]
    assert sent["files[0]"] == order.pdf()
    assert sent["metadata"] == {"paraph_ref": "our-reference"}
    assert (sent["allow_decline"], sent["test_mode"]) == ("true", "false")


def test_the_api_key_is_the_user_name_without_a_password(service, seen):
    a_room(service).check_connection()
    shown = seen[0].request.headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(shown).decode() == f"{service.account.api_key}:"


def test_a_send_with_everything_that_can_be_said(service, seen):
    room = a_room(service, test_mode=True)
    deadline = room._means.now() + timedelta(days=5)
    order = order_for(
        2,
        title="Договір № 12",
        file_name="Договір.pdf",
        subject="Підпишіть, будь ласка",
        message="Вітаємо!\nОсь договір.",
        copies=["lawyer@example.com"],
        expires_at=deadline,
    )
    room.create(order, NO_DRAFT)
    sent = parts(seen[0])
    assert (sent["title"], sent["subject"], sent["message"]) == (order.title, order.subject, order.message)
    assert sent["cc_email_addresses"] == ["lawyer@example.com"]
    assert 0 <= int(sent["expires_at"]) - deadline.timestamp() < 3600
    assert sent["test_mode"] == "true"
    assert seen[0].request.files["files[0]"].filename == "Договір.pdf"


def test_what_is_empty_is_not_sent(service, seen):
    a_room(service).create(order_for(1), NO_DRAFT)
    assert {"subject", "message", "expires_at", "custom_fields", "form_field_groups", "client_id"} & set(
        parts(seen[0])
    ) == set()


def test_all_types_of_places(service, seen):
    order = replace(order_for(1), fields=every_type())
    a_room(service).create(order, NO_DRAFT)
    placed = {field["api_id"]: field for field in parts(seen[0])["form_fields_per_document"]}
    assert {field["type"] for field in placed.values()} == {
        "signature", "initials", "date_signed", "text", "checkbox", "radio", "dropdown", "text-merge", "checkbox-merge",
    }  # fmt: skip
    assert len(placed) == len(order.fields)
    service.settle()
    assert not next(iter(service.requests.values())).has_error


def test_signing_inside_our_pages(service, seen):
    a_room(service, **embedded(service)).create(order_for(2), NO_DRAFT)
    assert seen[0].request.path == "/v3/signature_request/create_embedded"
    assert parts(seen[0])["client_id"] == service.app.client_id


def test_an_api_app_without_embedding_still_sends_by_email(service, seen):
    a_room(service, client_id=service.app.client_id).create(order_for(1), NO_DRAFT)
    assert seen[0].request.path == SEND
    assert parts(seen[0])["client_id"] == service.app.client_id


def test_all_calls_after_sending(service, far, seen):
    room = a_room(service)
    order = order_for(2)
    created = room.create(order, NO_DRAFT)
    far.request(created.provider_ref)
    room.find_by_ref(order, room._means.now())
    room.get(created.provider_ref)
    room.remind(a_notice(created, order.signers[0]))
    room.change_signer(created.provider_ref, created.signers["signer-1"], "Other Name", "other@example.com")
    room.cancel(created.provider_ref, "Mistake")
    done = {(one.request.method, one.request.path.split("/")[3]) for one in seen}
    assert done == {
        ("POST", "send"), ("GET", "list"), ("GET", created.provider_ref), ("POST", "remind"), ("POST", "update"),
        ("POST", "cancel"),
    }  # fmt: skip


def test_an_update_says_what_has_changed_and_nothing_else(service, far, seen):
    room = a_room(service)
    created = room.create(order_for(1), NO_DRAFT)
    far.request(created.provider_ref)
    signature = created.signers["signer-1"]
    assert room.change_signer(created.provider_ref, signature, "Other Name", "signer1@example.com") == signature
    assert json.loads(seen[-1].body) == {"signature_id": signature, "name": "Other Name"}


def test_the_signed_file(service, far, seen):
    room = a_room(service)
    created = room.create(order_for(1), NO_DRAFT)
    far.sign(created.provider_ref, "signer1@example.com")
    assert room.download(created.provider_ref, File.SIGNED).startswith(b"%PDF-")
    assert seen[-1].request.args["file_type"] == "pdf"


def test_a_signing_link(service, far, seen):
    room = a_room(service, **embedded(service))
    created = room.create(order_for(1), NO_DRAFT)
    far.request(created.provider_ref)
    assert room.signing_link(created.provider_ref, created.signers["signer-1"], "").url.startswith("http")


@pytest.mark.parametrize("settings", [{}, {"client_id": "the app's"}])
def test_account_and_callbacks(service, seen, settings):
    if settings:
        settings = {"client_id": service.app.client_id}
    room = a_room(service, **settings)
    room.check_connection()
    room.ensure_webhook("https://sign.example.com/webhooks/dropbox-sign/s1")
    room.remove_webhook("https://sign.example.com/webhooks/dropbox-sign/s1")
    assert [one.status for one in seen] == [200] * 5


def test_tokens(service, seen):
    """Traded for a code, then refreshed."""
    drawer, clock = Drawer(came_back(service)), MovedClock()
    for _ in range(2):
        by_consent(service, drawer, clock).check_connection()
        clock.move(hours=2)
    asked = [one.request.full_path.rstrip("?") for one in seen if one.request.path.startswith("/oauth")]
    assert [path for path in asked if "authorize" not in path] == ["/oauth/token", "/oauth/token?refresh"]


def test_a_wrong_request_is_noticed(service, witness):
    """The check itself: a key that nobody declared, and an integer that is none."""
    witness.exchanges.clear()
    room = a_room(service)
    order = replace(order_for(1), fields=[place("a", FieldType.SIGNATURE)])
    room.create(order, NO_DRAFT)
    [exchange] = witness.exchanges
    form = exchange.request.form.to_dict()
    fields = json.loads(form["form_fields_per_document"])
    fields[0] |= {"widht": 12, "x": 1.5}
    exchange.request.form = {**form, "form_fields_per_document": json.dumps(fields)}  # type: ignore[assignment]
    found = contract.problems(exchange)
    assert any("widht" in problem for problem in found)
    assert any("1.5" in problem for problem in found)
