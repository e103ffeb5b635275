"""Options of a template: name, cards, who may use and edit it, who signs, the letter. A plain form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from b24app.bitrix.entities import DEAL, LEAD, positive_int
from b24app.errors import AppError
from b24app.services.composing import FormRefused
from b24app.services.edit_template import change_template
from b24app.services.find_people import Found, find_people
from b24app.services.portal_options import PLACEHOLDERS, Letter, options_of, usual_letter
from b24app.services.template_options import (
    Circle,
    Named,
    SignerRole,
    TemplateOptions,
    options_of_template,
)
from b24app.store.tables import Template
from b24app.web.error_pages import sentence
from b24app.web.guards import Caller, context, portal_required
from b24app.web.reminder_form import whole_number
from b24app.web.settings_form import LANGUAGE_NAMES, translated
from b24app.web.template_revisions import editable
from b24app.web.visitors import visitor_of

bp = Blueprint("template_options_page", __name__, url_prefix="/templates")

SERVED_TYPES = (LEAD, DEAL)
ROLE_SLOTS = 5
MAX_NAMED = 100
APPROVAL = {"": None, "yes": True, "no": False}

Form = MultiDict[str, str]


@bp.post("/<template_id>/options")
@portal_required
def show(caller: Caller, template_id: str) -> ResponseReturnValue:
    template = editable(caller, template_id)
    return _page(caller, template, template.name, template.locale, options_of_template(template))


@bp.post("/<template_id>/options/save")
@portal_required
def save(caller: Caller, template_id: str) -> ResponseReturnValue:
    name, locale, options = _parse(request.form)
    problems: Mapping[str, list[str]] = {}
    done, status = gettext("Saved."), 200
    try:
        change_template(
            caller.portal,
            visitor_of(caller),
            template_id,
            whole_number(request.form.get("seq", "")),
            name=name,
            locale=locale,
            options=options,
        )
    except FormRefused as refused:
        problems, done, status = translated(refused), "", refused.http_status
    except AppError as refused:
        problems, done, status = {"form": [sentence(refused)]}, "", refused.http_status
    return _page(caller, editable(caller, template_id), name, locale, options, problems=problems, done=done), status


@bp.post("/<template_id>/options/find")
@portal_required
def find(caller: Caller, template_id: str) -> ResponseReturnValue:
    """Look for employees and departments to choose from; what was entered stays."""
    template = editable(caller, template_id)
    name, locale, options = _parse(request.form)
    found = find_people(context(), caller.portal, caller.user_id, request.form.get("find", ""))
    return _page(caller, template, name, locale, options, found=found)


def _page(
    caller: Caller,
    template: Template,
    name: str,
    locale: str,
    options: TemplateOptions,
    *,
    problems: Mapping[str, list[str]] | None = None,
    found: Found | None = None,
    done: str = "",
) -> str:
    usual = options_of(caller.portal).letters.get(locale) or usual_letter(locale)
    return render_template(
        "library/options.html",
        template=template,
        name=name,
        locale=locale,
        options=options,
        roles=[*options.roles, *[""] * max(1, ROLE_SLOTS - len(options.roles))],
        all_roles=[str(role) for role in SignerRole],
        types=SERVED_TYPES,
        usual_letter=usual,
        portal_options=options_of(caller.portal),
        placeholders=PLACEHOLDERS,
        languages=LANGUAGE_NAMES,
        is_admin=visitor_of(caller).is_admin,
        problems=problems or {},
        found=found,
        find=request.form.get("find", ""),
        done=done,
    )


def _parse(form: Form) -> tuple[str, str, TemplateOptions]:
    locale = form.get("locale", "")
    options = TemplateOptions(
        types=tuple(sorted({whole_number(each) for each in form.getlist("types")})),
        users=Circle("everybody" in form, _named(form, "user"), _named(form, "user_department")),
        editors=Circle(False, _named(form, "editor"), _named(form, "editor_department")),
        roles=tuple(role for role in form.getlist("roles") if role),
        together="together" in form,
        letter=_letter(form) if "own_letter" in form else None,
        deadline_days=_days(form.get("deadline_days", "")),
        needs_approval=APPROVAL.get(form.get("needs_approval", "")),
    )
    return form.get("name", ""), locale if locale in LANGUAGE_NAMES else "en", options


def _named(form: Form, field: str) -> tuple[Named, ...]:
    """Read "6|Anna Schmidt" of each ticked box."""
    chosen: dict[int, Named] = {}
    for value in form.getlist(field)[:MAX_NAMED]:
        number, _, name = value.partition("|")
        if id := positive_int(number):
            chosen[id] = Named(id, " ".join(name.split())[:120])
    return tuple(chosen.values())


def _days(text: str) -> int:
    """Read a number of days; nothing is 0, what is no number is refused with the rest."""
    return whole_number(text) or -1 if text.strip() else 0


def _letter(form: Form) -> Letter:
    subject = " ".join(form.get("letter_subject", "").split())
    return Letter(subject, form.get("letter_body", "").replace("\r\n", "\n").strip())


def not_yet(found: Iterable[Named], chosen: Iterable[Named]) -> list[Named]:
    """Those found who are not chosen already."""
    ids = {each.id for each in chosen}
    return [each for each in found if each.id not in ids]


bp.add_app_template_global(not_yet)
