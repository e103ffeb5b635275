"""Employees and what they may see of the CRM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Employee:
    """One user of a portal. `reads` and `edits`: "all", "own" (assigned to them) or "none", for leads and deals."""

    id: int
    name: str
    last_name: str
    email: str
    position: str = ""
    admin: bool = False
    active: bool = True
    reads: str = "all"
    edits: str = "all"
    user_type: str = "employee"
    color: str = "#4f9fe8"
    time_zone: str = "Europe/Berlin"
    phone: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.name} {self.last_name}".strip()

    @property
    def initials(self) -> str:
        return (self.name[:1] + self.last_name[:1]).upper()

    @property
    def is_extranet(self) -> bool:
        return self.user_type == "extranet"

    def may(self, right: str, assigned_by: int) -> bool:
        """Whether the employee may "read" or "edit" an item assigned to somebody."""
        if self.admin:
            return True
        level = self.reads if right == "read" else self.edits
        return level == "all" or (level == "own" and assigned_by == self.id)

    def as_rest(self, scopes: list[str]) -> dict[str, Any]:
        """The record of user.get, as wide as the scope (docs: api-reference/user/user-scope.md)."""
        record: dict[str, Any] = {
            "ID": str(self.id),
            "ACTIVE": self.active,
            "NAME": self.name,
            "LAST_NAME": self.last_name,
            "SECOND_NAME": "",
            "WORK_POSITION": self.position,
            "PERSONAL_GENDER": "",
            "TIME_ZONE": self.time_zone,
            "UF_DEPARTMENT": [] if self.is_extranet else [1],
            "USER_TYPE": self.user_type,
        }
        if "user_basic" in scopes or "user" in scopes:
            record |= {"EMAIL": self.email, "PERSONAL_MOBILE": self.phone, "WORK_PHONE": self.phone}
        return record
