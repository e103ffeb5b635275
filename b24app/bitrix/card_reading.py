"""Read the batch that opened a card; believe only rows that name the record they were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from b24app.bitrix import entities as crm
from b24app.bitrix.batch import BatchResult, as_map
from b24app.bitrix.card import (
    ActivityRef,
    Email,
    Employee,
    Option,
    Organisation,
    Person,
    Phone,
    ProductRow,
    Requisites,
    UserField,
)
from b24app.bitrix.entities import Entity, positive_int
from b24app.bitrix.files import without_links
from b24app.bitrix.values import is_yes, number, text

ADDRESS_ORDER = ("6", "4", "1")  # legal, registered, actual; crm.enum.addresstype

Row = Mapping[str, Any]


def item_of(batch: BatchResult, key: str, wanted_id: int) -> Row | None:
    """Take an item from the batch if it is the one that was meant."""
    item = as_map(as_map(batch.get(key)).get("item"))
    return item if wanted_id and positive_int(item.get("id")) == wanted_id else None


def rows_of(batch: BatchResult, key: str, inside: str = "") -> list[Row]:
    """Take a list from the batch, empty when the command failed."""
    found = batch.get(key)
    if inside:
        found = as_map(found).get(inside)
    values: Iterable[Any] = found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else ()
    return [row for row in values if isinstance(row, Mapping)]


def contacts(batch: BatchResult, prefix: str, links: list[Row], kind: str) -> tuple[Person, ...]:
    """Read the contacts that links name, in the links' order."""
    found: dict[int, Row] = {}
    for key in batch.results:
        if key[:1] == prefix and key[1:].isdecimal():
            item = as_map(as_map(batch.get(key)).get("item"))
            if item.get("entityTypeId") in (None, crm.CONTACT, str(crm.CONTACT)):
                found[positive_int(item.get("id"))] = item
    ordered = sorted(links, key=lambda link: number(link.get("SORT")))
    people: dict[int, Person] = {}
    for link in ordered:
        id = positive_int(link.get("CONTACT_ID"))
        if id and id in found:
            people.setdefault(id, person(found[id], kind, crm.CONTACT, is_primary=is_yes(link.get("IS_PRIMARY"))))
    return tuple(people.values())


def person(item: Row, kind: str, type_id: int, *, is_primary: bool = False) -> Person:
    """Read a person from a lead or a contact."""
    first, second, last = text(item.get("name")), text(item.get("secondName")), text(item.get("lastName"))
    return Person(
        kind=kind,
        crm_type_id=type_id,
        crm_id=positive_int(item.get("id")),
        name=" ".join(part for part in (first, last) if part),
        post=text(item.get("post")),
        emails=emails(item),
        phones=phones(item),
        is_primary=is_primary,
        first_name=first,
        second_name=second,
        last_name=last,
        fields=without_links({name: value for name, value in item.items() if name.startswith("UF_")}),
    )


def emails(item: Row) -> tuple[Email, ...]:
    """Read every e-mail of an item: the flat `email` field hides all but one."""
    found = {value.lower(): Email(value, kind) for value, kind in reversed(_multifield(item, "EMAIL")) if "@" in value}
    if not found and "@" in (flat := text(item.get("email"))):
        return (Email(flat),)
    return tuple(reversed(found.values()))


def phones(item: Row) -> tuple[Phone, ...]:
    """Read every phone number of an item."""
    found = tuple(Phone(value, kind) for value, kind in _multifield(item, "PHONE"))
    flat = text(item.get("phone"))
    return found or ((Phone(flat),) if flat else ())


def _multifield(item: Row, type_id: str) -> list[tuple[str, str]]:
    rows = as_map(item.get("fm")).values()
    picked = [row for row in rows if isinstance(row, Mapping) and text(row.get("typeId")).upper() == type_id]
    pairs = [(text(row.get("value")), text(row.get("valueType")).upper() or "OTHER") for row in picked]
    return [(value, kind) for value, kind in pairs if value]


