"""The library of a portal as an employee sees it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from b24app.clock import from_ms
from b24app.services.template_options import Circle, Visitor, may_edit, options_of_template
from b24app.store import templates
from b24app.store.tables import Portal, Template


@dataclass(frozen=True)
class TemplateLine:
    id: str
    name: str
    locale: str
    kind: str
    types: tuple[int, ...]  # CRM types; none means all
    users: Circle
    revision: int
    used_at: datetime | None
    may_edit: bool


@dataclass(frozen=True)
class LibraryView:
    """`archived` is for administrators, who alone put aside and bring back."""

    lines: tuple[TemplateLine, ...]
    archived: tuple[TemplateLine, ...]
    is_admin: bool


def list_templates(portal: Portal, visitor: Visitor) -> LibraryView:
    """Everything for an administrator, for others what they may use or edit."""
    aside = templates.archived(portal.member_id) if visitor.is_admin else []
    return LibraryView(
        tuple(_lines(portal, visitor, templates.in_use(portal.member_id))),
        tuple(_lines(portal, visitor, aside)),
        visitor.is_admin,
    )


def _lines(portal: Portal, visitor: Visitor, rows: Sequence[Template]) -> Iterator[TemplateLine]:
    numbers = templates.numbers(portal.member_id, [row.revision for row in rows])
    for row in rows:
        options = options_of_template(row)
        is_editor = may_edit(row, visitor)
        if not is_editor and not options.users.holds(visitor):
            continue
        yield TemplateLine(
            id=row.id,
            name=row.name,
            locale=row.locale,
            kind=row.kind,
            types=options.types,
            users=options.users,
            revision=numbers.get(row.revision, 0),
            used_at=from_ms(row.used_at) if row.used_at else None,
            may_edit=is_editor,
        )
