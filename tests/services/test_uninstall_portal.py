"""A portal goes: tokens always, data when asked, other portals untouched."""

from __future__ import annotations

import pytest

from b24app.domain.signature_request import Status
from b24app.services.uninstall_portal import uninstall_portal
from b24app.store import database, derived, holdings, portals, removal, requests
from b24app.store.tables import ALL, PortalToken, Request, SignerRow
from tests.portal_room import ANNA, add_portal, add_request, open_room

SHARED = b"%PDF the same bytes in two portals"


@pytest.fixture
def ctx(tmp_path, database_url):
    context = open_room(tmp_path, database_url=database_url)
    with database.reading():
        yield context


def test_tokens_go_and_data_stays(ctx):
    portal = add_portal(ctx)
    row = add_request(ctx, portal, Status.COMPLETED, file=b"%PDF")
    uninstall_portal(ctx, portal, clean=False)
    gone = portals.find("acme")
    assert gone is not None
    assert (gone.health, portals.token("acme", ANNA)) == ("uninstalled", None)
    assert gone.uninstalled_at is not None
    assert ctx.blobs.has(row.final_sha256)
    assert holdings.count_finished("acme") == 1


def test_what_is_still_out_is_called_back(ctx):
    portal = add_portal(ctx)
    row = add_request(ctx, portal, Status.AWAITING_SIGNATURES)
    done = add_request(ctx, portal, Status.COMPLETED)
    uninstall_portal(ctx, portal, clean=False)
    assert requests.load("acme", row.id).status is Status.VOIDED
    assert requests.load("acme", done.id).status is Status.COMPLETED


def test_clean_deletes_rows_and_files(ctx):
    portal = add_portal(ctx)
    row = add_request(ctx, portal, Status.COMPLETED, file=b"%PDF")
    uninstall_portal(ctx, portal, clean=True)
    assert not ctx.blobs.has(row.final_sha256)
    assert not ctx.blobs.has(row.document_sha256)
    assert all(table.select().where(table.portal == "acme").count() == 0 for table in removal.OWNED)
    assert portals.find("acme").settings == {}


def test_clean_deletes_the_pictures_of_pages_too(ctx):
    portal = add_portal(ctx)
    row = add_request(ctx, portal, Status.COMPLETED, file=b"%PDF")
    picture = ctx.blobs.put(b"webp")
    with database.writing():
        derived.keep(row.final_sha256, "picture:1:480", picture)
    uninstall_portal(ctx, portal, clean=True)
    assert not ctx.blobs.has(picture)
    assert derived.find(row.final_sha256, "picture:1:480") is None


def test_clean_leaves_other_portals_and_shared_files(ctx):
    acme, vera = add_portal(ctx), add_portal(ctx, "vera")
    add_request(ctx, acme, Status.COMPLETED, file=SHARED)
    kept = add_request(ctx, vera, Status.COMPLETED, file=SHARED)
    uninstall_portal(ctx, acme, clean=True)
    assert ctx.blobs.get(kept.final_sha256) == SHARED
    assert Request.select().where(Request.portal == "vera").count() == 1
    assert SignerRow.select().where(SignerRow.portal == "vera").count() == 1
    assert PortalToken.select().where(PortalToken.portal == "vera").count() == 1


def test_twice_does_no_harm_and_clean_may_come_later(ctx):
    portal = add_portal(ctx)
    row = add_request(ctx, portal, Status.COMPLETED, file=b"%PDF")
    uninstall_portal(ctx, portal, clean=False)
    first = portals.find("acme").uninstalled_at
    uninstall_portal(ctx, portals.find("acme"), clean=False)
    assert portals.find("acme").uninstalled_at == first
    uninstall_portal(ctx, portals.find("acme"), clean=True)
    assert not ctx.blobs.has(row.final_sha256)


def test_every_column_that_names_a_file_is_known_to_the_removal():
    named = {
        (table.__name__, name)
        for table in ALL
        for name in table._meta.fields
        if name.endswith("sha256") and "portal" in table._meta.fields
    }
    assert named == {(column.model.__name__, column.name) for column in removal.BLOB_COLUMNS}
