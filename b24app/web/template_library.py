"""The template library: the list, new templates, order and archive. Each door works as a plain form post."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from b24app.documents.templates import EXAMPLES
from b24app.services.composing import FormRefused
from b24app.services.edit_template import archive_template, create_template, move_template
from b24app.services.list_templates import list_templates
from b24app.web.guards import Caller, context, portal_required
from b24app.web.settings_form import LANGUAGE_NAMES, translated
from b24app.web.template_editor import editor_page
from b24app.web.visitors import visitor_of
from b24app.web.words import crm_type_word

bp = Blueprint("template_library", __name__, url_prefix="/templates")


@bp.post("/")
@portal_required
def index(caller: Caller) -> ResponseReturnValue:
    return library_page(caller)


@bp.post("/new")
@portal_required
def create(caller: Caller) -> ResponseReturnValue:
    """Make a template and open it."""
    form = request.form
    try:
        template_id = create_template(
            context(),
            caller.portal,
            visitor_of(caller),
            start=form.get("start", "empty"),
            name=form.get("name", ""),
            locale=form.get("locale", ""),
        )
    except FormRefused as refused:
        return library_page(caller, problems=translated(refused)), 400
    return editor_page(caller, template_id)


@bp.post("/<template_id>/archive")
@portal_required
def archive(caller: Caller, template_id: str) -> ResponseReturnValue:
    archive_template(context(), caller.portal, visitor_of(caller), template_id)
    return library_page(
        caller, done=gettext("Archived. The composer no longer offers it; nothing that was sent changes.")
    )


@bp.post("/<template_id>/back")
@portal_required
def bring_back(caller: Caller, template_id: str) -> ResponseReturnValue:
    archive_template(context(), caller.portal, visitor_of(caller), template_id, back=True)
    return library_page(caller, done=gettext("The template is back in the list."))


@bp.post("/<template_id>/move")
@portal_required
def move(caller: Caller, template_id: str) -> ResponseReturnValue:
    move_template(caller.portal, visitor_of(caller), template_id, -1 if request.form.get("step") == "-1" else 1)
    return library_page(caller)


def library_page(caller: Caller, done: str = "", problems: Mapping[str, list[str]] | None = None) -> str:
    locale = caller.lang if caller.lang in LANGUAGE_NAMES else "en"
    return render_template(
        "library/library.html",
        library=list_templates(caller.portal, visitor_of(caller)),
        examples={name: titles[locale] for name, titles in EXAMPLES.items()},
        languages=LANGUAGE_NAMES,
        locale=locale,
        done=done,
        problems=problems or {},
    )


def type_words(types: tuple[int, ...]) -> str:
    return ", ".join(crm_type_word(each) for each in types) if types else gettext("All")


bp.add_app_template_global(type_words)
