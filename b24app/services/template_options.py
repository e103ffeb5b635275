"""What goes with a template besides its text: who may use and edit it, on which cards, who signs, with which letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from b24app.bitrix.records import from_plain, to_plain
from b24app.errors import N_, NotAllowed
from b24app.services.portal_options import Letter
from b24app.store.tables import Template


class SignerRole(StrEnum):
    """Whom the composer proposes to sign."""

    FIRST_CONTACT = "first_contact"
    SECOND_CONTACT = "second_contact"
    COMPANY = "company"  # at the company's own address
    DIRECTOR = "director"  # the contact whose position, or the company's requisites, say so
    RESPONSIBLE = "responsible"  # the employee responsible for the card
    TYPED = "typed"  # an empty line, to be filled in by hand


@dataclass(frozen=True)
class Named:
    """An employee or a department, with the name it had when it was chosen."""

    id: int
    name: str


@dataclass(frozen=True)
class Visitor:
    """An employee who asks."""

    user_id: int
    name: str = ""
    is_admin: bool = False
    departments: tuple[int, ...] = ()


@dataclass(frozen=True)
class Circle:
    """Who may: everybody, or these employees and whoever is in these departments."""

    everybody: bool = False
    users: tuple[Named, ...] = ()
    departments: tuple[Named, ...] = ()

    def holds(self, visitor: Visitor) -> bool:
        named = any(user.id == visitor.user_id for user in self.users)
        return self.everybody or named or any(each.id in visitor.departments for each in self.departments)


@dataclass(frozen=True)
class TemplateOptions:
    """`types`: CRM types it serves, none means all. `deadline_days` 0 and `needs_approval` None: as the portal does."""

    types: tuple[int, ...] = ()
    users: Circle = Circle(everybody=True)
    editors: Circle = Circle()
    roles: tuple[str, ...] = ()  # of SignerRole, in signing order
    together: bool = False  # all of them at the same time
    letter: Letter | None = None
    deadline_days: int = 0
    needs_approval: bool | None = None

    def to_dict(self) -> dict[str, Any]:
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> TemplateOptions:
        return from_plain(cls, plain)


def options_of_template(template: Template) -> TemplateOptions:
    return TemplateOptions.from_dict(template.options)


def may_edit(template: Template, visitor: Visitor) -> bool:
    """Administrators always; others where they were chosen."""
    return visitor.is_admin or options_of_template(template).editors.holds(visitor)


def may_use(template: Template, visitor: Visitor, type_id: int) -> bool:
    """Say whether the composer offers a template to an employee on a card of this type."""
    options = options_of_template(template)
    fits = not options.types or type_id in options.types
    return fits and template.archived_at is None and (options.users.holds(visitor) or may_edit(template, visitor))


def refuse_unless_editor(template: Template, visitor: Visitor) -> None:
    if not may_edit(template, visitor):
        raise NotAllowed(N_("You may not edit this template. Ask an administrator of this Bitrix24."))


def refuse_unless_admin(visitor: Visitor) -> None:
    if not visitor.is_admin:
        raise NotAllowed(N_("Only an administrator of this Bitrix24 can do that."))
