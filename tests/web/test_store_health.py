"""Documents in a bucket, seen by operators and by people: what /readyz says, and what a page says when it is away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from flask import Flask
from flask.testing import FlaskClient

from b24app import create_app
from b24app.settings import Settings
from b24app.store import database
from b24app.web.document_links import document_url
from tests.portal_room import add_portal
from tests.stores import Bucket, open_bucket


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with open_bucket() as found:
        yield found


@pytest.fixture
def app(tmp_path: Path, bucket: Bucket) -> Iterator[Flask]:
    yield create_app(Settings(data_dir=str(tmp_path), blob_url=bucket.url))
    database.close_connection()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_a_bucket_that_answers_is_ready(client, bucket):
    assert client.get("/readyz").json["parts"]["documents"] == "ok"
    assert bucket.gate.methods == ["HEAD"]


def test_a_bucket_that_is_away_is_not_ready_until_it_is_back(client, bucket):
    bucket.gate.close()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["parts"]["documents"]) == (503, "failing")
    bucket.gate.open()
    assert client.get("/readyz").status_code == 200


def test_a_silent_bucket_is_found_out_in_seconds_and_asked_once(client, bucket):
    bucket.gate.troubles = [("HEAD", "silent")] * 2
    began = monotonic()
    assert client.get("/readyz").status_code == 503
    assert monotonic() - began < 8
    assert bucket.gate.methods == ["HEAD"]


def test_people_are_told_in_their_language_that_nothing_is_lost(app, client, bucket):
    with app.app_context():
        portal = add_portal(app.extensions["paraph"])
        sha256 = app.extensions["paraph"].blobs.put(b"%PDF")
    with app.test_request_context():
        address = f"{document_url(portal, sha256)}/1"
    bucket.gate.close()
    answer = client.get(address, headers={"Accept-Language": "uk"})
    assert (answer.status_code, "Нічого не втрачено" in answer.text) == (503, True)
