"""crm.documentgenerator.* (docs: api-reference/crm/document-generator/)."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from b24app.sandbox import php
from b24app.sandbox.examples import pdf
from b24app.sandbox.portal.documents import Document, Template
from b24app.sandbox.portal.rest import filters
from b24app.sandbox.portal.rest.errors import RestError
from b24app.sandbox.portal.rest.items import is_readable
from b24app.sandbox.portal.rest.registry import Context, Page, page_of, rest


@rest("crm.documentgenerator.document.list", scope="crm")
def list_documents(context: Context) -> Page:
    rows = [_row(context, one) for one in context.portal.generator.documents.values() if _is_visible(context, one)]
    chosen = filters.select_rows(rows, context.exact("filter"), context.exact("order"), default_order="id")
    page = page_of(chosen, context.exact("start"))
    select = context.exact("select")
    result = [filters.pick(row, select, ("id",)) for row in page.result]
    return Page({"documents": result}, page.total, page.next)


@rest("crm.documentgenerator.document.get", scope="crm")
def get_document(context: Context) -> dict[str, Any]:
    """`pdfUrl*` are absent until the conversion is done; poll."""
    document = context.portal.generator.documents.get(context.required_int("id"))
    if document is None:
        raise RestError("0", "Document not found")
    if not _is_visible(context, document):
        raise RestError("DOCGEN_ACCESS_ERROR", "Access denied")
    row = _row(context, document)
    for name in ("fileId", "imageId", "pdfId"):
        row.pop(name)
    extra = {
        "changeStampsEnabled": False,
        "changeStampsDisabledReason": "No seals or signatures in the template",
        "publicUrl": None,
        "isTransformationError": document.transformation_error,
        "pullTag": f"TRANSFORMDOCUMENT{document.id}",
        "emailDiskFile": document.disk_id,
    }
    if document.transformation_error:
        extra |= {"transformationErrorCode": 102, "transformationErrorMessage": "Conversion error"}
    return {"document": row | extra}


@rest("crm.documentgenerator.document.add", scope="crm")
def add_document(context: Context) -> dict[str, Any]:
    """A document of a template for a card; its PDF comes later."""
    template = context.portal.generator.templates.get(context.required_int("templateId"))
    owner = (context.required_int("entityTypeId"), context.required_int("entityId"))
    if template is None:
        raise RestError("0", "Template not found")
    item = context.portal.crm.get(*owner)
    if item is None or not is_readable(context, item):
        raise RestError("DOCGEN_ACCESS_ERROR", "Access denied")
    number = str(len(context.portal.generator.documents) + 1)
    content = pdf.write(template.name, f"No. {number}", [str(item.fields.get("title") or "")])
    document = context.portal.add_document(owner, f"{template.name} {number}", number, content, context.user.id)
    document.template_id, document.ready_at = template.id, time.time() + context.portal.generator.conversion_s
    return get_document(replace(context, params={"id": document.id}))


def _is_visible(context: Context, document: Document) -> bool:
    item = context.portal.crm.get(*document.owner)
    return item is not None and is_readable(context, item)


def _row(context: Context, document: Document) -> dict[str, Any]:
    kind, number = document.owner
    row: dict[str, Any] = {
        "id": str(document.id),
        "title": document.title,
        "number": document.number,
        "templateId": str(document.template_id),
        "fileId": str(document.docx_file_id),
        "imageId": None,
        "pdfId": str(document.pdf_id) if document.pdf_id else None,
        "createTime": document.created,
        "updateTime": document.created,
        "values": {"_creationMethod": "public", "stampsEnabled": True},
        "createdBy": str(document.created_by),
        "updatedBy": None,
        "stampsEnabled": True,
        "entityId": str(number),
        "entityTypeId": str(kind),
    }
    row |= _links(context, document.id, "download", "download")
    if document.pdf_id:
        row |= _links(context, document.id, "pdf", "getPdf")
    return row


def _links(context: Context, number: int, kind: str, action: str) -> dict[str, str]:
    """Browser link and machine link; the latter carries the token and dies with it."""
    url = context.portal.url
    method = f"crm.documentgenerator.document.{action}"
    token = context.portal.files.sign(f"document-{kind}", number, context.access)
    return {
        f"{kind}Url": f"{url}/bitrix/services/main/ajax.php?action={method}&SITE_ID=s1&id={number}",
        f"{kind}UrlMachine": f"{url}/rest/{method}.json?auth={context.access}&token={token}",
    }


@rest("crm.documentgenerator.template.list", scope="crm")
def list_templates(context: Context) -> Page:
    """Needs the right to modify templates; an object keyed by id."""
    if not context.user.admin:
        raise RestError("", "You do not have permissions to modify templates")
    rows = [_template(one) for one in context.portal.generator.templates.values()]
    conditions = php.as_map(context.exact("filter"))
    wanted = {str(value) for value in php.as_list(conditions.pop("entityTypeId", None))}
    rows = [row for row in rows if not wanted or wanted & set(row["entityTypeId"])]
    chosen = filters.select_rows(rows, conditions, context.exact("order"), default_order="id")
    page = page_of(chosen, context.exact("start"))
    return Page({"templates": {row["id"]: row for row in page.result}}, page.total, page.next)


def _template(template: Template) -> dict[str, Any]:
    return {
        "id": str(template.id),
        "name": template.name,
        "region": template.region,
        "active": "Y" if template.active else "N",
        "users": ["UA"],
        "entityTypeId": template.entity_types,
    }
