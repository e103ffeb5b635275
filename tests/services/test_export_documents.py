"""The archive of finished documents: readable names, a list, nothing of another portal."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from b24app.domain.signature_request import Status
from b24app.errors import NotFound
from b24app.services.export_documents import export_documents
from b24app.store import database
from tests.portal_room import add_portal, add_request, open_room


@pytest.fixture
def ctx(tmp_path, database_url):
    context = open_room(tmp_path, database_url=database_url)
    with database.reading():
        yield context


def listing(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read("documents.csv").decode("utf-8-sig"))))


def test_it_holds_each_finished_document_and_a_list(ctx):
    portal = add_portal(ctx)
    row = add_request(ctx, portal, Status.COMPLETED, title="Offer 12", file=b"%PDF one")
    add_request(ctx, portal, Status.DECLINED, title="Declined")
    with export_documents(ctx, portal) as file, zipfile.ZipFile(file) as archive:
        [line] = listing(archive)
        assert archive.read(line["File"]) == b"%PDF one"
        assert line["File"] == f"2026-03-02 Offer 12 ({row.id[:8]}).pdf"
        assert line["Signatories"] == "Petra Signer <petra@example.com>"
        assert line["Card"] == "https://acme.bitrix24.test/crm/lead/details/77/"


def test_names_cannot_leave_the_folder_nor_become_formulas(ctx):
    portal = add_portal(ctx)
    add_request(ctx, portal, Status.COMPLETED, title="=1+1 ../../etc: \u202egnp.exe", file=b"%PDF")
    with export_documents(ctx, portal) as file, zipfile.ZipFile(file) as archive:
        [line] = listing(archive)
        assert "/" not in line["File"]
        assert "\u202e" not in line["File"]
        assert line["Title"].startswith("'=")


def test_a_lost_file_is_listed_without_one(ctx):
    portal = add_portal(ctx)
    row = add_request(ctx, portal, Status.COMPLETED, file=b"%PDF")
    ctx.blobs.delete(row.final_sha256)
    with export_documents(ctx, portal) as file, zipfile.ZipFile(file) as archive:
        assert listing(archive)[0]["File"] == ""


def test_another_portals_documents_are_not_in_it(ctx):
    portal, vera = add_portal(ctx), add_portal(ctx, "vera")
    add_request(ctx, vera, Status.COMPLETED, file=b"%PDF")
    with pytest.raises(NotFound):
        export_documents(ctx, portal)
