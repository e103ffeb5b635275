"""Files that nobody needs go; whatever a row names, or is about to name, stays."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from b24app.clock import to_ms, utc_now
from b24app.documents.storage import place_of
from b24app.domain.signature_request import Status
from b24app.services.context import Context
from b24app.services.housekeeping import each_minute
from b24app.services.sweep_files import sweep_files
from b24app.store import database, derived, removal, requests, sweeps
from b24app.store.tables import Derived, FileSweep, Prepared, Upload
from tests import databases
from tests.portal_room import ANNA, add_portal, add_request, open_room
from tests.stores import Folder, Store, open_bucket, open_store

PDF = b"%PDF of nobody"


@pytest.fixture(params=[("sqlite", "folder"), ("sqlite", "bucket"), ("postgresql", "folder")], ids=" and ".join)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Context, Store]]:
    with databases.fresh(request.param[0], tmp_path) as url, open_store(request.param[1], tmp_path) as found:
        context = open_room(tmp_path, database_url=url, blob_url=found.url)
        with database.reading():
            add_portal(context)
            yield context, found


@pytest.fixture
def ctx(place: tuple[Context, Store]) -> Context:
    return place[0]


@pytest.fixture
def store(place: tuple[Context, Store]) -> Store:
    return place[1]


def later(ctx: Context, **by: float) -> Context:
    """The same application after some time; the files in the store keep their age."""
    moment = utc_now() + timedelta(**by)
    return replace(ctx, now=lambda: moment)


def old(ctx: Context, store: Store, data: bytes = PDF) -> str:
    """A file put two days ago."""
    sha256 = ctx.blobs.put(data)
    store.age(place_of(sha256), days=2)
    return sha256


def due_at() -> datetime:
    return FileSweep.get_by_id(sweeps.ONLY).due_at


def name_in(column: object, sha256: str, ctx: Context) -> None:
    """Write a row of acme that names a file in this column."""
    table = column.model  # type: ignore[attr-defined]
    needed = {
        name: 1 if field.field_type in ("INT", "BIGINT") else "x"
        for name, field in table._meta.fields.items()
        if not field.null and field.default is None and field.field_type != "AUTO"
    }
    with database.writing():
        table.insert(**{**needed, "portal": "acme", column.name: sha256}).execute()  # type: ignore[attr-defined]


@pytest.mark.parametrize("column", removal.BLOB_COLUMNS, ids=lambda column: f"{column.model.__name__}.{column.name}")
def test_a_file_that_a_row_names_stays(ctx, store, column):
    sha256 = old(ctx, store)
    name_in(column, sha256, ctx)
    for days in range(5):
        sweep_files(later(ctx, days=days, minutes=days))
    assert store.files() == [place_of(sha256)]


def test_an_old_file_that_nobody_names_goes_in_two_steps(ctx, store):
    sha256 = old(ctx, store)
    sweep_files(ctx)
    assert store.files() == ["owner", f"unused/{sha256}"]
    sweep_files(later(ctx, days=1, minutes=1))
    assert store.files() == ["owner"]


def test_a_fresh_file_that_nobody_names_stays(ctx, store):
    sha256 = ctx.blobs.put(PDF)
    sweep_files(ctx)
    assert ctx.blobs.has(sha256)


def test_files_of_purged_previews_and_uploads_go(ctx, store):
    files = [old(ctx, store, data) for data in (b"preview", b"upload")]
    name_in(Prepared.sha256, files[0], ctx)
    name_in(Upload.sha256, files[1], ctx)
    each_minute(ctx)
    assert not any(ctx.blobs.has(sha256) for sha256 in files)


def test_pictures_of_a_document_live_as_long_as_it(ctx, store):
    kept, lost = (add_request(ctx, add_portal(ctx), Status.COMPLETED, file=data) for data in (b"%PDF kept", PDF))
    pictures = {old(ctx, store, f"picture of {row.id}".encode()): row.final_sha256 for row in (kept, lost)}
    with database.writing():
        for picture, document in pictures.items():
            store.age(place_of(document), days=2)
            derived.keep(document, "picture:1:480", picture)
        lost.delete_instance()
    sweep_files(ctx)
    sweep_files(later(ctx, days=1, minutes=1))
    assert [row.document for row in Derived.select()] == [kept.final_sha256]
    assert {picture: ctx.blobs.has(picture) for picture in pictures} == {
        picture: document == kept.final_sha256 for picture, document in pictures.items()
    }


def test_a_picture_of_two_documents_stays_with_the_second(ctx, store):
    row = add_request(ctx, add_portal(ctx), Status.COMPLETED, file=b"%PDF kept")
    lost, picture = old(ctx, store), old(ctx, store, b"an empty page")
    with database.writing():
        derived.keep(lost, "picture:1:480", picture)
        derived.keep(row.final_sha256, "picture:1:480", picture)
    for days in range(4):
        sweep_files(later(ctx, days=days, minutes=days))
    assert ctx.blobs.has(picture)
    assert derived.find(lost, "picture:1:480") is None


def test_what_was_made_of_a_document_that_is_not_even_stored_is_forgotten(ctx, store):
    with database.writing():
        for document in ("0" * 64, "f" * 64):
            derived.keep(document, "texts", "1" * 64)
    sweep_files(ctx)
    assert Derived.select().count() == 0


def test_the_same_bytes_in_another_portal_keep_the_file(ctx, store):
    acme, vera = add_portal(ctx), add_portal(ctx, "vera")
    gone = add_request(ctx, acme, Status.COMPLETED, file=PDF)
    add_request(ctx, vera, Status.COMPLETED, file=PDF)
    store.age(place_of(gone.final_sha256), days=2)
    with database.writing():
        gone.delete_instance()
    for days in range(3):
        sweep_files(later(ctx, days=days, minutes=days))
    assert ctx.blobs.get(gone.final_sha256) == PDF


def test_a_row_written_while_its_file_is_being_swept_keeps_it(ctx, store):
    sha256 = old(ctx, store)
    sweep_files(ctx)
    with database.writing():
        requests.save_signature("acme", ANNA, sha256)
    sweep_files(later(ctx, days=1, minutes=1))
    assert store.files() == sorted([place_of(sha256), "owner"])
    assert ctx.blobs.get(sha256) == PDF


def test_a_file_put_again_while_it_is_being_swept_is_not_lost(tmp_path):
    with open_bucket() as bucket:
        ctx = open_room(tmp_path, blob_url=bucket.url)
        sha256 = old(ctx, bucket)
        bucket.gate.troubles = [("DELETE", "held")]
        step = threading.Thread(target=sweep_and_close, args=(ctx,))
        step.start()
        assert bucket.gate.held.wait(10)
        ctx.blobs.put(PDF)  # its row follows a moment later
        bucket.gate.go_on.set()
        step.join(20)
        assert ctx.blobs.get(sha256) == PDF
        with database.reading(), database.writing():
            requests.save_signature("acme", ANNA, sha256)
        sweep_files(later(ctx, days=1, minutes=1))
        assert ctx.blobs.has(sha256)


def test_many_who_put_while_files_are_swept_lose_nothing(tmp_path):
    """Everything in the folder looks old, is swept without pause and put again all the time."""
    folder = Folder(tmp_path / "store")
    ctx = later(open_room(tmp_path, blob_url=folder.url), days=3)
    documents = [bytes([number]) * 500 for number in range(20)]
    stop = threading.Event()

    def sweep() -> None:
        while not stop.is_set():
            for file in ctx.blobs.stored():
                ctx.blobs.set_aside(file.name, ctx.now())

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    for _round in range(10):
        names = [ctx.blobs.put(data) for data in documents]
        assert [ctx.blobs.get(name) for name in names] == documents
    stop.set()
    sweeper.join(10)


def sweep_and_close(ctx: Context) -> None:
    sweep_files(ctx)
    database.close_connection()


def test_it_is_done_once_a_day(ctx, store):
    sweep_files(ctx)
    sha256 = old(ctx, store)
    sweep_files(later(ctx, hours=23))
    assert ctx.blobs.has(sha256)
    sweep_files(later(ctx, hours=24, minutes=1))
    assert not ctx.blobs.has(sha256)


def test_a_step_is_short_and_the_next_minute_goes_on_behind_it(ctx, store):
    names = sorted(old(ctx, store, bytes([number])) for number in range(4))
    for done in range(1, 5):
        sweep_files(later(ctx, minutes=done), step_s=0)
        assert [file.name for file in ctx.blobs.stored()] == names[done:]
    sweep_files(later(ctx, minutes=5), step_s=0)
    assert due_at() > to_ms(utc_now() + timedelta(hours=23))
    for done in range(1, 5):
        sweep_files(later(ctx, days=1, minutes=5 + done), step_s=0)
        assert len(list(ctx.blobs.unused())) == 4 - done


def test_a_step_looks_at_every_file_however_many_there_are(ctx, store):
    needed = [old(ctx, store, bytes([number, 1])) for number in range(7)]
    for user, sha256 in enumerate(needed):
        with database.writing():
            requests.save_signature("acme", user, sha256)
    unneeded = [old(ctx, store, bytes([number, 2])) for number in range(7)]
    sweep_files(ctx, batch=3)
    assert [file.name for file in ctx.blobs.stored()] == sorted(needed)
    assert [file.name for file in ctx.blobs.unused()] == sorted(unneeded)


def test_two_workers_do_not_take_the_same_step(ctx, store):
    with database.writing():
        assert sweeps.begin(ctx.now(), "database 1") is not None
        assert sweeps.begin(ctx.now(), "database 1") is None
        assert sweeps.begin(ctx.now() + sweeps.LEASE, "database 1") is not None


def test_the_files_of_another_installation_are_left_alone(ctx, store):
    ctx.blobs.own("another installation")
    sha256 = old(ctx, store)
    sweep_files(ctx)
    assert ctx.blobs.has(sha256)


def test_a_copy_of_the_database_elsewhere_deletes_nothing(ctx, store):
    old(ctx, store, b"gone")
    sweep_files(ctx)
    sha256 = old(ctx, store)  # its row came after the copy was made
    copy = replace(ctx, settings=replace(ctx.settings, public_url="https://staging.example.com"))
    sweep_files(later(copy, days=2))
    assert ctx.blobs.has(sha256)


def test_what_an_unfinished_write_left_behind_goes(tmp_path):
    folder = Folder(tmp_path / "store")
    ctx = open_room(tmp_path, blob_url=folder.url)
    folder.write("unused/new-killed", b"%PDF ha")
    folder.write("unused/new-being-written", b"%PDF ha")
    folder.age("unused/new-killed", days=1)
    with database.reading():
        sweep_files(ctx)
    assert folder.files() == ["unused/new-being-written"]


def test_a_needed_file_damaged_beside_its_place_is_left_for_people_to_see(ctx, store):
    sha256 = old(ctx, store)
    sweep_files(ctx)
    store.write(f"unused/{sha256}", b"damaged")
    with database.writing():
        requests.save_signature("acme", ANNA, sha256)
    sweep_files(later(ctx, days=1, minutes=1))
    assert f"unused/{sha256}" in store.files()


def test_a_store_in_trouble_is_tried_again_in_an_hour_and_the_minute_goes_on(tmp_path):
    with open_bucket() as bucket:
        ctx = open_room(tmp_path, blob_url=bucket.url)
        with database.reading():
            name_in(Prepared.sha256, "0" * 64, ctx)
            bucket.gate.close()
            each_minute(ctx)
            assert Prepared.select().count() == 0
            assert due_at() > to_ms(utc_now() + timedelta(minutes=55))
            bucket.gate.open()
            sha256 = old(ctx, bucket)
            sweep_files(later(ctx, hours=1, minutes=1))
            assert not ctx.blobs.has(sha256)


def test_a_step_that_hangs_does_not_hold_up_the_next_minute(tmp_path):
    with open_bucket() as bucket:
        ctx = open_room(tmp_path, blob_url=bucket.url)
        bucket.gate.troubles = [("GET", "held")]
        hanging = threading.Thread(target=sweep_and_close, args=(ctx,))
        hanging.start()
        assert bucket.gate.held.wait(10)
        with database.reading():
            name_in(Prepared.sha256, "0" * 64, ctx)
            each_minute(later(ctx, minutes=1))
            assert Prepared.select().count() == 0
        assert hanging.is_alive()
        bucket.gate.go_on.set()
        hanging.join(20)


@pytest.mark.parametrize("column", [*removal.BLOB_COLUMNS, Derived.sha256], ids=lambda column: str(column.model))
def test_who_names_a_file_is_found_by_an_index(ctx, column):
    indexes = database.database.get_indexes(column.model._meta.table_name)
    assert [column.name] in [index.columns for index in indexes]
