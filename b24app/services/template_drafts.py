"""What somebody types into a template is kept with each preview: a session may end, a frame may be closed.

Kept here and not by the browser: a frame of another site may have no storage of its own.
"""

from __future__ import annotations

from b24app.clock import to_ms
from b24app.services.context import Context
from b24app.services.edit_template import Content, content_of, settled
from b24app.store import templates
from b24app.store.database import writing
from b24app.store.tables import Portal, Template, TemplateDraft


def keep_draft(ctx: Context, portal: Portal, user_id: int, template: Template, base: str, body: str) -> None:
    """Keep what stands in the editor, unless it is what is saved anyway: that is how every editor begins."""
    if _is_saved(portal, template, body):
        return
    with writing():
        templates.keep_draft(
            portal.member_id, template.id, user_id, base=base, body=settled(Content(body)).body, at=to_ms(ctx.now())
        )


def unsaved_draft(portal: Portal, user_id: int, template: Template) -> TemplateDraft | None:
    """What he has not saved; None when it is what stands there by now."""
    found = templates.draft(portal.member_id, template.id, user_id)
    return found if found and not _is_saved(portal, template, found.body) else None


def drop_draft(portal: Portal, user_id: int, template_id: str) -> None:
    with writing():
        templates.drop_draft(portal.member_id, template_id, user_id)


def _is_saved(portal: Portal, template: Template, body: str) -> bool:
    current = templates.revision(portal.member_id, template.revision)
    return content_of(current).body == settled(Content(body)).body
