"""What a card shows, as data for its script. Shape: see `card_state`."""

from __future__ import annotations

from typing import Any

from b24app.sandbox.portal.crm import Item
from b24app.sandbox.portal.employees import Employee
from b24app.sandbox.portal.fields import COMPANY, CONTACT, STAGES, TYPE_CODES, TYPE_NAMES, UserField
from b24app.sandbox.portal.notifications import Notification
from b24app.sandbox.portal.pages import timeline_state
from b24app.sandbox.portal.portal import Portal

_SUFFIXES = {
    "tabs": "DETAIL_TAB",
    "toolbar": "DETAIL_TOOLBAR",
    "document": "DOCUMENTGENERATOR_BUTTON",
    "timeline": "ACTIVITY_TIMELINE_MENU",
    "activity": "DETAIL_ACTIVITY",
}


def card_state(portal: Portal, item: Item, user: Employee, language: str) -> dict[str, Any]:
    """Everything on the card: stages, sections of fields, clients, goods, documents, timeline, bell, placements."""
    fields = item.fields
    return {
        "version": portal.timeline.version,
        "item": {
            "id": item.id,
            "typeId": item.type_id,
            "title": item.title,
            "editable": user.may("edit", item.assigned_by),
            "stages": _stages(portal, item),
            "rows": _rows(portal, item),
            "properties": [_property(portal, item, known) for known in portal.crm.fields_of(item.type_id)],
            "contacts": [_person(one) for one in _contacts(portal, item)],
            "company": _company(portal, item),
            "amount": f"{fields.get('opportunity') or 0:,.2f} {fields.get('currencyId', '')}",
            "goods": _goods(portal, item),
        },
        "documents": [_document(portal, one) for one in _documents(portal, item)],
        "timeline": timeline_state.timeline_state(portal, (item.type_id, item.id), language),
        "placements": placements(portal, item.type_id, user, language),
        **bell(portal, user),
    }


def bell(portal: Portal, user: Employee) -> dict[str, Any]:
    """The employee's notifications, newest first."""
    notes = portal.notifications.of(user.id)
    return {
        "notifications": [_note(portal, note) for note in notes],
        "unread": sum(not note.read for note in notes),
    }


def _note(portal: Portal, note: Notification) -> dict[str, Any]:
    author = portal.employees.get(note.author_id)
    app = portal.apps.get(note.client_id)
    return {
        "id": note.id,
        "text": note.text,
        "tag": note.tag,
        "read": note.read,
        "created": note.created,
        "author": author.full_name if author else (app.title if app else portal.title),
    }


def placements(portal: Portal, type_id: int, user: Employee, language: str) -> dict[str, list[dict[str, Any]]]:
    """Registered handlers of installed applications, by place; hidden from employees an application is closed to."""
    prefix = f"CRM_{TYPE_NAMES[type_id]}_"
    shown: dict[str, list[dict[str, Any]]] = {}
    for place, suffix in _SUFFIXES.items():
        fitting = [one for one in portal.placements if one.code == prefix + suffix]
        shown[place] = [
            {"id": one.id, "code": one.code, "title": one.title_in(language), "group": one.group_name}
            for one in fitting
            if _is_open(portal, one.client_id, user)
        ]
    return shown


def _is_open(portal: Portal, client_id: str, user: Employee) -> bool:
    app = portal.apps[client_id]
    return app.installed and not app.removed and (app.allowed_users is None or user.id in app.allowed_users)


def _stages(portal: Portal, item: Item) -> list[dict[str, Any]]:
    entity = STAGES.get(item.type_id)
    rows = [row for row in portal.crm.statuses if row["ENTITY_ID"] == entity and row["SEMANTICS"] != "F"]
    current = item.fields.get("stageId")
    reached = next((index for index, row in enumerate(rows) if row["STATUS_ID"] == current), -1)
    return [
        {"id": row["STATUS_ID"], "name": row["NAME"], "color": row["COLOR"], "on": index <= reached}
        for index, row in enumerate(rows)
    ]


def _rows(portal: Portal, item: Item) -> list[dict[str, str]]:
    """Label and text of the plain fields."""
    fields = item.fields
    responsible = portal.employees.get(item.assigned_by)
    rows = [
        ("Lead source", fields.get("sourceId")),
        ("Person", item.person),
        ("Position", fields.get("post")),
        ("E-mail", ", ".join(item.emails())),
        ("Phone", ", ".join(one.value for one in item.fm if one.type_id == "PHONE")),
        ("Comment", fields.get("comments")),
        ("Responsible person", responsible.full_name if responsible else ""),
    ]
    return [{"label": label, "text": str(text)} for label, text in rows if text]


def _property(portal: Portal, item: Item, known: UserField) -> dict[str, Any]:
    value = item.uf.get(known.name)
    shown: dict[str, Any] = {"name": known.name, "label": known.label, "type": known.type, "value": value}
    if known.type == "boolean":
        shown["value"] = bool(value)
    elif known.type == "enumeration":
        shown["text"] = known.options.get(int(value), "") if value else ""
    elif known.type == "file":
        ids = value if isinstance(value, list) else [value] if value else []
        shown["files"] = [_file(portal, int(number)) for number in ids]
    return shown


def _file(portal: Portal, file_id: int) -> dict[str, Any]:
    stored = portal.files.get(file_id)
    path = f"/bitrix/services/main/ajax.php?action=crm.controller.item.getFile&fileId={file_id}"
    return {"name": stored.name if stored else "?", "size": stored.size if stored else 0, "url": path}


def _contacts(portal: Portal, item: Item) -> list[Item]:
    found = (portal.crm.get(CONTACT, number) for number in item.fields.get("contactIds", []))
    return [one for one in found if one is not None]


def _person(contact: Item) -> dict[str, Any]:
    phones = [one.value for one in contact.fm if one.type_id == "PHONE"]
    return {
        "id": contact.id,
        "name": contact.person,
        "post": contact.fields.get("post") or "",
        "emails": contact.emails(),
        "phones": phones,
    }


def _company(portal: Portal, item: Item) -> dict[str, Any] | None:
    company = portal.crm.get(COMPANY, int(item.fields.get("companyId") or 0))
    if company is None:
        return None
    return {"id": company.id, "title": company.title, "emails": company.emails()}


def _goods(portal: Portal, item: Item) -> list[dict[str, Any]]:
    code = TYPE_CODES[item.type_id]
    rows = [row for row in portal.crm.product_rows if (row.owner_type, row.owner_id) == (code, item.id)]
    return [
        {"name": row.name, "quantity": f"{row.quantity:g} {row.measure}", "price": f"{row.net:,.2f}"} for row in rows
    ]


def _documents(portal: Portal, item: Item) -> list[Any]:
    return [one for one in portal.generator.documents.values() if one.owner == (item.type_id, item.id)]


def _document(portal: Portal, document: Any) -> dict[str, Any]:
    action = "crm.documentgenerator.document.getPdf"
    return {
        "id": document.id,
        "title": document.title,
        "url": f"/bitrix/services/main/ajax.php?action={action}&SITE_ID=s1&id={document.id}",
        "ready": document.pdf_id is not None,
    }
