"""Classic CRM methods: crm.lead.get/list and their siblings, links between items.

Everything is a string, errors have an empty code (docs: api-reference/crm/leads/, deals/, contacts/, companies/).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from b24app.sandbox import php
from b24app.sandbox.portal.crm import Item
from b24app.sandbox.portal.fields import COMPANY, CONTACT, DEAL, LEAD, TYPE_NAMES, classic_field
from b24app.sandbox.portal.rest import filters, item_view
from b24app.sandbox.portal.rest.errors import access_denied, classic, not_found
from b24app.sandbox.portal.rest.items import is_readable
from b24app.sandbox.portal.rest.registry import Context, Page, page_of, rest


def _get(type_id: int) -> Callable[[Context], dict[str, Any]]:
    def get(context: Context) -> dict[str, Any]:
        number = php.as_int(context.get("id"))
        if number <= 0:
            raise classic("ID is not defined or invalid.")
        item = context.portal.crm.get(type_id, number)
        if item is None:
            raise classic("Not found")
        if not is_readable(context, item):
            raise classic("Access denied.")
        return item_view.classic(context, item)

    return get


def _list(type_id: int) -> Callable[[Context], Page]:
    def list_(context: Context) -> Page:
        rows = [item for item in context.portal.crm.of_type(type_id) if is_readable(context, item)]
        conditions = php.as_map(context.get("filter"))
        chosen = [item for item in rows if _fits(context, item, conditions)]
        order = context.get("order") or {"ID": "ASC"}
        arranged = filters.ordered(chosen, order, lambda item, name: _read(context, item, name))
        page = page_of(arranged, context.get("start"))
        select = context.get("select")
        result = [filters.pick(_without_multi(context, item, select), select) for item in page.result]
        return Page(result, page.total, page.next)

    return list_


def _fits(context: Context, item: Item, conditions: dict[str, Any]) -> bool:
    """An unknown filter field is ignored, so a misspelt filter returns everything."""

    def known(name: str) -> bool:
        return classic_field(item.type_id, name) is not None or _property(context, item, name) is not None

    def read(row: Item, name: str) -> Any:
        return _read(context, row, name)

    return filters.matches(item, conditions, read, known, strict=False)


def _property(context: Context, item: Item, name: str) -> Any:
    return context.portal.crm.user_field(item.type_id, name)


def _read(context: Context, item: Item, name: str) -> Any:
    system = classic_field(item.type_id, name)
    if system is not None:
        return item.fields.get(system.name)
    return item.uf.get(name.upper())


def _without_multi(context: Context, item: Item, select: Any) -> dict[str, Any]:
    """Lists show phones and e-mails only when they are selected by name."""
    view = item_view.classic(context, item)
    named = {str(name).upper() for name in php.as_list(select)}
    return {key: value for key, value in view.items() if key not in {"PHONE", "EMAIL", "WEB", "IM"} or key in named}


for _type_id, _name in TYPE_NAMES.items():
    rest(f"crm.{_name.lower()}.get", scope="crm")(_get(_type_id))
    rest(f"crm.{_name.lower()}.list", scope="crm")(_list(_type_id))


def _linked_contacts(type_id: int) -> Callable[[Context], list[dict[str, Any]]]:
    """docs: api-reference/crm/leads/management-communication/crm-lead-contact-items-get.md"""

    def links(context: Context) -> list[dict[str, Any]]:
        item = _link_owner(context, type_id)
        if type_id == COMPANY:
            numbers = [contact.id for contact in context.portal.crm.company_contacts(item.id)]
        else:
            numbers = item.fields["contactIds"]
        return [_link("CONTACT_ID", number, index) for index, number in enumerate(numbers)]

    return links


def _link_owner(context: Context, type_id: int) -> Item:
    item = context.portal.crm.get(type_id, php.as_int(context.get("id")))
    if item is None:
        raise not_found("Not found")
    if not is_readable(context, item):
        raise access_denied("Access denied")
    return item


def _link(key: str, number: int, index: int) -> dict[str, Any]:
    return {key: number, "SORT": (index + 1) * 10, "ROLE_ID": 0, "IS_PRIMARY": "Y" if index == 0 else "N"}


for _type_id in (LEAD, DEAL, COMPANY):
    rest(f"crm.{TYPE_NAMES[_type_id].lower()}.contact.items.get", scope="crm")(_linked_contacts(_type_id))


@rest("crm.contact.company.items.get", scope="crm")
def contact_companies(context: Context) -> list[dict[str, Any]]:
    item = _link_owner(context, CONTACT)
    return [_link("COMPANY_ID", number, index) for index, number in enumerate(item.fields["companyIds"])]
