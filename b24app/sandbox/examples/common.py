"""What both example portals have: stages and requisites in full shape."""

from __future__ import annotations

from typing import Any

from b24app.sandbox import moments
from b24app.sandbox.portal.crm import Crm

_LEAD_STAGES = [
    ("NEW", "Unassigned", None, "#39A8EF"),
    ("IN_PROCESS", "In progress", None, "#2FC6F6"),
    ("PROCESSED", "Contract", None, "#55D0E0"),
    ("CONVERTED", "Good lead", "S", "#7BD500"),
    ("JUNK", "Junk lead", "F", "#FF5752"),
]
_DEAL_STAGES = [
    ("NEW", "New", None, "#39A8EF"),
    ("PREPARATION", "Document preparation", None, "#2FC6F6"),
    ("EXECUTING", "In progress", None, "#47E4C2"),
    ("WON", "Deal won", "S", "#7BD500"),
    ("LOSE", "Deal lost", "F", "#FF5752"),
]
_REQUISITE_KEYS = (
    "RQ_NAME", "RQ_FIRST_NAME", "RQ_LAST_NAME", "RQ_COMPANY_NAME", "RQ_COMPANY_FULL_NAME", "RQ_COMPANY_REG_DATE",
    "RQ_DIRECTOR", "RQ_ACCOUNTANT", "RQ_CEO_NAME", "RQ_CONTACT", "RQ_EMAIL", "RQ_PHONE", "RQ_INN", "RQ_KPP", "RQ_OGRN",
    "RQ_EDRPOU", "RQ_VAT_PAYER", "RQ_VAT_ID", "RQ_REGON", "RQ_SIRET", "RQ_COMPANY_ID",
)  # fmt: skip


def add_statuses(crm: Crm) -> None:
    """Stages of leads and deals (docs: api-reference/crm/status/crm-status-list.md)."""
    number = 101
    for entity, stages in (("STATUS", _LEAD_STAGES), ("DEAL_STAGE", _DEAL_STAGES)):
        for index, (code, name, semantics, color) in enumerate(stages, 1):
            extra = {"SEMANTICS": {"S": "success", "F": "failure"}.get(semantics or "", "process"), "COLOR": color}
            crm.statuses.append(
                {
                    "ID": str(number),
                    "ENTITY_ID": entity,
                    "STATUS_ID": code,
                    "NAME": name,
                    "NAME_INIT": name,
                    "SORT": str(index * 10),
                    "SYSTEM": "Y",
                    "CATEGORY_ID": None,
                    "COLOR": color,
                    "SEMANTICS": semantics,
                    "EXTRA": extra,
                }
            )
            number += 2


def add_requisite(crm: Crm, company_id: int, **values: str) -> int:
    """A requisite of a company; gives its id."""
    number = 27 + len(crm.requisites)
    row: dict[str, Any] = {
        "ID": str(number),
        "ENTITY_TYPE_ID": "4",
        "ENTITY_ID": str(company_id),
        "PRESET_ID": "1",
        "DATE_CREATE": moments.ago(days=120),
        "DATE_MODIFY": "",
        "CREATED_BY_ID": "1",
        "MODIFY_BY_ID": None,
        "NAME": "Organization",
        "CODE": None,
        "XML_ID": None,
        "ACTIVE": "Y",
        "ADDRESS_ONLY": "N",
        "SORT": "500",
    }
    crm.requisites.append(row | dict.fromkeys(_REQUISITE_KEYS) | values)
    return number


def add_bank(crm: Crm, requisite_id: int, **values: str) -> None:
    row: dict[str, Any] = {
        "ID": str(11 + len(crm.bank_details)),
        "ENTITY_ID": str(requisite_id),
        "COUNTRY_ID": "46",
        "NAME": values.get("RQ_BANK_NAME", ""),
        "ACTIVE": "Y",
        "SORT": "500",
        "RQ_BANK_NAME": None,
        "RQ_BANK_ADDR": None,
        "RQ_ACC_NUM": None,
        "RQ_ACC_CURRENCY": "EUR",
        "RQ_IBAN": None,
        "RQ_SWIFT": None,
        "RQ_BIC": None,
        "COMMENTS": None,
    }
    crm.bank_details.append(row | values)


def add_address(crm: Crm, requisite_id: int, type_id: int = 6, **values: str) -> None:
    """docs: api-reference/crm/requisites/addresses/crm-address-list.md; type 1 actual, 6 registered."""
    row: dict[str, Any] = {
        "TYPE_ID": str(type_id),
        "ENTITY_TYPE_ID": "8",
        "ENTITY_ID": str(requisite_id),
        "ADDRESS_1": "",
        "ADDRESS_2": "",
        "CITY": "",
        "POSTAL_CODE": "",
        "REGION": "",
        "PROVINCE": "",
        "COUNTRY": "",
        "COUNTRY_CODE": None,
        "LOC_ADDR_ID": str(479 + len(crm.addresses)),
        "ANCHOR_TYPE_ID": "4",
        "ANCHOR_ID": "0",
    }
    crm.addresses.append(row | values)
