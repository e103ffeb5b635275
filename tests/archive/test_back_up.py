"""The online back-up: what is in it, what it says, and that it can be put back."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from b24app.documents.local_storage import LocalBlobs
from b24app.domain.signature_request import Status
from b24app.errors import ArchiveRefused
from b24app.services.back_up import back_up
from b24app.services.context import Context
from b24app.store import database
from b24app.store.database import reading, writing
from b24app.store.tables import Prepared, Request
from tests.archive.conftest import Places
from tests.archive.filling import fill
from tests.command_line import run
from tests.portal_room import add_portal, add_request


@pytest.fixture
def ctx(places: Places) -> Context:
    return places.open("here")


@pytest.fixture
def kept(places: Places) -> Path:
    (places.directory / "kept").mkdir()
    return places.directory / "kept"


def titles(copy: Path) -> list[str]:
    with sqlite3.connect(copy) as opened:
        return [title for (title,) in opened.execute("SELECT title FROM request ORDER BY title")]


def test_what_was_committed_a_moment_ago_is_in_it(ctx: Context, kept: Path):
    """It still stands in the write-ahead log, beside the database's file."""
    portal = add_portal(ctx)
    with reading():
        add_request(ctx, portal, Status.COMPLETED, title="Offer 1", file=b"%PDF one")
        assert titles(back_up(ctx, kept).database) == ["Offer 1"]


def test_each_time_has_its_own_database_and_each_file_is_kept_once(ctx: Context, kept: Path):
    portal = add_portal(ctx)
    add_request(ctx, portal, Status.COMPLETED, title="Offer 1", file=b"%PDF one")
    first = back_up(ctx, kept)
    later = Context(**{**vars(ctx), "now": lambda: ctx.now().replace(year=2030)})
    add_request(ctx, portal, Status.COMPLETED, title="Offer 2", file=b"%PDF two")
    second = back_up(later, kept)
    assert (titles(first.database), titles(second.database)) == (["Offer 1"], ["Offer 1", "Offer 2"])
    assert [(done.files, done.copied) for done in (first, second)] == [(2, 2), (3, 1)]
    assert sum(path.is_file() for path in (kept / "blobs").rglob("*")) == 3


def test_every_file_that_a_row_names_is_in_it(ctx: Context, kept: Path):
    fill(ctx, "acme")
    with reading():
        names = {row.final_sha256 for row in Request.select()} | {row.sha256 for row in Prepared.select()}
    back_up(ctx, kept)
    assert all(LocalBlobs(kept / "blobs").get(name) for name in names)


def test_the_copy_stands_alone_and_only_its_owner_may_read_it(ctx: Context, kept: Path):
    add_portal(ctx)
    done = back_up(ctx, kept)
    assert [path.name for path in kept.iterdir() if path.is_file()] == [done.database.name]
    assert stat.S_IMODE(done.database.stat().st_mode) == 0o600


def test_a_lost_document_is_counted_and_a_preview_that_went_away_is_not(ctx: Context, kept: Path):
    fill(ctx, "acme")
    with reading():
        ctx.blobs.delete(Prepared.get().sha256)
    assert back_up(ctx, kept).lost == 0
    with reading():
        ctx.blobs.delete(Request.get().final_sha256)
    shutil.rmtree(kept / "blobs")
    later = Context(**{**vars(ctx), "now": lambda: ctx.now().replace(year=2030)})
    assert back_up(later, kept).lost == 1


def test_the_command_fails_when_a_document_is_lost_and_the_copy_is_kept(ctx: Context, kept: Path, places: Places):
    fill(ctx, "acme")
    with reading():
        ctx.blobs.delete(Request.get().final_sha256)
    places.leave()
    done = run(places.directory / "here", "backup", str(kept))
    assert (done.returncode, len(list(kept.glob("*.db")))) == (1, 1)
    assert "1 stored files are gone or damaged" in done.stderr


def test_a_new_file_takes_the_database_alone(ctx: Context, places: Places):
    add_portal(ctx)
    target = places.directory / "alone.db"
    assert back_up(ctx, target).database == target
    assert titles(target) == []
    with pytest.raises(ArchiveRefused, match="is there already"):
        back_up(ctx, target)


def test_a_directory_that_is_not_there_is_not_taken_for_a_file(ctx: Context, places: Places):
    with pytest.raises(ArchiveRefused, match="is not a directory"):
        back_up(ctx, places.directory / "not-mounted")
    assert not (places.directory / "not-mounted").exists()


def test_a_damaged_database_gives_no_back_up(ctx: Context, kept: Path, places: Places):
    portal = add_portal(ctx)
    for number in range(200):
        with writing():
            add_request(ctx, portal, Status.DECLINED, title=f"Offer {number} " + "x" * 900)
    database.close_connection()
    path = places.directory / "here" / "paraph.db"
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096] = b"\x00" * 4096
    path.write_bytes(data)
    with pytest.raises(ArchiveRefused, match="copy of the database is damaged"):
        back_up(ctx, kept)
    assert list(kept.iterdir()) == []


def test_postgresql_is_told_to_use_its_own_tool(places: Places, kept: Path):
    places.kinds["here"] = "postgresql"
    with pytest.raises(ArchiveRefused, match="pg_dump --format=custom"):
        back_up(places.open("here"), kept)
    assert list(kept.iterdir()) == []


def test_it_can_be_put_back(ctx: Context, kept: Path, places: Places):
    portal = add_portal(ctx)
    row = add_request(ctx, portal, Status.COMPLETED, file=b"%PDF one")
    done = back_up(ctx, kept)
    restored = places.directory / "restored"
    restored.mkdir()
    shutil.copy(done.database, restored / "paraph.db")
    shutil.copytree(kept / "blobs", restored / "blobs")
    shutil.copy(places.directory / "here" / "secret.key", restored / "secret.key")
    again = places.open("restored")
    with reading():
        assert again.blobs.get(Request.get_by_id(row.id).final_sha256) == b"%PDF one"
    assert run(restored, "export", "--portal", "acme", "--out", str(restored / "acme.zip")).returncode == 0