def employee(row: Row, *, is_admin: bool = False) -> Employee:
    """Read an employee from profile, user.current, user.get or user.search."""
    names = (text(row.get("NAME")), text(row.get("LAST_NAME")))
    return Employee(
        id=positive_int(row.get("ID")),
        name=" ".join(part for part in names if part),
        is_admin=is_admin or row.get("ADMIN") is True,
        time_zone=text(row.get("TIME_ZONE")),
        email=text(row.get("EMAIL")),
        position=text(row.get("WORK_POSITION")),
        photo=text(row.get("PERSONAL_PHOTO")),
        departments=tuple(filter(None, map(positive_int, as_map(row.get("UF_DEPARTMENT")).values()))),
    )


def responsible(batch: BatchResult, item: Row) -> Employee | None:
    """Read the employee in charge."""
    wanted = positive_int(item.get("assignedById"))
    rows = [row for row in rows_of(batch, "responsible") if wanted and positive_int(row.get("ID")) == wanted]
    return employee(rows[0]) if rows else None


def organisation(batch: BatchResult, key: str, item: Row | None) -> Organisation | None:
    """Read a company with its requisites, bank details and addresses."""
    if item is None:
        return None
    id = positive_int(item.get("id"))
    return Organisation(
        id=id,
        title=text(item.get("title")),
        emails=emails(item),
        phones=phones(item),
        requisites=_requisites(batch, key, id),
        fields=without_links({name: value for name, value in item.items() if name != "fm"}),
    )


def _requisites(batch: BatchResult, key: str, company_id: int) -> tuple[Requisites, ...]:
    found = []
    for row in rows_of(batch, f"{key}_requisites"):
        owner = positive_int(row.get("ENTITY_TYPE_ID")), positive_int(row.get("ENTITY_ID"))
        if owner == (crm.COMPANY, company_id):
            found.append(_one_requisites(batch, key, row))
    return tuple(found)


def _one_requisites(batch: BatchResult, key: str, row: Row) -> Requisites:
    id = positive_int(row.get("ID"))
    banks = [bank for bank in rows_of(batch, f"{key}_bank") if positive_int(bank.get("ENTITY_ID")) == id]
    addresses = [
        place
        for place in rows_of(batch, f"{key}_address")
        if positive_int(place.get("ENTITY_ID")) == id and positive_int(place.get("ENTITY_TYPE_ID")) == crm.REQUISITE
    ]
    addresses.sort(key=_address_rank)
    return Requisites(
        id=id,
        name=text(row.get("NAME")),
        fields=_filled(row),
        bank=_filled(banks[0]) if banks else {},
        address=_filled(addresses[0]) if addresses else {},
    )


def _address_rank(row: Row) -> int:
    kind = text(row.get("TYPE_ID"))
    return ADDRESS_ORDER.index(kind) if kind in ADDRESS_ORDER else len(ADDRESS_ORDER)


def _filled(row: Row) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if value not in (None, "", [], {})}


def products(batch: BatchResult, entity: Entity) -> tuple[ProductRow, ...]:
    """Read the card's lines of goods."""
    rows = rows_of(batch, "products", "productRows")
    return tuple(_product(row) for row in rows if positive_int(row.get("ownerId")) in (0, entity.id))


def _product(row: Row) -> ProductRow:
    rate = row.get("taxRate")
    return ProductRow(
        id=positive_int(row.get("id")),
        name=text(row.get("productName")),
        quantity=number(row.get("quantity")),
        price=number(row.get("price")),
        measure=text(row.get("measureName")),
        discount_sum=number(row.get("discountSum")),
        tax_rate=None if rate in (None, "") else number(rate),
        tax_included=is_yes(row.get("taxIncluded")),
    )


def activities(batch: BatchResult, entity: Entity) -> tuple[ActivityRef, ...]:
    """Read the configurable activities of this card; the classic list may have ignored its filter."""
    return tuple(activity(row) for row in rows_of(batch, "activities") if is_configurable_of(row, entity))


