"""Document templates of a portal."""

from __future__ import annotations

from b24app.store.tables import Template


def has_any(portal: str) -> bool:
    """Say whether the portal ever had a template; archived ones count."""
    return Template.select().where(Template.portal == portal).exists()


def add(portal: str, id: str, *, name: str, locale: str, body: str, position: int, created_at: int) -> None:
    Template.insert(
        id=id, portal=portal, name=name, locale=locale, body=body, position=position, created_at=created_at
    ).execute()
