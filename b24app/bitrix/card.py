"""What is read of a CRM card: plain frozen values that survive a round trip through JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from b24app.bitrix.documents import GeneratedDocument
from b24app.bitrix.entities import Entity
from b24app.bitrix.records import from_plain, to_plain


@dataclass(frozen=True)
class Email:
    """One address of a person; kind is WORK, HOME, MAILING or OTHER."""

    value: str
    kind: str = "OTHER"


@dataclass(frozen=True)
class Phone:
    """One number of a person; kind is WORK, MOBILE, HOME, ..."""

    value: str
    kind: str = "OTHER"


@dataclass(frozen=True)
class Person:
    """Somebody who could sign. `kind`: lead, contact or company_contact; crm_type_id and crm_id name the record."""

    kind: str
    crm_type_id: int
    crm_id: int
    name: str
    post: str = ""
    emails: tuple[Email, ...] = ()
    phones: tuple[Phone, ...] = ()
    is_primary: bool = False
    first_name: str = ""
    second_name: str = ""
    last_name: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Employee:
    """A user of the portal; the e-mail is there only with scope user_basic or user."""

    id: int
    name: str
    is_admin: bool = False
    time_zone: str = ""
    email: str = ""
    position: str = ""
    photo: str = ""
    departments: tuple[int, ...] = ()


@dataclass(frozen=True)
class Requisites:
    """One set of details of a company: the raw RQ_* fields, its bank details and addresses."""

    id: int
    name: str
    fields: Mapping[str, Any]
    bank: Mapping[str, Any] = field(default_factory=dict)
    address: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Organisation:
    """A company of the CRM, or one of the portal's own companies."""

    id: int
    title: str
    emails: tuple[Email, ...] = ()
    phones: tuple[Phone, ...] = ()
    requisites: tuple[Requisites, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ProductRow:
    """One line of goods; `price` includes discount and tax, for one unit."""

    id: int
    name: str
    quantity: float
    price: float
    measure: str = ""
    discount_sum: float = 0.0
    tax_rate: float | None = None
    tax_included: bool = False


@dataclass(frozen=True)
class Option:
    """One choice of a list property: the CRM keeps the id."""

    id: str
    value: str


@dataclass(frozen=True)
class UserField:
    """A property made on this portal, by its original name (UF_CRM_...).

    `links`: the CRM types a property of type crm may name; a value without a type is of the only one.
    `statuses`: the list that a property of type crm_status chooses from.
    """

    name: str
    label: str
    type: str
    multiple: bool = False
    mandatory: bool = False
    read_only: bool = False
    options: tuple[Option, ...] = ()
    links: tuple[int, ...] = ()
    statuses: str = ""


@dataclass(frozen=True)
class ActivityRef:
    """A configurable activity of an application in this card's timeline."""

    id: int
    origin_id: str
    originator_id: str
    subject: str
    completed: bool


@dataclass(frozen=True)
class CardSnapshot:
    """A card and what hangs on it, as the employee who opened it may see it.

    `item` keeps the fields of crm.item.get with original names of user fields. `truncated`: more people are linked
    than one call can bring. `names`: what properties name by number, "user:8" -> "Boris Lange", "3:41" -> "Ann Lee",
    "status:SOURCE:WEB" -> "Website".
    """

    entity: Entity
    title: str
    item: Mapping[str, Any]
    me: Employee
    contacts: tuple[Person, ...] = ()
    company: Organisation | None = None
    company_contacts: tuple[Person, ...] = ()
    lead_person: Person | None = None
    responsible: Employee | None = None
    my_company: Organisation | None = None
    products: tuple[ProductRow, ...] = ()
    user_fields: tuple[UserField, ...] = ()
    contact_fields: tuple[UserField, ...] = ()
    company_fields: tuple[UserField, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[GeneratedDocument, ...] = ()
    activities: tuple[ActivityRef, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    scope: frozenset[str] = frozenset()
    truncated: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-like values."""
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> CardSnapshot:
        """Build the snapshot that `to_dict` was made from."""
        return from_plain(cls, plain)

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who could sign, without repeating a person who is linked twice."""
        first = (self.lead_person,) if self.lead_person else ()
        seen: dict[tuple[int, int], Person] = {}
        for person in (*first, *self.contacts, *self.company_contacts):
            seen.setdefault((person.crm_type_id, person.crm_id), person)
        return tuple(seen.values())
