"""Which fields CRM items have (docs: api-reference/crm/universal/object-fields.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

LEAD, DEAL, CONTACT, COMPANY = 1, 2, 3, 4
TYPE_NAMES = {LEAD: "LEAD", DEAL: "DEAL", CONTACT: "CONTACT", COMPANY: "COMPANY"}
STAGES = {LEAD: "STATUS", DEAL: "DEAL_STAGE"}  # whose stages stand under which name in the lists of statuses
TYPE_CODES = {LEAD: "L", DEAL: "D", CONTACT: "C", COMPANY: "CO"}
TYPE_IDS = {name: number for number, name in TYPE_NAMES.items()}


@dataclass(frozen=True)
class Field:
    """One system field of an item. `upper` is its name in the classic API."""

    name: str
    type: str = "string"
    title: str = ""
    default: Any = None
    read_only: bool = False
    upper: str = ""

    @property
    def classic(self) -> str:
        return self.upper or re.sub(r"(?<!^)(?=[A-Z])", "_", self.name).upper()


def _f(name: str, kind: str, title: str, default: Any = None, *, ro: bool = False, upper: str = "") -> Field:
    return Field(name, kind, title, default, ro, upper)


_COMMON = [
    _f("id", "integer", "ID", ro=True),
    _f("createdTime", "datetime", "Created on", ro=True, upper="DATE_CREATE"),
    _f("updatedTime", "datetime", "Modified on", ro=True, upper="DATE_MODIFY"),
    _f("createdBy", "user", "Created by", ro=True, upper="CREATED_BY_ID"),
    _f("updatedBy", "user", "Modified by", ro=True, upper="MODIFY_BY_ID"),
    _f("assignedById", "user", "Responsible person", 1),
    _f("opened", "boolean", "Available to everyone", "Y"),
    _f("comments", "text", "Comment"),
    _f("originatorId", "string", "External source"),
    _f("originId", "string", "Item ID in data source"),
    _f("utmSource", "string", "Ad system"),
    _f("observers", "user", "Observers", []),
    _f("lastActivityTime", "datetime", "Last activity on", ro=True),
]
_PERSON = [
    _f("honorific", "crm_status", "Salutation"),
    _f("name", "string", "First name"),
    _f("secondName", "string", "Second name"),
    _f("lastName", "string", "Last name"),
    _f("post", "string", "Position"),
    _f("birthdate", "date", "Date of birth"),
]
_REACH = [
    _f("hasPhone", "boolean", "Has phone", "N", ro=True),
    _f("hasEmail", "boolean", "Has e-mail", "N", ro=True),
]
_MONEY = [
    _f("opportunity", "double", "Amount", 0),
    _f("currencyId", "crm_currency", "Currency", "EUR"),
    _f("isManualOpportunity", "boolean", "Amount calculation mode", "N"),
]
_STAGE = [
    _f("stageId", "crm_status", "Stage", "NEW", upper="STATUS_ID"),
    _f("stageSemanticId", "string", "Stage details", "P", ro=True, upper="STATUS_SEMANTIC_ID"),
    _f("sourceId", "crm_status", "Source"),
    _f("sourceDescription", "text", "Source information"),
]
_CLIENT = [
    _f("companyId", "crm_company", "Company", 0),
    _f("contactId", "crm_contact", "Contact", 0),
    _f("contactIds", "crm_contact", "Contacts", []),
]

FIELDS: dict[int, list[Field]] = {
    LEAD: [
        *_COMMON,
        _f("title", "string", "Lead name", ""),
        *_PERSON,
        _f("companyTitle", "string", "Company name"),
        _f("isReturnCustomer", "boolean", "Repeat lead", "N", ro=True),
        *_STAGE,
        *_MONEY,
        *_CLIENT,
        *_REACH,
    ],
    DEAL: [
        *_COMMON,
        _f("title", "string", "Deal name", ""),
        _f("categoryId", "crm_category", "Pipeline", 0),
        *[Field(f.name, f.type, f.title, f.default, f.read_only) for f in _STAGE],
        _f("begindate", "date", "Start date"),
        _f("closedate", "date", "End date"),
        *_MONEY,
        *_CLIENT,
    ],
    CONTACT: [
        *_COMMON,
        *_PERSON,
        _f("companyId", "crm_company", "Company", 0),
        _f("companyIds", "crm_company", "Companies", []),
        _f("sourceId", "crm_status", "Source"),
        *_REACH,
    ],
    COMPANY: [
        *_COMMON,
        _f("title", "string", "Company name", ""),
        _f("companyType", "crm_status", "Company type", upper="COMPANY_TYPE"),
        _f("industry", "crm_status", "Industry"),
        _f("isMyCompany", "boolean", "My company", "N"),
        _f("contactIds", "crm_contact", "Contacts", []),
        *_REACH,
    ],
}


def field_of(type_id: int, name: str) -> Field | None:
    """A system field by its camelCase name."""
    return next((known for known in FIELDS[type_id] if known.name == name), None)


def classic_field(type_id: int, name: str) -> Field | None:
    """A system field by its upper-case name."""
    return next((known for known in FIELDS[type_id] if known.classic == name.upper()), None)


@dataclass
class UserField:
    """A custom property (docs: api-reference/crm/leads/userfield/crm-lead-userfield-add.md).

    `options`: id -> text, for enumerations.
    """

    id: int
    entity: str
    name: str
    type: str
    label: str
    multiple: bool = False
    mandatory: bool = False
    options: dict[int, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    xml_id: str | None = None
    sort: int = 100


def camel_uf(name: str) -> str:
    """The camelCase name of a property, irregular as it is.

    UF_CRM_3_DIGIT -> ufCrm3Digit, UF_CRM_3_1747309727 -> ufCrm3_1747309727; letters mixed with digits, and purely
    numeric names, keep everything after the prefix: UF_CRM_3_DIGIT10 -> ufCrm_3_DIGIT10, UF_CRM_17 -> ufCrm_17.
    docs: api-reference/crm/universal/index.md
    """
    rest = name.removeprefix("UF_CRM_")
    parts = rest.split("_")
    head, tail = (parts[0], parts[1:]) if parts[0].isdigit() and len(parts) > 1 else ("", parts)
    if head and len(tail) == 1 and tail[0].isdigit():
        return f"ufCrm{head}_{tail[0]}"
    if not all(part.isalpha() for part in tail):
        return f"ufCrm_{rest}"
    return "ufCrm" + head + "".join(part.capitalize() for part in tail)
