"""The door of providers' events: unknown secrets store nothing, everything else is stored before it is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from b24app.clock import to_ms
from b24app.domain.events import Topic
from b24app.providers.doors import DOORS
from b24app.services.context import Context
from b24app.store import connections, database
from b24app.store.database import writing
from b24app.store.tables import InboxEvent, OutboxMessage
from b24app.store.vault import fingerprint
from b24app.web import provider_webhooks
from tests.portal_room import add_portal, open_room
from tests.providers.scene import web_app
from tests.services.desk import Desk

SECRETS = {"dropbox-sign": "secret-of-ds", "docusign": "secret-of-du"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def ctx(tmp_path, database_url) -> Iterator[Context]:
    """A portal with an account at each provider that has a door."""
    context = open_room(tmp_path, database_url=database_url)
    add_portal(context)
    with database.reading():
        for step, door in DOORS.items():
            with writing():
                connections.insert(
                    "acme",
                    id=f"c-{step}",
                    provider=door.provider,
                    name=step,
                    secrets=context.vault.lock("{}"),
                    webhook_hash=fingerprint(SECRETS[step]),
                    webhook_secret=context.vault.lock(SECRETS[step]),
                    created_at=1,
                )
        yield context


@pytest.fixture
def client(ctx) -> FlaskClient:
    desk = Desk(ctx, None, None, None, None)  # type: ignore[arg-type]
    return web_app(desk).test_client(use_cookies=False)


def stored() -> list[InboxEvent]:
    return list(InboxEvent.select().order_by(InboxEvent.received_at))


def multipart(told: dict[str, object], boundary: str) -> tuple[bytes, dict[str, str]]:
    part = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="json"\r\n\r\n{json.dumps(told)}\r\n--{boundary}--\r\n'
    )
    return part.encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


@pytest.mark.parametrize(("step", "words"), [("dropbox-sign", b"Hello API Event Received"), ("docusign", b"")])
def test_each_provider_gets_the_answer_it_waits_for(client, step, words):
    answer = client.post(f"/webhooks/{step}/{SECRETS[step]}", data=b"{}", headers=JSON)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, words, "text/plain")


def test_the_body_is_stored_as_it_came_with_its_headers(client):
    body = b'\xff\0 { "a" : 1 }\r\n'
    client.post("/webhooks/docusign/secret-of-du", data=body, headers={**JSON, "X-DocuSign-Signature-1": "abc="})
    [row] = stored()
    assert bytes(row.body) == body
    assert row.headers["x-docusign-signature-1"] == "abc="
    assert (row.portal, row.provider, row.connection, row.processed_at) == ("acme", "docusign", "c-docusign", None)


def test_a_form_is_stored_unread(client):
    body, headers = multipart({"event": {"event_type": "callback_test"}}, "b1")
    assert client.post("/webhooks/dropbox-sign/secret-of-ds", data=body, headers=headers).status_code == 200
    assert bytes(stored()[0].body) == body


def test_the_worker_is_given_one_message_for_each_event(client):
    client.post("/webhooks/docusign/secret-of-du", data=b"{}", headers=JSON)
    [row] = stored()
    [message] = OutboxMessage.select()
    assert (message.topic, message.portal, message.lane) == (Topic.PROVIDER_EVENT.value, "acme", "provider")
    assert message.payload == {"event_key": row.event_key}


def test_the_same_event_twice_is_stored_once_and_answered_twice(client):
    for _ in range(2):
        assert client.post("/webhooks/docusign/secret-of-du", data=b"{}", headers=JSON).status_code == 200
    assert len(stored()) == OutboxMessage.select().count() == 1


def test_the_boundary_of_a_form_does_not_make_another_event(client):
    for boundary in ("first", "second"):
        body, headers = multipart({"event": {"event_time": "1"}}, boundary)
        client.post("/webhooks/dropbox-sign/secret-of-ds", data=body, headers=headers)
    assert len(stored()) == 1


def test_another_signature_makes_another_event(client):
    for signature in ("forged", "right"):
        headers = {**JSON, "X-DocuSign-Signature-1": signature}
        client.post("/webhooks/docusign/secret-of-du", data=b"{}", headers=headers)
    assert len(stored()) == 2


def test_the_same_body_for_two_accounts_is_two_events(client):
    for step, secret in SECRETS.items():
        client.post(f"/webhooks/{step}/{secret}", data=b"{}", headers=JSON)
    assert len(stored()) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/docusign/made-up",
        "/webhooks/docusign/secret-of-ds",  # another provider's
        "/webhooks/unknown/secret-of-du",
        "/webhooks/docusign/",
        "/webhooks/docusign/secret-of-du/more",
        f"/webhooks/docusign/{fingerprint('secret-of-du')}",
        "/webhooks/docusign/%00",
        "/webhooks/docusign/" + "x" * 5000,
    ],
)
def test_an_unknown_address_is_404_and_stores_nothing(client, path):
    assert client.post(path, data=b"{}", headers=JSON).status_code == 404
    assert stored() == []
    assert OutboxMessage.select().count() == 0


def test_an_account_that_was_taken_away_takes_no_events(client, ctx):
    with writing():
        connections.save("acme", "c-docusign", removed_at=to_ms(ctx.now()))
    assert client.post("/webhooks/docusign/secret-of-du", data=b"{}", headers=JSON).status_code == 404


def test_a_body_that_is_too_large_is_refused_and_not_stored(client):
    big = b"x" * (provider_webhooks.MAX_EVENT_BYTES + 1)
    assert client.post("/webhooks/docusign/secret-of-du", data=big, headers=JSON).status_code == 413
    assert stored() == []


def test_the_largest_body_is_taken(client):
    big = b"x" * provider_webhooks.MAX_EVENT_BYTES
    assert client.post("/webhooks/docusign/secret-of-du", data=big, headers=JSON).status_code == 200


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_other_methods_are_refused(client, method):
    assert getattr(client, method)("/webhooks/docusign/secret-of-du").status_code == 405


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", {}),
        (b"x", {"Content-Type": "multipart/form-data"}),
        (b"--x\r\n", {"Content-Type": "multipart/form-data; boundary="}),
        (b"--x\r\n", {"Content-Type": 'multipart/form-data; boundary="x'}),
        (b"\xff" * 100, {"Content-Type": "application/x-www-form-urlencoded"}),
        (b"{", {"Content-Type": "application/json; charset=utf-99"}),
        (b"{}", {"Content-Type": "\xff\xfe", "X-Odd": "caf\xe9"}),
        (b"{}", {"Content-Encoding": "gzip"}),
        (b"a=1", {"X-Paraph-Session": "not a session", "X-CSRFToken": "no"}),
    ],
)
def test_odd_posts_are_stored_and_answered(client, body, headers):
    assert client.post("/webhooks/docusign/secret-of-du", data=body, headers=headers).status_code == 200
    assert bytes(stored()[0].body) == body


def test_nothing_of_ours_is_loaded_to_take_an_event(client, ctx):
    """The door needs no room: with none listed it works the same."""
    client.application.extensions["paraph"] = replace(ctx, rooms={})
    assert client.post("/webhooks/docusign/secret-of-du", data=b"{}", headers=JSON).status_code == 200
