"""How a CRM item looks through crm.item.* and through the classic methods."""

from __future__ import annotations

from typing import Any

from b24app.sandbox import moments, php
from b24app.sandbox.portal.crm import Item
from b24app.sandbox.portal.fields import FIELDS, TYPE_CODES, TYPE_IDS, TYPE_NAMES, UserField, camel_uf
from b24app.sandbox.portal.rest.registry import Context

_FLAT = [(kind, value_type) for kind in ("phone", "email") for value_type in ("WORK", "HOME", "MAILING", "MOBILE")]


def owner_type(value: Any) -> int | None:
    """A CRM type given by number (1) or by name (lead, LEAD, L)."""
    number = php.as_int(value)
    if number in TYPE_NAMES:
        return number
    text = str(value).upper()
    return TYPE_IDS.get(text) or next((kind for kind, code in TYPE_CODES.items() if code == text), None)


def modern(context: Context, item: Item, *, original: bool, multi: bool = True) -> dict[str, Any]:
    """The item of crm.item.get (docs: api-reference/crm/universal/crm-item-get.md).

    Numbers are numbers, absent companies and contacts are 0, absent texts null.
    """
    view: dict[str, Any] = {}
    for known in FIELDS[item.type_id]:
        value = item.fields.get(known.name)
        view[known.name] = moments.date_field(value) if known.type == "date" and value else value
    for user_field in context.portal.crm.fields_of(item.type_id):
        key = user_field.name if original else camel_uf(user_field.name)
        view[key] = modern_uf(context, user_field, item.uf.get(user_field.name))
    if item.fm or "hasEmail" in view:
        view |= _flat_aliases(item)
    if multi:
        view["fm"] = [
            {"id": one.id, "valueType": one.value_type, "value": one.value, "typeId": one.type_id} for one in item.fm
        ]
    return view | {"entityTypeId": item.type_id}


def _flat_aliases(item: Item) -> dict[str, str]:
    """email, emailWork, phone…: the first value of each kind; they hide the others."""

    def first(kind: str, value_type: str | None = None) -> str:
        fitting = (
            one.value for one in item.fm if one.type_id == kind and (value_type is None or one.value_type == value_type)
        )
        return next(fitting, "")

    flat = {f"{kind}{value_type.capitalize()}": first(kind.upper(), value_type) for kind, value_type in _FLAT}
    flat.pop("emailMobile")
    flat.pop("phoneHome")
    return flat | {"email": first("EMAIL"), "phone": first("PHONE")}


def modern_uf(context: Context, known: UserField, value: Any) -> Any:
    """A property's value: booleans Y/N, enumerations as option ids, files {id, url, urlMachine}."""
    if known.multiple:
        return [_modern_one(context, known, one) for one in value or []]
    if known.type == "boolean" and value is None:
        value = php.truthy(known.settings.get("DEFAULT_VALUE", 0))
    return _modern_one(context, known, value)


def _modern_one(context: Context, known: UserField, value: Any) -> Any:
    if value is None:
        return None
    if known.type == "boolean":
        return "Y" if value else "N"
    if known.type == "date":
        return moments.date_field(value)
    if known.type == "file":
        return file_links(context, int(value))
    return value


def file_links(context: Context, file_id: int) -> dict[str, Any]:
    """Links of a file property: `url` needs a browser session, `urlMachine` carries the token."""
    portal = context.portal
    token = portal.files.sign("crm", file_id, context.access)
    return {
        "id": file_id,
        "url": f"{portal.url}/bitrix/services/main/ajax.php?action=crm.controller.item.getFile&fileId={file_id}",
        "urlMachine": f"{portal.url}/rest/crm.controller.item.getFile.json?auth={context.access}&token={token}",
    }


def classic(context: Context, item: Item) -> dict[str, Any]:
    """The item of crm.lead.get: upper-case keys, every value a string, multifields by kind.

    docs: api-reference/crm/leads/crm-lead-get.md
    """
    view = {
        known.classic: classic_value(item.fields.get(known.name))
        for known in FIELDS[item.type_id]
        if known.name not in {"contactIds", "companyIds", "observers"}
    }
    for user_field in context.portal.crm.fields_of(item.type_id):
        view[user_field.name] = classic_uf(context, user_field, item.uf.get(user_field.name))
    for kind in ("PHONE", "EMAIL", "WEB", "IM"):
        rows = [
            {"ID": str(one.id), "VALUE_TYPE": one.value_type, "VALUE": one.value, "TYPE_ID": kind}
            for one in item.fm
            if one.type_id == kind
        ]
        if rows:
            view[kind] = rows
    return view


def classic_value(value: Any) -> Any:
    """Strings throughout; null stays null."""
    if value is None:
        return None
    if isinstance(value, float):
        return f"{value:.2f}"
    return str(value)


def classic_uf(context: Context, known: UserField, value: Any) -> Any:
    """A property in the classic API: booleans "1"/"0", files {id, showUrl, downloadUrl}."""
    if known.multiple:
        return [_classic_one(context, known, one) for one in value] if value else False
    return _classic_one(context, known, value)


def _classic_one(context: Context, known: UserField, value: Any) -> Any:
    if known.type == "boolean":
        return "1" if value else "0"
    if value is None:
        return None
    if known.type == "date":
        return moments.date_field(value)
    if known.type == "file":
        url = f"{context.portal.url}/bitrix/components/bitrix/crm.lead.show/show_file.php?fileId={value}"
        return {"id": str(value), "showUrl": url, "downloadUrl": url}
    return str(value)
