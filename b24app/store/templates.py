"""Document templates of a portal and their revisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from peewee import fn

from b24app.errors import N_, NotFound
from b24app.store.tables import Template, TemplateDraft, TemplateRevision, upsert


def has_any(portal: str) -> bool:
    """Say whether the portal ever had a template; archived ones count."""
    return Template.select().where(Template.portal == portal).exists()


def get(portal: str, template_id: str) -> Template:
    found = find(portal, template_id)
    if found is None:
        raise NotFound(N_("There is no such template."))
    return found


def find(portal: str, template_id: str) -> Template | None:
    return Template.get_or_none((Template.portal == portal) & (Template.id == template_id))


def in_use(portal: str) -> list[Template]:
    """The templates that are not archived, in their order."""
    return _ordered(portal, Template.archived_at.is_null())


def archived(portal: str) -> list[Template]:
    return _ordered(portal, Template.archived_at.is_null(False))


def revision(portal: str, revision_id: str) -> TemplateRevision:
    found = TemplateRevision.get_or_none((TemplateRevision.portal == portal) & (TemplateRevision.id == revision_id))
    if found is None:
        raise NotFound(N_("There is no such revision of this template."))
    return found


def find_revision(portal: str, revision_id: str) -> TemplateRevision | None:
    return TemplateRevision.get_or_none((TemplateRevision.portal == portal) & (TemplateRevision.id == revision_id))


def revisions(portal: str, template_id: str) -> list[TemplateRevision]:
    """All revisions of a template, the newest first."""
    of_it = (TemplateRevision.portal == portal) & (TemplateRevision.template == template_id)
    return list(TemplateRevision.select().where(of_it).order_by(TemplateRevision.number.desc()))


def numbers(portal: str, revision_ids: Sequence[str]) -> dict[str, int]:
    """Tell the number of each of these revisions."""
    chosen = (TemplateRevision.portal == portal) & TemplateRevision.id.in_(list(revision_ids))
    return {row.id: row.number for row in TemplateRevision.select().where(chosen)}


def add(template: Template) -> None:
    """Insert a template behind those there are."""
    last = Template.select(fn.MAX(Template.position)).where(Template.portal == template.portal).scalar()
    template.position = 0 if last is None else last + 1
    template.save(force_insert=True)


def add_revision(revision: TemplateRevision) -> None:
    """Insert a revision and make it the present one of its template; the caller holds the template alone."""
    revision.save(force_insert=True)
    _of(revision.portal, revision.template, revision=revision.id, kind=revision.kind)


def change(portal: str, template_id: str, seq: int, columns: Mapping[str, Any]) -> bool:
    """Change what is not in the revision; False when somebody changed it since `seq` was read."""
    unchanged = (Template.portal == portal) & (Template.id == template_id) & (Template.seq == seq)
    return bool(Template.update(**columns, seq=Template.seq + 1).where(unchanged).execute())


def archive(portal: str, template_id: str, at: int | None) -> None:
    """Put a template aside, or with None back among the others."""
    _of(portal, template_id, archived_at=at)


def put_in_order(portal: str, template_ids: Sequence[str]) -> None:
    for position, template_id in enumerate(template_ids):
        _of(portal, template_id, position=position)


def note_use(portal: str, template_id: str, at: int) -> None:
    _of(portal, template_id, used_at=at)


def draft(portal: str, template_id: str, user_id: int) -> TemplateDraft | None:
    return TemplateDraft.get_or_none(_draft_of(portal, template_id, user_id))


def keep_draft(portal: str, template_id: str, user_id: int, *, base: str, body: str, at: int) -> None:
    upsert(TemplateDraft, portal=portal, template=template_id, user_id=user_id, base=base, body=body, at=at)


def drop_draft(portal: str, template_id: str, user_id: int) -> None:
    TemplateDraft.delete().where(_draft_of(portal, template_id, user_id)).execute()


def purge_drafts(before_ms: int) -> None:
    TemplateDraft.delete().where(TemplateDraft.at < before_ms).execute()


def _draft_of(portal: str, template_id: str, user_id: int) -> Any:
    of_template = (TemplateDraft.portal == portal) & (TemplateDraft.template == template_id)
    return of_template & (TemplateDraft.user_id == user_id)


def _of(portal: str, template_id: str, **columns: Any) -> None:
    Template.update(**columns).where((Template.portal == portal) & (Template.id == template_id)).execute()


def _ordered(portal: str, condition: Any) -> list[Template]:
    query = Template.select().where((Template.portal == portal) & condition)
    return list(query.order_by(Template.position, Template.name))