def is_configurable_of(row: Row, entity: Entity) -> bool:
    """Tell whether an activity row is a configurable one of this card."""
    owner = positive_int(row.get("OWNER_TYPE_ID")), positive_int(row.get("OWNER_ID"))
    return owner == (entity.type_id, entity.id) and row.get("PROVIDER_ID") == "CONFIGURABLE_REST_APP"


def activity(row: Row) -> ActivityRef:
    """Read one activity row."""
    return ActivityRef(
        id=positive_int(row.get("ID")),
        origin_id=text(row.get("ORIGIN_ID")),
        originator_id=text(row.get("ORIGINATOR_ID")),
        subject=text(row.get("SUBJECT")),
        completed=is_yes(row.get("COMPLETED")),
    )


def user_fields(batch: BatchResult, key: str = "fields") -> tuple[UserField, ...]:
    """Read the properties of a type from crm.item.fields, which any employee may ask."""
    return by_label(_from_item_fields(as_map(as_map(batch.get(key)).get("fields"))))


def card_fields(batch: BatchResult) -> tuple[UserField, ...]:
    """Read the card's own properties; labels in the classic list fill gaps."""
    found = {field.name: field for field in user_fields(batch)}
    for row in rows_of(batch, "user_fields"):
        field = _from_user_field(row)
        known = found.get(field.name)
        if known is None or (field.options and not known.options):
            found[field.name] = field
    return by_label(found.values())


def by_label(fields: Iterable[UserField]) -> tuple[UserField, ...]:
    return tuple(sorted(fields, key=lambda field: (field.label.casefold(), field.name)))


def _from_item_fields(fields: Row) -> Iterable[UserField]:
    for key, row in fields.items():
        name = key if key.startswith("UF_") else text(as_map(row).get("upperName"))
        if name.startswith("UF_") and isinstance(row, Mapping):
            yield UserField(
                name=name,
                label=text(row.get("title")) or name,
                type=text(row.get("type")),
                multiple=is_yes(row.get("isMultiple")),
                mandatory=is_yes(row.get("isRequired")),
                read_only=is_yes(row.get("isReadOnly")),
                options=_options(row.get("items")),
                links=_links(row.get("settings")),
                statuses=text(as_map(row.get("settings")).get("ENTITY_TYPE")),
            )


def _from_user_field(row: Row) -> UserField:
    name = text(row.get("FIELD_NAME"))
    labels = (row.get("EDIT_FORM_LABEL"), row.get("LIST_COLUMN_LABEL"), row.get("LIST_FILTER_LABEL"), row.get("LABEL"))
    return UserField(
        name=name,
        label=next((found for label in labels if (found := _label(label))), name),
        type=text(row.get("USER_TYPE_ID")),
        multiple=is_yes(row.get("MULTIPLE")),
        mandatory=is_yes(row.get("MANDATORY")),
        read_only=False,
        options=_options(row.get("LIST")),
        links=_links(row.get("SETTINGS")),
        statuses=text(as_map(row.get("SETTINGS")).get("ENTITY_TYPE")),
    )


def _links(settings: Any) -> tuple[int, ...]:
    """Read which CRM types a property may name: {"LEAD": "Y", "DYNAMIC_183": "Y", ...}."""
    named = (crm.type_id_of(name) for name, value in as_map(settings).items() if is_yes(value))
    return tuple(type_id for type_id in named if type_id)


def _label(label: Any) -> str:
    if isinstance(label, Mapping):
        return next((found for value in label.values() if (found := text(value))), "")
    return text(label)


def _options(rows: Any) -> tuple[Option, ...]:
    picked = [row for row in as_map(rows).values() if isinstance(row, Mapping)]
    return tuple(Option(text(row.get("ID")), text(row.get("VALUE"))) for row in picked if text(row.get("ID")))
