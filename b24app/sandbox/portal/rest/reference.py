"""Requisites, bank details, addresses, goods, stages, properties."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from b24app.sandbox import php
from b24app.sandbox.portal.fields import TYPE_CODES, TYPE_IDS, TYPE_NAMES, UserField
from b24app.sandbox.portal.rest import filters
from b24app.sandbox.portal.rest.errors import RestError, access_denied, classic
from b24app.sandbox.portal.rest.items import is_readable
from b24app.sandbox.portal.rest.registry import Context, Page, page_of, rest

USER_TYPES = {
    "string", "integer", "double", "boolean", "datetime", "date", "money", "url", "address", "enumeration", "file",
    "employee", "crm_status", "iblock_section", "iblock_element", "crm",
}  # fmt: skip
MAX_NAME = 50


def _rows(context: Context, rows: list[dict[str, Any]], order: str = "ID") -> Page:
    chosen = filters.select_rows(rows, context.get("filter"), context.get("order"), default_order=order)
    page = page_of(chosen, context.get("start"))
    return Page([filters.pick(row, context.get("select")) for row in page.result], page.total, page.next)


@rest("crm.requisite.list", scope="crm")
def requisites(context: Context) -> Page:
    """docs: api-reference/crm/requisites/universal/crm-requisite-list.md"""
    return _rows(context, context.portal.crm.requisites)


@rest("crm.requisite.bankdetail.list", scope="crm")
def bank_details(context: Context) -> Page:
    """docs: api-reference/crm/requisites/bank-detail/crm-requisite-bank-detail-list.md"""
    return _rows(context, context.portal.crm.bank_details)


@rest("crm.address.list", scope="crm")
def addresses(context: Context) -> Page:
    """docs: api-reference/crm/requisites/addresses/crm-address-list.md; addresses have no ID."""
    chosen = filters.select_rows(
        context.portal.crm.addresses, context.get("filter"), context.get("order"), default_order="ENTITY_ID"
    )
    page = page_of(chosen, context.get("start"))
    return Page([filters.pick(row, context.get("select"), ()) for row in page.result], page.total, page.next)


@rest("crm.item.productrow.list", scope="crm")
def product_rows(context: Context) -> Page:
    """Needs =ownerType and =ownerId (docs: api-reference/crm/universal/product-rows/crm-item-productrow-list.md)."""
    conditions = php.as_map(context.exact("filter"))
    owner_type = str(conditions.get("=ownerType", conditions.get("ownerType", "")))
    owner_id = php.as_int(conditions.get("=ownerId", conditions.get("ownerId")))
    type_id = next((number for number, code in TYPE_CODES.items() if code == owner_type), None)
    if type_id is None or not owner_id:
        raise RestError("0", "ownerType and ownerId must be specified in filter")
    item = context.portal.crm.get(type_id, owner_id)
    if item is None or not is_readable(context, item):
        raise access_denied("Access denied")
    rows = [
        row.as_rest()
        for row in context.portal.crm.product_rows
        if (row.owner_type, row.owner_id) == (owner_type, owner_id)
    ]
    rest_of = {key: value for key, value in conditions.items() if not key.endswith(("ownerType", "ownerId"))}
    arranged = filters.select_rows(rows, rest_of, context.exact("order"), default_order="id")
    page = page_of(arranged, context.exact("start"))
    return Page({"productRows": page.result}, page.total, page.next)


@rest("crm.status.list", scope="crm")
def statuses(context: Context) -> Page:
    """docs: api-reference/crm/status/crm-status-list.md; no paging."""
    rows = filters.select_rows(
        context.portal.crm.statuses, context.get("filter"), context.get("order"), default_order="SORT"
    )
    return Page(rows, len(rows))


def _property_row(known: UserField) -> dict[str, Any]:
    """docs: api-reference/crm/leads/userfield/crm-lead-userfield-list.md"""
    row: dict[str, Any] = {
        "ID": str(known.id),
        "ENTITY_ID": known.entity,
        "FIELD_NAME": known.name,
        "USER_TYPE_ID": known.type,
        "XML_ID": known.xml_id,
        "SORT": str(known.sort),
        "MULTIPLE": "Y" if known.multiple else "N",
        "MANDATORY": "Y" if known.mandatory else "N",
        "SHOW_FILTER": "E",
        "SHOW_IN_LIST": "Y",
        "EDIT_IN_LIST": "Y",
        "IS_SEARCHABLE": "N",
        "SETTINGS": known.settings,
        "EDIT_FORM_LABEL": known.label,
        "LIST_COLUMN_LABEL": known.label,
        "LIST_FILTER_LABEL": known.label,
        "ERROR_MESSAGE": None,
        "HELP_MESSAGE": None,
    }
    if known.type == "enumeration":
        row["LIST"] = [
            {"ID": str(number), "SORT": str((index + 1) * 10), "VALUE": text, "DEF": "N", "XML_ID": f"opt{number}"}
            for index, (number, text) in enumerate(known.options.items())
        ]
    return row


def _property_list(entity: str) -> Callable[[Context], Page]:
    def list_(context: Context) -> Page:
        if not isinstance(context.get("filter", {}), dict | list):
            raise classic("Parameter 'filter' must be array")
        rows = [_property_row(known) for known in context.portal.crm.fields_of(TYPE_IDS[entity])]
        chosen = filters.select_rows(rows, context.get("filter"), context.get("order"))
        return Page(chosen, len(chosen))

    return list_


def _property_get(entity: str) -> Callable[[Context], dict[str, Any]]:
    def get(context: Context) -> dict[str, Any]:
        number = php.as_int(context.get("id"))
        for known in context.portal.crm.fields_of(TYPE_IDS[entity]):
            if known.id == number:
                return _property_row(known)
        raise classic(f"The entity with ID '{number}' is not found")

    return get


def _property_add(entity: str) -> Callable[[Context], int]:
    """docs: api-reference/crm/leads/userfield/crm-lead-userfield-add.md"""

    def add(context: Context) -> int:
        if not context.user.admin:
            raise classic("Access denied.")
        fields = {str(key).upper(): value for key, value in php.as_map(context.get("fields")).items()}
        kind = str(fields.get("USER_TYPE_ID") or "")
        name = _property_name(context, entity, fields)
        if not kind:
            raise classic("The 'USER_TYPE_ID' field is not found.")
        if kind not in USER_TYPES:
            raise RestError("ERROR_CORE", "Invalid custom type specified.")
        options = [str(row.get("VALUE", "")) for row in php.as_list(fields.get("LIST")) if isinstance(row, dict)]
        known = context.portal.crm.add_user_field(
            f"CRM_{entity}",
            name,
            kind,
            _label(fields) or name,
            multiple=php.truthy(fields.get("MULTIPLE")) and kind != "boolean",
            mandatory=php.truthy(fields.get("MANDATORY")),
            settings=php.as_map(fields.get("SETTINGS")),
            xml_id=fields.get("XML_ID"),
            options=options,
        )
        return known.id

    return add


def _property_name(context: Context, entity: str, fields: dict[str, Any]) -> str:
    given = str(fields.get("FIELD_NAME") or "").upper()
    if not given:
        raise classic("The 'FIELD_NAME' field is not found.")
    name = given if given.startswith("UF_CRM_") else f"UF_CRM_{given}"
    if len(name) > MAX_NAME:
        raise RestError("ERROR_CORE", "Field name is too long (more than 50 characters).")
    if not re.fullmatch(r"[A-Z0-9_]+", name):
        raise RestError("ERROR_CORE", "Field name contains invalid characters. Allowed characters are: A-Z, 0-9 and _.")
    if context.portal.crm.user_field(TYPE_IDS[entity], name):
        raise RestError("ERROR_CORE", f"The {name} field for CRM_{entity} object already exists.")
    return name


def _label(fields: dict[str, Any]) -> str:
    for key in ("EDIT_FORM_LABEL", "LABEL", "LIST_COLUMN_LABEL"):
        value = fields.get(key)
        if isinstance(value, dict) and value:
            return str(value.get("en") or next(iter(value.values())))
        if value:
            return str(value)
    return ""


for _entity in TYPE_NAMES.values():
    rest(f"crm.{_entity.lower()}.userfield.list", scope="crm")(_property_list(_entity))
    rest(f"crm.{_entity.lower()}.userfield.get", scope="crm")(_property_get(_entity))
    rest(f"crm.{_entity.lower()}.userfield.add", scope="crm")(_property_add(_entity))
