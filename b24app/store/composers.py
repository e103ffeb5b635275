"""Openings of the popup and what belongs to them: previews, uploads, the last choice. Gone after a day."""

from __future__ import annotations

from collections.abc import Sequence

from b24app.errors import N_, NotFound
from b24app.store.prepared import ByKey
from b24app.store.tables import Composer, LastChoice, LastTemplate, Prepared, Upload, upsert
from b24app.store.templates import find as template
from b24app.store.templates import in_use as templates

__all__ = [
    "count_uploads", "get", "last_choice", "last_template", "prepared", "prepared_from", "purge", "recent",
    "remember_choice", "template", "templates", "upload", "uploads",
]  # fmt: skip

LIFE_MS = 24 * 3600 * 1000

_LAST_CHOICE = ByKey(LastChoice.portal, LastChoice.user_id, LastChoice.template)
_LAST_TEMPLATE = ByKey(LastTemplate.portal, LastTemplate.user_id)


def get(portal: str, user_id: int, composer_id: str) -> Composer:
    """Raises: NotFound for somebody else's as well."""
    found = Composer.get_or_none(
        (Composer.portal == portal) & (Composer.user_id == user_id) & (Composer.id == composer_id)
    )
    if found is None:
        raise NotFound(N_("This window has been open for too long. Close it and open it again from the card."))
    return found


def prepared(portal: str, composer_id: str, prepared_id: str) -> Prepared | None:
    return Prepared.get_or_none(
        (Prepared.portal == portal) & (Prepared.composer == composer_id) & (Prepared.id == prepared_id)
    )


def prepared_from(portal: str, composer_id: str, inputs: str) -> list[Prepared]:
    """The previews made from the same inputs, which may differ in their ticks."""
    same = (Prepared.portal == portal) & (Prepared.composer == composer_id) & (Prepared.inputs == inputs)
    return list(Prepared.select().where(same))


def upload(portal: str, composer_id: str, upload_id: str) -> Upload | None:
    return Upload.get_or_none((Upload.portal == portal) & (Upload.composer == composer_id) & (Upload.id == upload_id))


def uploads(portal: str, composer_id: str, upload_ids: Sequence[str]) -> list[Upload]:
    """Find files of a composer, in the order asked for; strange ones are left out."""
    query = (Upload.portal == portal) & (Upload.composer == composer_id) & Upload.id.in_(list(upload_ids))
    found = {row.id: row for row in Upload.select().where(query)}
    return [found[upload_id] for upload_id in upload_ids if upload_id in found]


def count_uploads(portal: str, composer_id: str) -> int:
    return int(Upload.select().where((Upload.portal == portal) & (Upload.composer == composer_id)).count())


def recent(portal: str, user_id: int, most: int) -> list[Composer]:
    """The cards an employee opened a composer on within the last day, each once, the newest opening first."""
    his = (Composer.portal == portal) & (Composer.user_id == user_id)
    found: dict[tuple[int, int], Composer] = {}
    for row in Composer.select().where(his).order_by(Composer.created_at.desc()).limit(5 * most):
        if row.entity_id:
            found.setdefault((row.entity_type_id, row.entity_id), row)
    return list(found.values())[:most]


def last_choice(portal: str, user_id: int, template_id: str) -> dict[str, object]:
    found = _LAST_CHOICE(portal, user_id, template_id)
    return found.choice if found else {}


def last_template(portal: str, user_id: int) -> str:
    """Return the id of the template this employee sent last, empty when he has sent none."""
    found = _LAST_TEMPLATE(portal, user_id)
    return found.template if found else ""


def remember_choice(portal: str, user_id: int, template_id: str, choice: dict[str, object]) -> None:
    """Keep what was chosen with a template; an empty `template_id` is a file of his own."""
    upsert(LastChoice, portal=portal, user_id=user_id, template=template_id, choice=choice)
    if template_id:
        upsert(LastTemplate, portal=portal, user_id=user_id, template=template_id)


def purge(before_ms: int) -> None:
    """Delete openings older than a moment, with their previews and uploads; their files go with the daily sweep."""
    for table in (Prepared, Upload, Composer):
        table.delete().where(table.created_at < before_ms).execute()
