"""An archive that was kept stays readable: one that version 0.1.0 wrote is taken in by every later one."""

from __future__ import annotations

from pathlib import Path

from b24app.archive.reader import ArchiveReader
from b24app.services.import_portal import import_portal
from b24app.store import portals, requests
from b24app.store.database import reading
from b24app.store.tables import OutboxMessage, Request
from tests.archive.conftest import Places
from tests.portal_room import ANNA

KEPT = Path(__file__).parent / "written_by_0_1_0.zip"
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def test_it_is_of_the_format_that_it_was_written_in():
    with ArchiveReader(KEPT) as archive:
        assert (archive.manifest.written_by, archive.manifest.tables["request"].rows) == ("Paraph 0.1.0", 2)


def test_it_is_taken_in(places: Places):
    ctx = places.open("new", secret_keys=KEY)
    import_portal(ctx, KEPT)
    with reading():
        rows = {row.title: row for row in Request.select()}
        assert ctx.blobs.get(rows["Offer 2"].final_sha256) == b"%PDF two"
        assert len(requests.load("acme", rows["Offer 1"].id).signers) == 3
        assert OutboxMessage.select().where(OutboxMessage.request == rows["Offer 1"].id).count() == 8
        assert ctx.vault.unlock(portals.token("acme", ANNA).access_token) == "at"
