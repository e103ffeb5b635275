"""CRM types: the number, the names and the paths Bitrix24 uses for one and the same thing.

Source: api-reference/crm/data-types.md#object_type.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LEAD, DEAL, CONTACT, COMPANY, QUOTE, ORDER, SMART_INVOICE = 1, 2, 3, 4, 7, 14, 31
REQUISITE = 8
FIRST_DYNAMIC = 128

NAMES = {
    LEAD: "LEAD",
    DEAL: "DEAL",
    CONTACT: "CONTACT",
    COMPANY: "COMPANY",
    QUOTE: "QUOTE",
    ORDER: "ORDER",
    SMART_INVOICE: "SMART_INVOICE",
}
ABBREVIATIONS = {LEAD: "L", DEAL: "D", CONTACT: "C", COMPANY: "CO", QUOTE: "Q", ORDER: "O", SMART_INVOICE: "SI"}
TYPE_IDS = {name: type_id for type_id, name in NAMES.items()}
OWN_PATHS = {LEAD: "lead", DEAL: "deal", CONTACT: "contact", COMPANY: "company"}

_PLACEMENT = re.compile(
    r"CRM_(LEAD|DEAL|CONTACT|COMPANY|QUOTE|SMART_INVOICE|ORDER|DYNAMIC_\d{1,9})"
    r"_(DETAIL_TAB|DETAIL_TOOLBAR|DOCUMENTGENERATOR_BUTTON|DETAIL_ACTIVITY|ACTIVITY_TIMELINE_MENU|LIST_MENU"
    r"|LIST_TOOLBAR|ROBOT_DESIGNER_TOOLBAR|FUNNELS_TOOLBAR)"
)
_DOCUMENT = re.compile(r"([A-Z][A-Z_]*?(?:_\d{1,9})?)_(\d{1,18})")


@dataclass(frozen=True)
class Entity:
    """One CRM record."""

    type_id: int
    id: int

    @property
    def path(self) -> str:
        """The path of its card on the portal."""
        return card_path(self.type_id, self.id)


def type_name(type_id: int) -> str:
    """Name a type the way placements and documents do: LEAD, DYNAMIC_183."""
    return NAMES.get(type_id, f"DYNAMIC_{type_id}")


def type_id_of(name: str) -> int | None:
    """Read a type name back; None when it is no CRM type."""
    name = name.upper()
    if name.startswith("DYNAMIC_") and name[8:].isdecimal():
        return int(name[8:])
    return TYPE_IDS.get(name)


def abbreviation(type_id: int) -> str:
    """Give the short code product rows use: L, D, T80 for the smart process 128."""
    return ABBREVIATIONS.get(type_id, f"T{type_id:x}")


def card_path(type_id: int, id: int) -> str:
    """Give the path of a card: /crm/lead/details/77/, /crm/type/183/details/12/."""
    own = OWN_PATHS.get(type_id)
    return f"/crm/{own}/details/{id}/" if own else f"/crm/type/{type_id}/details/{id}/"


def type_of_placement(code: str) -> int | None:
    """Read the CRM type from a placement code: CRM_LEAD_DETAIL_TAB -> 1, CRM_DYNAMIC_183_DETAIL_TAB -> 183."""
    found = _PLACEMENT.fullmatch(code.upper())
    return type_id_of(found[1]) if found else None


def entity_of_document_id(text: str) -> Entity | None:
    """Read an automation document id: LEAD_77, DYNAMIC_183_12. Source: SDK, bizproc handlers."""
    found = _DOCUMENT.fullmatch(text.upper())
    type_id = type_id_of(found[1]) if found else None
    return Entity(type_id, int(found[2])) if found and type_id and int(found[2]) else None


def positive_int(value: object) -> int:
    """Read an id that may come as text, number or nothing; 0 when it is not a positive whole number."""
    if isinstance(value, bool):
        return 0
    if isinstance(value, int):
        return max(value, 0)
    if isinstance(value, float) and value.is_integer():
        return max(int(value), 0)
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0
