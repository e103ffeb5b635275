"""The one batch that opens a card: at most 50 commands, each building on earlier ones by macros.

Source: settings/how-to-call-rest-api/batch.md and the pages of each method. A macro on a missing field inserts the
whole parent record, so card_reading.py believes only what names the id it asked for.
"""

from __future__ import annotations

from b24app.bitrix import entities as crm
from b24app.bitrix.batch import MAX_COMMANDS, Command, Ref, ref
from b24app.bitrix.documents import list_command as list_documents
from b24app.bitrix.entities import Entity

MAX_CONTACTS = 20
MAX_COMPANY_CONTACTS = 10
USER_FIELDS_OF = {
    crm.LEAD: "lead",
    crm.DEAL: "deal",
    crm.CONTACT: "contact",
    crm.COMPANY: "company",
    crm.QUOTE: "quote",
}
LINKS_OF = {
    crm.LEAD: "crm.lead.contact.items.get",
    crm.DEAL: "crm.deal.contact.items.get",
    crm.COMPANY: "crm.company.contact.items.get",
}
KNOWS_MY_COMPANY = frozenset({crm.QUOTE, crm.SMART_INVOICE})


def knows_my_company(type_id: int) -> bool:
    """Tell whether records of this type name one of the portal's own companies themselves."""
    return type_id in KNOWS_MY_COMPANY or type_id >= crm.FIRST_DYNAMIC


def build(entity: Entity) -> dict[str, Command]:
    """Compose the batch for a card."""
    commands = _about_card(entity)
    if entity.type_id != crm.COMPANY:
        commands["company"] = _item(crm.COMPANY, ref("item", "item", "companyId"))
        commands["company_links"] = Command(LINKS_OF[crm.COMPANY], {"id": ref("item", "item", "companyId")})
    commands |= _about_company("company", _company_id(entity))
    commands["my_companies"] = _my_companies()
    commands |= _about_company("mine", ref("my_companies", "items", 0, "id"))
    if knows_my_company(entity.type_id):
        named = ref("item", "item", "mycompanyId")
        commands |= {"named": _item(crm.COMPANY, named)} | _about_company("named", named)
    commands |= _people(entity, MAX_COMMANDS - len(commands))
    return commands


def _about_card(entity: Entity) -> dict[str, Command]:
    type_id = entity.type_id
    owner = {"OWNER_TYPE_ID": type_id, "OWNER_ID": entity.id}
    commands = {
        "me": Command("profile"),
        "admin": Command("user.admin"),
        "employee": Command("user.current"),
        "scope": Command("scope"),
        "options": Command("user.option.get"),
        "item": _item(type_id, entity.id),
        "fields": fields_command(type_id),
        "contact_fields": fields_command(crm.CONTACT),
        "company_fields": fields_command(crm.COMPANY),
        "responsible": Command("user.get", {"FILTER": {"ID": ref("item", "item", "assignedById")}}),
        "documents": list_documents(entity),
        "activities": Command(
            "crm.activity.list",
            {
                "filter": {**owner, "PROVIDER_ID": "CONFIGURABLE_REST_APP"},
                "order": {"ID": "DESC"},
            },
        ),
        "products": Command(
            "crm.item.productrow.list",
            {"filter": {"=ownerType": crm.abbreviation(type_id), "=ownerId": entity.id}, "order": {"sort": "ASC"}},
        ),
    }
    if name := USER_FIELDS_OF.get(type_id):
        commands["user_fields"] = Command(f"crm.{name}.userfield.list", {"filter": {"LANG": "en"}})
    return commands


def fields_command(type_id: int) -> Command:
    """Ask which fields records of a type have; any employee may."""
    return Command("crm.item.fields", {"entityTypeId": type_id, "useOriginalUfNames": "Y"})


def _item(type_id: int, id: int | Ref) -> Command:
    return Command("crm.item.get", {"entityTypeId": type_id, "id": id, "useOriginalUfNames": "Y"})


def _company_id(entity: Entity) -> int | Ref:
    return entity.id if entity.type_id == crm.COMPANY else ref("item", "item", "companyId")


def _my_companies() -> Command:
    return Command(
        "crm.item.list",
        {
            "entityTypeId": crm.COMPANY,
            "select": ["*"],
            "filter": {"isMyCompany": "Y"},
            "order": {"id": "ASC"},
            "useOriginalUfNames": "Y",
        },
    )


def _about_company(key: str, company_id: int | Ref) -> dict[str, Command]:
    """Details of a company: requisites, and bank and address of the first of them."""
    first = ref(f"{key}_requisites", 0, "ID")
    whose = {"ENTITY_TYPE_ID": crm.COMPANY, "ENTITY_ID": company_id}
    return {
        f"{key}_requisites": Command("crm.requisite.list", {"filter": whose, "order": {"SORT": "ASC", "ID": "ASC"}}),
        f"{key}_bank": Command("crm.requisite.bankdetail.list", {"filter": {"ENTITY_ID": first}}),
        f"{key}_address": Command(
            "crm.address.list", {"filter": {"ENTITY_TYPE_ID": crm.REQUISITE, "ENTITY_ID": first}}
        ),
    }


def _people(entity: Entity, room: int) -> dict[str, Command]:
    """Ask for each linked contact by a macro; places beyond the last link come back as errors."""
    if entity.type_id == crm.CONTACT:
        return _contacts("company_links", "k", min(room, MAX_COMPANY_CONTACTS))
    commands: dict[str, Command] = {}
    if method := LINKS_OF.get(entity.type_id):
        commands["links"] = Command(method, {"id": entity.id})
        room -= 1
    own = min(MAX_CONTACTS, room)
    if method:
        commands |= _contacts("links", "c", own)
    else:
        path = [ref("item", "item", "contactIds", index) for index in range(own)]
        commands |= {f"c{index}": _item(crm.CONTACT, macro) for index, macro in enumerate(path)}
    if entity.type_id == crm.COMPANY:
        return commands
    return commands | _contacts("company_links", "k", min(room - own, MAX_COMPANY_CONTACTS))


def _contacts(links: str, prefix: str, count: int) -> dict[str, Command]:
    return {f"{prefix}{i}": _item(crm.CONTACT, ref(links, i, "CONTACT_ID")) for i in range(count)}
