"""The revisions of a template: listed, compared, restored."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from b24app.clock import from_ms
from b24app.services.compare_revisions import compare
from b24app.services.edit_template import restore_revision
from b24app.services.template_options import refuse_unless_editor
from b24app.store import templates
from b24app.store.tables import Template
from b24app.web.guards import Caller, context, portal_required
from b24app.web.revision_words import lines_of
from b24app.web.visitors import visitor_of
from b24app.web.words import moment

bp = Blueprint("template_revisions", __name__, url_prefix="/templates")


@bp.post("/<template_id>/revisions")
@portal_required
def revisions(caller: Caller, template_id: str) -> ResponseReturnValue:
    """List the revisions, and compare the two that were chosen."""
    return revisions_page(caller, template_id)


@bp.post("/<template_id>/revisions/restore")
@portal_required
def restore(caller: Caller, template_id: str) -> ResponseReturnValue:
    old = templates.revision(caller.portal.member_id, request.form.get("revision", ""))
    note = gettext("Revision %(number)s, restored", number=old.number)
    made = restore_revision(context(), caller.portal, visitor_of(caller), template_id, old.id, note)
    done = gettext("Revision %(old)s is back, as revision %(new)s.", old=old.number, new=made.number)
    return revisions_page(caller, template_id, done=done)


def editable(caller: Caller, template_id: str) -> Template:
    """Raises: NotFound, or NotAllowed for somebody who may not edit this template."""
    template = templates.get(caller.portal.member_id, template_id)
    refuse_unless_editor(template, visitor_of(caller))
    return template


def revisions_page(caller: Caller, template_id: str, done: str = "") -> str:
    template = editable(caller, template_id)
    known = templates.revisions(caller.portal.member_id, template_id)
    by_id = {revision.id: revision for revision in known}
    newer = by_id.get(request.form.get("newer", "")) or known[0]
    before = next((revision for revision in known if revision.number < newer.number), newer)
    older = by_id.get(request.form.get("older", "")) or before
    return render_template(
        "library/revisions.html",
        template=template,
        revisions=known,
        older=older,
        newer=newer,
        lines=compare(lines_of(template, older), lines_of(template, newer)),
        done=done,
    )


def moment_ms(at: int) -> Markup:
    return moment(from_ms(at))


bp.add_app_template_global(moment_ms)
