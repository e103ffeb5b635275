"""While documents cannot be stored or read, work waits; when the store is well again, everything is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from b24app.clock import utc_now
from b24app.domain.events import Topic
from b24app.domain.signature_request import Status
from b24app.errors import Sentence, StorageError
from b24app.services.approve_request import approve_request
from b24app.services.export_documents import export_documents
from b24app.services.signature_input import SignatureInput
from b24app.services.verify_document import verify_upload
from b24app.store import database, requests
from b24app.store.tables import OutboxMessage
from b24app.wiring import wire_worker
from tests.services.desk import ANN, ANNA, Desk, set_up
from tests.small_disk import SmallDisk, small_disk
from tests.stores import Bucket, open_bucket


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with open_bucket() as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path, bucket: Bucket) -> Iterator[Desk]:
    with opened(tmp_path, bucket.url) as found:
        yield found


@contextmanager
def opened(directory: Path, blob_url: str) -> Iterator[Desk]:
    made = set_up(directory, blob_url=blob_url)
    with database.reading():
        yield made
    made.controller.stop()
    database.close_connection()


def approved(desk: Desk) -> str:
    """Everybody has signed; what is left is the worker's."""
    request_id = desk.send(ANN)
    desk.sign(ANN.email)
    approve_request(desk.ctx, desk.portal, ANNA, request_id, SignatureInput("type", text="Anna"), remember=False)
    return request_id


def seal() -> OutboxMessage:
    return OutboxMessage.get(OutboxMessage.topic == Topic.SEAL)


def work_tomorrow(desk: Desk) -> None:
    """All that waits is tried again."""
    tomorrow = utc_now() + timedelta(days=1)
    wire_worker(replace(desk.ctx, now=lambda: tomorrow)).drain(20)


def final_document(desk: Desk, request_id: str) -> bytes:
    return desk.ctx.blobs.get(requests.row("acme", request_id).final_sha256)


def test_a_whole_life_in_a_bucket_ends_in_a_sealed_document(desk, bucket):
    request_id = approved(desk)
    desk.work()
    assert verify_upload(desk.ctx, final_document(desk, request_id)).state == "sealed"
    with export_documents(desk.ctx, desk.portal) as file:
        assert final_document(desk, request_id) in file.read()
    assert bucket.files()


def test_a_seal_waits_for_the_store(desk, bucket):
    request_id = approved(desk)
    bucket.gate.close()
    desk.work()
    assert requests.load("acme", request_id).status is Status.COMPLETING
    assert (seal().done_at, seal().dead_at) == (None, None)
    assert "Nothing is lost" in Sentence.read(seal().error).message
    bucket.gate.open()
    work_tomorrow(desk)
    assert requests.load("acme", request_id).status is Status.COMPLETED
    assert verify_upload(desk.ctx, final_document(desk, request_id)).state == "sealed"


def test_an_archive_is_not_made_without_its_documents(desk, bucket):
    approved(desk)
    desk.work()
    bucket.gate.close()
    with pytest.raises(StorageError):
        export_documents(desk.ctx, desk.portal)


@pytest.mark.parametrize("trouble", ["full", "read-only"])
def test_a_seal_waits_for_the_disk(tmp_path, trouble):
    with small_disk(tmp_path, "4m") as disk, opened(tmp_path / "data", f"file://{disk.root}/blobs") as desk:
        request_id = approved(desk)
        begin, end = acts(disk, trouble)
        begin()
        desk.work()
        assert requests.load("acme", request_id).status is Status.COMPLETING
        assert trouble in Sentence.read(seal().error).message
        assert (seal().dead_at, disk.leftovers()) == (None, [])
        end()
        work_tomorrow(desk)
        assert requests.load("acme", request_id).status is Status.COMPLETED


def acts(disk: SmallDisk, trouble: str) -> tuple:
    return (disk.fill, disk.make_room) if trouble == "full" else (disk.make_read_only, disk.make_writable)
