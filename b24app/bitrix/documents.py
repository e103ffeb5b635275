"""Documents that Bitrix24's generator made for a card: list them, fetch their PDF.

Source: api-reference/crm/document-generator/documents/*.md, api-reference/files/how-to-download-files.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from b24app.bitrix.batch import Command, as_map
from b24app.bitrix.client import Portal
from b24app.bitrix.entities import Entity, positive_int
from b24app.bitrix.files import fetch
from b24app.bitrix.values import text
from b24app.errors import N_, BitrixError

MAX_PDF_BYTES = 50 * 1024 * 1024

LIMIT = N_("This Bitrix24's plan does not allow any more documents. Change the plan, or choose another source.")
NO_GENERATOR = N_("This Bitrix24 has no document generator. Choose a template of Paraph, or a file.")
NO_RIGHT = N_("Bitrix24 shows its document templates to those only who may change them. Choose a finished document.")


@dataclass(frozen=True)
class GeneratedDocument:
    """A generated document. `pdf_state`: ready, pending (conversion takes half a minute) or failed."""

    id: int
    title: str
    number: str
    created_at: str
    template_id: int
    pdf_state: str


@dataclass(frozen=True)
class GeneratorTemplate:
    """A template of Bitrix24's generator that fits a type of card."""

    id: int
    name: str


def templates_command(type_id: int) -> Command:
    """List the templates for a type of card; Bitrix24 shows them to those only who may change templates."""
    filters = {"entityTypeId": [str(type_id)], "active": "Y"}
    return Command("crm.documentgenerator.template.list", {"filter": filters, "order": {"id": "ASC"}})


def parse_templates(result: Any, type_id: int) -> tuple[GeneratorTemplate, ...]:
    """Read the answer of `templates_command`, an object by id; a funnel's template ("2_category_0") fits its type."""
    rows = [row for row in as_map(as_map(result).get("templates")).values() if isinstance(row, Mapping)]
    fitting = (row for row in rows if _fits(row.get("entityTypeId"), type_id))
    return tuple(GeneratorTemplate(positive_int(row.get("id")), text(row.get("name"))) for row in fitting)


def make_document(portal: Portal, template_id: int, entity: Entity) -> GeneratedDocument:
    """Have Bitrix24 make a document for a card; its PDF comes later. Raises: BitrixError in words for people."""
    params = {"templateId": template_id, "entityTypeId": entity.type_id, "entityId": entity.id}
    try:
        result = portal.call("crm.documentgenerator.document.add", params, write=True).result
    except BitrixError as error:
        raise in_words(error) from error
    return _parse(as_map(as_map(result).get("document")))


def in_words(error: BitrixError) -> BitrixError:
    """Say what a refusal of the generator means: no module, a plan without it, no right."""
    said = str(error.params.get("detail", "")).lower()
    if error.code == "docgen_limit_error":
        return _same(error, LIMIT)
    if "not installed" in said or error.code == "error_method_not_found":
        return _same(error, NO_GENERATOR)
    if "permission" in said or error.code == "docgen_access_error":
        return _same(error, NO_RIGHT)
    return error


def _same(error: BitrixError, sentence: str) -> BitrixError:
    return BitrixError(sentence, code=error.code, permanent=True)


def _fits(types: Any, type_id: int) -> bool:
    names = [str(name) for name in (types if isinstance(types, list) else as_map(types).values())]
    return not names or any(name.partition("_")[0] == str(type_id) for name in names)


def list_command(entity: Entity) -> Command:
    """List a card's documents, the newest first."""
    filters = {"entityTypeId": entity.type_id, "entityId": entity.id}
    return Command("crm.documentgenerator.document.list", {"filter": filters, "order": {"id": "DESC"}})


def list_documents(portal: Portal, entity: Entity) -> tuple[GeneratedDocument, ...]:
    """Read a card's documents, the newest first."""
    command = list_command(entity)
    return parse_list(portal.call(command.method, command.params).result, entity)


def get_document(portal: Portal, document_id: int) -> GeneratedDocument:
    """Read one document; poll with this until its PDF is ready."""
    return _parse(_get(portal, document_id))


def download_pdf(
    portal: Portal, document_id: int, *, entity: Entity | None = None, max_bytes: int = MAX_PDF_BYTES
) -> bytes:
    """Fetch a document's PDF by its machine link.

    The link embeds the token, so it is asked for anew each time and only followed to the portal itself. With
    `entity` a document of another card is refused. Raises: BitrixError with code pdf_pending while it is converted.
    """
    document = _get(portal, document_id)
    if entity is not None and not _belongs(document, entity):
        raise BitrixError(N_("This document belongs to another card."), code="foreign_document", permanent=True)
    link = str(document.get("pdfUrlMachine") or "")
    if not link:
        raise _no_pdf(document)
    data = fetch(portal, link, max_bytes=max_bytes)
    if not data[:1024].lstrip().startswith(b"%PDF-"):
        raise BitrixError(N_("Bitrix24 returned a file that is not a PDF. Try again."), code="not_pdf")
    return data


def parse_list(result: Any, entity: Entity) -> tuple[GeneratedDocument, ...]:
    """Read the answer of `list_command`, leaving out what belongs to another card."""
    rows = as_map(as_map(result).get("documents")).values()
    return tuple(_parse(row) for row in rows if isinstance(row, Mapping) and _belongs(row, entity))


def _get(portal: Portal, document_id: int) -> Mapping[str, Any]:
    result = portal.call("crm.documentgenerator.document.get", {"id": document_id}).result
    return as_map(as_map(result).get("document"))


def _belongs(row: Mapping[str, Any], entity: Entity) -> bool:
    place = positive_int(row.get("entityTypeId")), positive_int(row.get("entityId"))
    return place == (entity.type_id, entity.id)


def _parse(row: Mapping[str, Any]) -> GeneratedDocument:
    state = "ready" if row.get("pdfUrlMachine") else "failed" if _has_failed(row) else "pending"
    return GeneratedDocument(
        id=positive_int(row.get("id")),
        title=str(row.get("title") or ""),
        number=str(row.get("number") or ""),
        created_at=str(row.get("createTime") or ""),
        template_id=positive_int(row.get("templateId")),
        pdf_state=state,
    )


def _has_failed(row: Mapping[str, Any]) -> bool:
    return row.get("isTransformationError") in (True, 1, "1", "Y", "true")


def _no_pdf(document: Mapping[str, Any]) -> BitrixError:
    if _has_failed(document):
        return BitrixError(
            N_("Bitrix24 could not convert this document to PDF. Create it again, or upload a PDF."),
            code="pdf_failed",
            permanent=True,
        )
    return BitrixError(
        N_("Bitrix24 is still converting this document to PDF. It takes about half a minute."),
        code="pdf_pending",
        retry_after_s=10,
    )
