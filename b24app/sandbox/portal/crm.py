"""CRM items: leads, deals, contacts, companies, with what belongs to them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from b24app.sandbox import moments
from b24app.sandbox.portal.fields import (
    COMPANY,
    CONTACT,
    FIELDS,
    LEAD,
    TYPE_NAMES,
    UserField,
    camel_uf,
    classic_field,
    field_of,
)


@dataclass
class Multi:
    """One phone or e-mail: {"id", "typeId", "valueType", "value"} of `fm`."""

    id: int
    type_id: str
    value_type: str
    value: str


@dataclass
class Item:
    """One CRM item. `fields` by camelCase name; `uf` by original UF_CRM_ name, in stored form."""

    type_id: int
    id: int
    fields: dict[str, Any]
    uf: dict[str, Any] = field(default_factory=dict)
    fm: list[Multi] = field(default_factory=list)

    @property
    def assigned_by(self) -> int:
        return int(self.fields.get("assignedById") or 0)

    @property
    def title(self) -> str:
        if self.type_id == CONTACT:
            return self.person
        return str(self.fields.get("title") or f"{TYPE_NAMES[self.type_id].capitalize()} #{self.id}")

    @property
    def person(self) -> str:
        return " ".join(str(self.fields[key]) for key in ("name", "lastName") if self.fields.get(key))

    def emails(self) -> list[str]:
        return [multi.value for multi in self.fm if multi.type_id == "EMAIL"]


@dataclass(frozen=True)
class ProductRow:
    """A line of goods; `net` is the unit price without tax and before the discount.

    docs: api-reference/crm/data-types.md#crm_item_product_row
    """

    id: int
    owner_type: str
    owner_id: int
    name: str
    net: float
    quantity: float
    measure: str = "pcs"
    tax_rate: float | None = None
    tax_included: bool = False
    discount_rate: float = 0

    @property
    def price(self) -> float:
        """What REST calls price: with discount and tax, whatever `tax_included` says."""
        return self._with_tax(self._discounted)

    @property
    def _discounted(self) -> float:
        return self.net * (1 - self.discount_rate / 100)

    def _with_tax(self, amount: float) -> float:
        return amount * (1 + (self.tax_rate or 0) / 100)

    def as_rest(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "ownerId": self.owner_id,
            "ownerType": self.owner_type,
            "productId": 0,
            "productName": self.name,
            "price": round(self.price, 2),
            "priceAccount": round(self.price, 2),
            "priceExclusive": round(self._discounted, 2),
            "priceNetto": round(self.net, 2),
            "priceBrutto": round(self._with_tax(self.net), 2),
            "quantity": self.quantity,
            "discountTypeId": 2,
            "discountRate": self.discount_rate,
            "discountSum": round(self.net - self._discounted, 2),
            "taxRate": self.tax_rate,
            "taxIncluded": "Y" if self.tax_included else "N",
            "customized": "Y",
            "measureCode": 796,
            "measureName": self.measure,
            "sort": self.id * 10,
            "xmlId": "",
            "type": 4,
            "storeId": None,
        }


class Crm:
    """All items of one portal. The caller holds the portal's lock."""

    def __init__(self) -> None:
        self.items: dict[tuple[int, int], Item] = {}
        self.user_fields: list[UserField] = []
        self.requisites: list[dict[str, Any]] = []
        self.bank_details: list[dict[str, Any]] = []
        self.addresses: list[dict[str, Any]] = []
        self.product_rows: list[ProductRow] = []
        self.statuses: list[dict[str, Any]] = []
        self._multi_ids = itertools.count(101)
        self._field_ids = itertools.count(5815)
        self._option_ids = itertools.count(3157, 2)

    def get(self, type_id: int, item_id: int) -> Item | None:
        return self.items.get((type_id, item_id))

    def of_type(self, type_id: int) -> list[Item]:
        return [item for (kind, _), item in sorted(self.items.items()) if kind == type_id]

    def add(
        self, type_id: int, item_id: int | None = None, *, by: int = 1, fm: Any = (), uf: Any = None, **fields: Any
    ) -> Item:
        """Create an item; `fm` is a list of (typeId, valueType, value)."""
        number = item_id or 1 + max((known for kind, known in self.items if kind == type_id), default=0)
        values = {known.name: _copy(known.default) for known in FIELDS[type_id]}
        values |= {"createdBy": by, "updatedBy": by, "createdTime": moments.now_iso(), "updatedTime": moments.now_iso()}
        values |= fields | {"id": number}
        item = Item(type_id, number, values, dict(uf or {}))
        item.fm = [Multi(next(self._multi_ids), *entry) for entry in fm]
        self._settle(item)
        self.items[type_id, number] = item
        return item

    def _settle(self, item: Item) -> None:
        """Keep derived fields in step: first contact, first company, has e-mail."""
        fields = item.fields
        if "contactIds" in fields and item.type_id != COMPANY:
            fields["contactId"] = fields["contactIds"][0] if fields["contactIds"] else 0
        if item.type_id == CONTACT:
            fields["companyIds"] = fields["companyIds"] or ([fields["companyId"]] if fields["companyId"] else [])
            fields["companyId"] = fields["companyIds"][0] if fields["companyIds"] else 0
        for flag, kind in (("hasEmail", "EMAIL"), ("hasPhone", "PHONE")):
            if flag in fields:
                fields[flag] = "Y" if any(multi.type_id == kind for multi in item.fm) else "N"

    def touch(self, item: Item, by: int) -> None:
        """Note who changed an item, and when."""
        self._settle(item)
        item.fields |= {"updatedBy": by, "updatedTime": moments.now_iso()}

    def add_multi(self, item: Item, type_id: str, value_type: str, value: str) -> None:
        item.fm.append(Multi(next(self._multi_ids), type_id, value_type, value))

    def company_contacts(self, company_id: int) -> list[Item]:
        return [contact for contact in self.of_type(CONTACT) if company_id in contact.fields["companyIds"]]

    def add_user_field(self, entity: str, name: str, kind: str, label: str, **more: Any) -> UserField:
        """Create a property; `options` are texts."""
        texts = more.pop("options", ())
        options = {next(self._option_ids): text for text in texts}
        known = UserField(next(self._field_ids), entity, name, kind, label, options=options, **more)
        self.user_fields.append(known)
        return known

    def fields_of(self, type_id: int) -> list[UserField]:
        entity = f"CRM_{TYPE_NAMES[type_id]}"
        return [known for known in self.user_fields if known.entity == entity]

    def user_field(self, type_id: int, name: str) -> UserField | None:
        return next((known for known in self.fields_of(type_id) if known.name == name.upper()), None)

    def user_field_by_key(self, type_id: int, key: str, *, original: bool) -> UserField | None:
        """A property as crm.item.* names it: UF_CRM_… with useOriginalUfNames, camelCase without."""
        for known in self.fields_of(type_id):
            if key == (known.name if original else camel_uf(known.name)):
                return known
        return None

    def delete(self, type_id: int, item_id: int) -> Item | None:
        return self.items.pop((type_id, item_id), None)


def _copy(value: Any) -> Any:
    return list(value) if isinstance(value, list) else value


__all__ = ["LEAD", "Crm", "Item", "Multi", "ProductRow", "classic_field", "field_of"]
