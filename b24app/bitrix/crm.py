"""The CRM: open a card in one HTTP call, write to it, find employees.

Source: api-reference/crm/universal/*.md, api-reference/user/user-search.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from b24app.bitrix import card_commands, card_reading
from b24app.bitrix import entities as crm
from b24app.bitrix.batch import BatchResult, Command, as_map
from b24app.bitrix.card import CardSnapshot, Employee, Organisation, Person
from b24app.bitrix.card_names import with_names
from b24app.bitrix.card_reading import Row
from b24app.bitrix.client import Portal
from b24app.bitrix.documents import parse_list as read_documents
from b24app.bitrix.entities import Entity, positive_int
from b24app.bitrix.error_codes import DENIED, NOT_FOUND, kind_of
from b24app.bitrix.files import without_links
from b24app.bitrix.oauth import scopes
from b24app.errors import N_, NotAllowed, NotFound

MIN_SEARCH_CHARS = 2


def open_card(portal: Portal, type_id: int, id: int) -> CardSnapshot:
    """Read a card with its people, companies, goods and documents in one HTTP call.

    Raises: NotAllowed when this employee may not read the card, NotFound when it does not exist, BitrixError when
    the portal cannot answer. What else cannot be read (no right, no module) is left empty.
    """
    entity = Entity(type_id, id)
    batch = portal.batch(card_commands.build(entity))
    return with_names(portal, _snapshot(batch, entity))


def _snapshot(batch: BatchResult, entity: Entity) -> CardSnapshot:
    item = _readable_item(batch, entity)
    company = _company(batch, entity, item)
    links, company_links = _links(batch, entity, item, company)
    return CardSnapshot(
        entity=entity,
        title=card_reading.text(item.get("title")) or card_reading.person(item, "", entity.type_id).name,
        item=without_links(item),
        me=_me(batch),
        contacts=_contacts(batch, entity, item, links),
        company=company,
        company_contacts=card_reading.contacts(batch, "k", company_links, "company_contact"),
        lead_person=_lead_person(entity, item),
        responsible=card_reading.responsible(batch, item),
        my_company=_my_company(batch, entity, item),
        products=card_reading.products(batch, entity),
        user_fields=card_reading.card_fields(batch),
        contact_fields=card_reading.user_fields(batch, "contact_fields"),
        company_fields=card_reading.user_fields(batch, "company_fields"),
        documents=read_documents(batch.get("documents"), entity),
        activities=card_reading.activities(batch, entity),
        options=as_map(batch.get("options")),
        scope=scopes(batch.get("scope")),
        truncated=_is_truncated(batch, links, company_links),
    )


def update_command(type_id: int, id: int, fields: Mapping[str, Any]) -> Command:
    """Write fields of a card by their original names; Bitrix24 ignores names it does not know."""
    params = {"entityTypeId": type_id, "id": id, "fields": dict(fields), "useOriginalUfNames": "Y"}
    return Command("crm.item.update", params)


def update_item(portal: Portal, type_id: int, id: int, fields: Mapping[str, Any]) -> Row:
    """Write fields of a card and return it as it is afterwards; files may be among them."""
    command = update_command(type_id, id, fields)
    return as_map(as_map(portal.call(command.method, command.params, write=True).result).get("item"))


def search_employees(portal: Portal, text: str) -> tuple[Employee, ...]:
    """Find active employees by a part of name, position or department."""
    if len(text.strip()) < MIN_SEARCH_CHARS:
        return ()
    rows = as_map(portal.call("user.search", {"FILTER": {"FIND": text.strip()}}).result).values()
    active = [row for row in rows if isinstance(row, Mapping) and row.get("ACTIVE") not in (False, "N", "false")]
    return tuple(card_reading.employee(row) for row in active if row.get("USER_TYPE", "employee") == "employee")


def _readable_item(batch: BatchResult, entity: Entity) -> Row:
    error = batch.error("item")
    if error is not None and kind_of(error) == DENIED:
        raise NotAllowed(N_("You do not have access to this card in Bitrix24. Ask the employee responsible for it."))
    if error is not None and kind_of(error) == NOT_FOUND:
        raise NotFound(N_("Bitrix24 cannot find this card. It may have been deleted."))
    if error is not None:
        raise error
    item = card_reading.item_of(batch, "item", entity.id)
    if item is None:
        raise NotFound(N_("Bitrix24 cannot find this card. It may have been deleted."))
    return item


def _me(batch: BatchResult) -> Employee:
    profile = as_map(batch["me"])
    if not positive_int(profile.get("ID")):
        raise NotAllowed(N_("Your account in this Bitrix24 is not active."))
    me = card_reading.employee(profile, is_admin=batch.get("admin") is True)
    return replace(me, departments=card_reading.employee(as_map(batch.get("employee"))).departments)


def _company(batch: BatchResult, entity: Entity, item: Row) -> Organisation | None:
    if entity.type_id == crm.COMPANY:
        return card_reading.organisation(batch, "company", item)
    found = card_reading.item_of(batch, "company", positive_int(item.get("companyId")))
    return card_reading.organisation(batch, "company", found)


def _my_company(batch: BatchResult, entity: Entity, item: Row) -> Organisation | None:
    """Take the own company the card names, else the portal's first."""
    if card_commands.knows_my_company(entity.type_id):
        named = card_reading.item_of(batch, "named", positive_int(item.get("mycompanyId")))
        if named is not None:
            return card_reading.organisation(batch, "named", named)
    rows = card_reading.rows_of(batch, "my_companies", "items")
    return card_reading.organisation(batch, "mine", rows[0]) if rows and positive_int(rows[0].get("id")) else None


def _links(batch: BatchResult, entity: Entity, item: Row, company: Organisation | None) -> tuple[list[Row], list[Row]]:
    """Read which contacts belong to the card and to its company; without a company those are an accident."""
    links = card_reading.rows_of(batch, "links")
    if entity.type_id not in card_commands.LINKS_OF:
        ids = as_map(item.get("contactIds")).values()
        links = [{"CONTACT_ID": id, "SORT": place} for place, id in enumerate(ids)]
    has_company = company is not None and entity.type_id != crm.COMPANY
    return links, card_reading.rows_of(batch, "company_links") if has_company else []


def _contacts(batch: BatchResult, entity: Entity, item: Row, links: list[Row]) -> tuple[Person, ...]:
    if entity.type_id == crm.CONTACT:
        return (card_reading.person(item, "contact", crm.CONTACT, is_primary=True),)
    return card_reading.contacts(batch, "c", links, "contact")


def _lead_person(entity: Entity, item: Row) -> Person | None:
    """Read the person a lead itself describes; a lead without a name and an address describes nobody."""
    if entity.type_id != crm.LEAD:
        return None
    person = card_reading.person(item, "lead", crm.LEAD, is_primary=True)
    return person if person.name or person.emails else None


def _is_truncated(batch: BatchResult, links: list[Row], company_links: list[Row]) -> bool:
    def asked(prefix: str) -> int:
        keys = {*batch.results, *batch.errors}
        return sum(1 for key in keys if key[:1] == prefix and key[1:].isdecimal())

    return len(links) > asked("c") > 0 or len(company_links) > asked("k") > 0
