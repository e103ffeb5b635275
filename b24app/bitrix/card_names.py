"""What properties of a card name by number: employees, other CRM records, entries of lists. One more call, when needed.

Source: api-reference/crm/data-types.md (crm: "C_41", or "41" where only one type is allowed).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from b24app.bitrix import entities as crm
from b24app.bitrix.batch import BatchResult, Command
from b24app.bitrix.card import CardSnapshot, UserField
from b24app.bitrix.card_reading import employee, person, rows_of
from b24app.bitrix.client import Portal
from b24app.bitrix.entities import positive_int
from b24app.bitrix.values import text

MOST_OF_A_KIND = 50

_LINK = re.compile(r"([A-Z]{1,2}|T[0-9a-f]+)_(\d{1,18})")
_BY_ABBREVIATION = {short: type_id for type_id, short in crm.ABBREVIATIONS.items()}


def key_of(field: UserField, value: Any) -> str:
    """Say under which key of `CardSnapshot.names` a property's value is named; "" for one that names nothing."""
    if field.type == "employee":
        return f"user:{number}" if (number := positive_int(value)) else ""
    if field.type == "crm":
        return _link(field, text(value))
    if field.type == "crm_status" and field.statuses and text(value):
        return f"status:{field.statuses}:{text(value)}"
    return ""


def with_names(portal: Portal, card: CardSnapshot) -> CardSnapshot:
    """Ask for the names that the card's properties need and the card does not tell itself."""
    known = dict(_known(card))
    wanted: dict[str, set[str]] = defaultdict(set)
    for key in set(_keys(card)) - set(known):
        kind, _, rest = key.partition(":")
        wanted[kind].add(rest)
    if wanted:
        known |= _named(portal.batch(_commands(wanted)))
    return replace(card, names=known)


def _link(field: UserField, value: str) -> str:
    found = _LINK.fullmatch(value)
    if found:
        type_id = _BY_ABBREVIATION.get(found[1]) or (int(found[1][1:], 16) if found[1][0] == "T" else 0)
        return f"{type_id}:{found[2]}" if type_id else ""
    return f"{field.links[0]}:{value}" if len(field.links) == 1 and positive_int(value) else ""


def _keys(card: CardSnapshot) -> Iterator[str]:
    rows = [(card.user_fields, card.item)]
    rows += [(card.contact_fields, person.fields) for person in card.people if person.crm_type_id == crm.CONTACT]
    rows += [(card.company_fields, own.fields) for own in (card.company, card.my_company) if own]
    for fields, values in rows:
        for field in fields:
            value = values.get(field.name)
            for each in value if isinstance(value, list) else [value]:
                if key := key_of(field, each):
                    yield key


def _known(card: CardSnapshot) -> Iterator[tuple[str, str]]:
    for colleague in (card.me, card.responsible):
        if colleague:
            yield f"user:{colleague.id}", colleague.name
    for someone in card.people:
        yield f"{someone.crm_type_id}:{someone.crm_id}", someone.name
    for company in (card.company, card.my_company):
        if company:
            yield f"{crm.COMPANY}:{company.id}", company.title


def _commands(wanted: Mapping[str, set[str]]) -> dict[str, Command]:
    commands = {}
    for kind, names in wanted.items():
        chosen = sorted(names)[:MOST_OF_A_KIND]
        if kind == "user":
            commands["user"] = Command("user.get", {"FILTER": {"ID": [int(id) for id in chosen]}})
        elif kind == "status":
            lists = sorted({name.partition(":")[0] for name in chosen})
            commands["status"] = Command("crm.status.list", {"filter": {"ENTITY_ID": lists}})
        else:
            ids = [int(id) for id in chosen]
            params = {"entityTypeId": int(kind), "filter": {"@id": ids}, "select": ["id", "title", "name", "lastName"]}
            commands[kind] = Command("crm.item.list", params)
    return commands


def _named(batch: BatchResult) -> dict[str, str]:
    """Read the answers; what may not be read stays without a name."""
    names: dict[str, str] = {}
    for key in batch.results:
        if key == "user":
            found = [employee(row) for row in rows_of(batch, key)]
            names |= {f"user:{one.id}": one.name for one in found}
        elif key == "status":
            rows = rows_of(batch, key)
            names |= {f"status:{row.get('ENTITY_ID')}:{row.get('STATUS_ID')}": text(row.get("NAME")) for row in rows}
        else:
            rows = rows_of(batch, key, "items")
            names |= {f"{key}:{positive_int(row.get('id'))}": _title(row) for row in rows}
    return names


def _title(row: Mapping[str, Any]) -> str:
    return text(row.get("title")) or person(row, "", crm.CONTACT).name
