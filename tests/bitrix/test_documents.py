from __future__ import annotations

from typing import Any

import pytest

from b24app.bitrix import documents
from b24app.bitrix.client import Portal
from b24app.bitrix.entities import Entity
from b24app.errors import BitrixError
from tests.bitrix.mini_portal import MiniPortal
from tests.bitrix.server import Reply, Server

LEAD = Entity(1, 77)


def row(server: Server, **more: Any) -> dict[str, Any]:
    link = f"{server.url}/rest/crm.documentgenerator.document.getPdf.json?token=t"
    return {"id": "61", "title": "Offer", "entityTypeId": "1", "entityId": "77", "pdfUrlMachine": link, **more}


@pytest.fixture
def mini(server: Server) -> MiniPortal:
    server.on("/rest/crm.documentgenerator.document.getPdf.json", Reply(raw=b"%PDF-1.7 x"))
    return MiniPortal(server)


def get(mini: MiniPortal, document: dict[str, Any]) -> None:
    mini.on("crm.documentgenerator.document.get", {"document": document})


def test_lists_the_documents_of_a_card(server: Server, portal: Portal, mini: MiniPortal) -> None:
    rows = [
        row(server),
        row(server, id="60", pdfUrlMachine=""),
        row(server, id="59", pdfUrlMachine=None, isTransformationError=True),
        row(server, id="58", entityId="78"),
    ]
    mini.on("crm.documentgenerator.document.list", {"documents": rows})
    found = documents.list_documents(portal, LEAD)
    assert [(one.id, one.pdf_state) for one in found] == [(61, "ready"), (60, "pending"), (59, "failed")]


def test_fetches_a_pdf_with_the_headers_the_portal_wants(server: Server, portal: Portal, mini: MiniPortal) -> None:
    get(mini, row(server))
    assert documents.download_pdf(portal, 61, entity=LEAD) == b"%PDF-1.7 x"
    asked = server.asked[-1]
    assert asked.headers["referer"] == server.url + "/"
    assert asked.headers["user-agent"].startswith("Mozilla")


def test_a_pdf_still_being_converted_says_when_to_come_back(server: Server, portal: Portal, mini: MiniPortal) -> None:
    get(mini, row(server, pdfUrlMachine=""))
    with pytest.raises(BitrixError) as error:
        documents.download_pdf(portal, 61)
    assert (error.value.code, error.value.permanent, error.value.retry_after_s) == ("pdf_pending", False, 10)


def test_a_failed_conversion_is_final(server: Server, portal: Portal, mini: MiniPortal) -> None:
    get(mini, row(server, pdfUrlMachine="", isTransformationError=True))
    with pytest.raises(BitrixError) as error:
        documents.download_pdf(portal, 61)
    assert (error.value.code, error.value.permanent) == ("pdf_failed", True)


def test_a_link_that_leads_elsewhere_is_not_followed(server: Server, portal: Portal, mini: MiniPortal) -> None:
    get(mini, row(server, pdfUrlMachine="http://127.0.0.1:1/x.pdf"))
    with pytest.raises(BitrixError) as error:
        documents.download_pdf(portal, 61)
    assert error.value.code == "foreign_link"


def test_a_document_of_another_card_is_refused(server: Server, portal: Portal, mini: MiniPortal) -> None:
    get(mini, row(server, entityId="78"))
    with pytest.raises(BitrixError) as error:
        documents.download_pdf(portal, 61, entity=LEAD)
    assert error.value.code == "foreign_document"


def test_what_is_no_pdf_is_refused(server: Server, portal: Portal, mini: MiniPortal) -> None:
    get(mini, row(server))
    server.on("/rest/crm.documentgenerator.document.getPdf.json", Reply(raw=b"<html>login"))
    with pytest.raises(BitrixError) as error:
        documents.download_pdf(portal, 61)
    assert error.value.code == "not_pdf"
