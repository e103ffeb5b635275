"""A portal that has moved away is deleted where it was, and only when its archive holds everything of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from b24app.errors import ArchiveRefused
from b24app.services.export_portal import export_portal
from b24app.services.forget_portal import LIFE, forget_portal
from b24app.services.import_portal import import_portal
from b24app.store import removal
from b24app.store.database import reading, writing
from b24app.store.tables import Portal, Request
from tests import databases
from tests.archive.conftest import Places
from tests.archive.filling import contents, fill
from tests.archive.forging import change_contents
from tests.command_line import run


@pytest.fixture(params=databases.KINDS)
def here(request: pytest.FixtureRequest, places: Places) -> Places:
    """Acme and Vera; Acme's archive is written."""
    places.kinds["here"] = request.param
    ctx = places.open("here")
    for portal in ("acme", "vera"):
        fill(ctx, portal)
    export_portal(ctx, "acme", places.directory / "acme.zip")
    return places


def archive(here: Places) -> Path:
    return here.directory / "acme.zip"


def test_rows_and_files_go_and_others_stay(here: Places):
    ctx, vera = here.open("here"), contents("vera")
    with reading():
        files = removal.blobs_of("acme")
    forget_portal(ctx, archive(here))
    assert not any(ctx.blobs.has(name) for name in files)
    with reading():
        assert [row.member_id for row in Portal.select()] == ["vera"]
        assert all(table.select().where(table.portal == "acme").count() == 0 for table in removal.OWNED)
    assert contents("vera") == vera


def test_files_stay_in_a_store_that_the_new_place_took_over(places: Places):
    """Both name the same folder: what the old place does not need any more, the new one does."""
    shared = {"blob_url": f"file://{places.directory}/shared"}
    ctx = places.open("here", **shared)
    fill(ctx, "acme")
    export_portal(ctx, "acme", places.directory / "acme.zip")
    there = places.open("there", secret_keys=ctx.settings.keys()[0], **shared)
    import_portal(there, places.directory / "acme.zip")
    forget_portal(places.open("here", **shared), places.directory / "acme.zip")
    there = places.open("there", secret_keys=ctx.settings.keys()[0], **shared)
    with reading():
        assert all(there.blobs.has(name) for name in removal.blobs_of("acme"))


@pytest.mark.parametrize("table", LIFE, ids=lambda table: table.__name__)
def test_nothing_goes_when_something_has_happened_since(places: Places, table):
    ctx = places.open("here")
    fill(ctx, "acme")
    export_portal(ctx, "acme", places.directory / "acme.zip")
    with writing():
        assert table.delete().where(table.portal == "acme").execute()
    with pytest.raises(ArchiveRefused, match=rf"Something has happened .*\({table._meta.table_name}\)"):
        forget_portal(ctx, places.directory / "acme.zip")
    assert Portal.select().count() == 1


def test_an_archive_that_is_not_whole_deletes_nothing(here: Places):
    ctx = here.open("here")
    with reading():
        lost = Request.get(Request.portal == "acme").final_sha256
    change_contents(archive(here), here.directory / "torn.zip", ctx.settings.keys()[0], without_file=lost)
    with pytest.raises(ArchiveRefused, match="is not in the archive"):
        forget_portal(ctx, here.directory / "torn.zip")
    assert Portal.select().count() == 2


def test_the_command_says_what_is_gone_and_a_second_time_refuses(here: Places):
    here.leave()
    address = {"DATABASE_URL": here.url("here")}
    done = run(here.directory / "here", "forget", str(archive(here)), **address)
    assert (done.returncode, "Deleted here: portal acme" in done.stdout) == (0, True), done.stderr
    again = run(here.directory / "here", "forget", str(archive(here)), **address)
    assert (again.returncode, "Something has happened here" in again.stderr) == (1, True)
