"""Change the library: new templates, new revisions, options, order, archive. Nobody's work is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from b24app.bitrix.entities import CONTACT
from b24app.clock import to_ms
from b24app.documents.templates import EXAMPLES, MARKDOWN_LIMIT, example
from b24app.domain.text import MAX_TITLE, one_line
from b24app.errors import N_, InvalidPayload, NotAllowed
from b24app.letters.compose import wording_problems
from b24app.services.composing import FormRefused
from b24app.services.context import Context
from b24app.services.portal_options import LETTER_LOCALES, MAX_DEADLINE_DAYS
from b24app.services.template_options import (
    SignerRole,
    TemplateOptions,
    Visitor,
    options_of_template,
    refuse_unless_admin,
    refuse_unless_editor,
)
from b24app.store import templates
from b24app.store.database import alone, writing
from b24app.store.tables import Portal, Template, TemplateRevision

MAX_NOTE = 200
MAX_ROLES = 20
TEXT, DOCX, PDF = "markdown", "docx", "pdf"
_FIRST_LINE = {"en": "# New document", "uk": "# Новий документ"}


@dataclass(frozen=True)
class Content:
    """What a revision holds: Markdown, or a stored file with the places on it."""

    body: str = ""
    kind: str = TEXT
    file_sha256: str = ""
    fields: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


class TemplateChanged(NotAllowed):
    """Somebody saved a revision meanwhile; `current` is his. What was typed is still with the one who is told."""

    def __init__(self, current: TemplateRevision) -> None:
        super().__init__(
            N_(
                "%(who)s saved revision %(number)s while you were editing. Your text is still here: compare both, then "
                "save yours as the next revision or take theirs."
            ),
            who=current.author_name or "Paraph",
            number=current.number,
        )
        self.current = current


def create_template(
    ctx: Context,
    portal: Portal,
    visitor: Visitor,
    *,
    start: str,
    name: str,
    locale: str,
    content: Content | None = None,
) -> str:
    """Make a template and return its id. `start`: "empty", "example:<name>", "copy:<template id>", or "file" with
    `content`. A copy takes the options along. Raises: NotAllowed, NotFound, FormRefused."""
    refuse_unless_admin(visitor)
    original = templates.get(portal.member_id, start[5:]) if start.startswith("copy:") else None
    locale = original.locale if original else locale if locale in LETTER_LOCALES else "en"
    template = Template(
        id=ctx.new_id(),
        portal=portal.member_id,
        name=_name(name),
        locale=locale,
        options=original.options if original else {},
        created_at=to_ms(ctx.now()),
    )
    made = content or _beginning(portal, start, original, locale)
    with writing():
        templates.add(template)
        templates.add_revision(_revision(ctx, template, visitor, 1, made, ""))
    return str(template.id)


def save_revision(
    ctx: Context, portal: Portal, visitor: Visitor, template_id: str, base: str, content: Content, note: str = ""
) -> TemplateRevision:
    """Make `content` the present revision; the same content again makes none.

    `base`: the revision that was being edited. Raises: TemplateChanged when it is no longer the present one.
    """
    template = templates.get(portal.member_id, template_id)
    refuse_unless_editor(template, visitor)
    if len(content.body) > MARKDOWN_LIMIT:
        raise _too_long()
    with writing():
        alone(f"template/{template_id}")
        template = templates.get(portal.member_id, template_id)
        current = templates.revision(portal.member_id, template.revision)
        if content_of(current) == settled(content):
            return current
        if current.id != base:
            raise TemplateChanged(current)
        made = _revision(ctx, template, visitor, current.number + 1, content, note)
        templates.add_revision(made)
        templates.drop_draft(portal.member_id, template_id, visitor.user_id)
    return made


def restore_revision(
    ctx: Context, portal: Portal, visitor: Visitor, template_id: str, revision_id: str, note: str
) -> TemplateRevision:
    """Bring an earlier revision back as a new one. `note` says so in the visitor's language."""
    old = templates.revision(portal.member_id, revision_id)
    template = templates.get(portal.member_id, template_id)
    if old.template != template.id:
        raise InvalidPayload(N_("There is no such revision of this template."))
    return save_revision(ctx, portal, visitor, template_id, template.revision, content_of(old), note)


def change_template(
    portal: Portal, visitor: Visitor, template_id: str, seq: int, *, name: str, locale: str, options: TemplateOptions
) -> None:
    """Change what is not in the text. Raises: FormRefused naming each problem; NotAllowed when `seq` is out of date."""
    template = templates.get(portal.member_id, template_id)
    refuse_unless_editor(template, visitor)
    if not visitor.is_admin:  # whom he lets in is not his to decide
        kept = options_of_template(template)
        options = replace(options, editors=kept.editors, users=kept.users)
    if problems := _problems(name, options):
        raise FormRefused(problems)
    columns = {"name": _name(name), "locale": locale, "options": options.to_dict()}
    with writing():
        is_changed = templates.change(portal.member_id, template_id, seq, columns)
    if not is_changed:
        raise NotAllowed(
            N_("Somebody has changed these options meanwhile. What you entered is still here; save again to keep it.")
        )


def archive_template(ctx: Context, portal: Portal, visitor: Visitor, template_id: str, *, back: bool = False) -> None:
    """Put a template aside: the composer no longer offers it, requests keep naming it. `back` undoes that."""
    refuse_unless_admin(visitor)
    templates.get(portal.member_id, template_id)
    with writing():
        templates.archive(portal.member_id, template_id, None if back else to_ms(ctx.now()))


def move_template(portal: Portal, visitor: Visitor, template_id: str, step: int) -> None:
    """Move a template up (-1) or down (1) in the list that everybody sees."""
    refuse_unless_admin(visitor)
    with writing():
        ids = [str(template.id) for template in templates.in_use(portal.member_id)]
        if template_id not in ids:
            return
        place = ids.index(template_id)
        ids.insert(max(0, min(len(ids) - 1, place + step)), ids.pop(place))
        templates.put_in_order(portal.member_id, ids)


def content_of(revision: TemplateRevision) -> Content:
    return Content(revision.body, revision.kind, revision.file_sha256, tuple(revision.fields))


def first_revision(ctx: Context, template: Template, body: str) -> None:
    """Lay out a template that ships with us; call inside `writing`."""
    templates.add(template)
    templates.add_revision(_revision(ctx, template, Visitor(0), 1, Content(body), ""))


def _beginning(portal: Portal, start: str, original: Template | None, locale: str) -> Content:
    if original:
        return content_of(templates.revision(portal.member_id, original.revision))
    kind, _, name = start.partition(":")
    if kind == "example" and name in EXAMPLES:
        return Content(example(name, locale))
    return Content(_FIRST_LINE[locale] + "\n\n\n{{ signatures }}\n")


def _revision(
    ctx: Context, template: Template, visitor: Visitor, number: int, content: Content, note: str
) -> TemplateRevision:
    kept = settled(content)
    return TemplateRevision(
        id=ctx.new_id(),
        portal=template.portal,
        template=template.id,
        number=number,
        kind=kept.kind,
        body=kept.body,
        file_sha256=kept.file_sha256,
        fields=list(kept.fields),
        author_id=visitor.user_id,
        author_name=one_line(visitor.name, 120),
        note=one_line(note, MAX_NOTE),
        created_at=to_ms(ctx.now()),
    )


def settled(content: Content) -> Content:
    """Content as rows keep it: lines end with a newline and nothing else."""
    body = content.body.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return replace(content, body=body, fields=tuple(dict(each) for each in content.fields))


def _name(name: str) -> str:
    cleaned = one_line(name, MAX_TITLE)
    if not cleaned:
        raise FormRefused({"name": [InvalidPayload(N_("Give the template a name."))]})
    return cleaned


def _problems(name: str, options: TemplateOptions) -> dict[str, list[InvalidPayload]]:
    problems: dict[str, list[InvalidPayload]] = {}
    if not one_line(name, MAX_TITLE):
        problems["name"] = [InvalidPayload(N_("Give the template a name."))]
    if not 0 <= options.deadline_days <= MAX_DEADLINE_DAYS:
        problems["deadline_days"] = [
            InvalidPayload(N_("Choose a number of days from 1 to %(most)s."), most=MAX_DEADLINE_DAYS)
        ]
    if any(type_id <= 0 or type_id == CONTACT for type_id in options.types):
        problems["types"] = [InvalidPayload(N_("Templates serve leads, deals and other cards, not contacts."))]
    if len(options.roles) > MAX_ROLES or set(options.roles) - set(SignerRole):
        problems["roles"] = [
            InvalidPayload(N_("The list of signatories is damaged: close this page and open it again."))
        ]
    if options.letter:
        problems |= _letter_problems(options.letter.subject, options.letter.body)
    return problems


def _letter_problems(subject: str, body: str) -> dict[str, list[InvalidPayload]]:
    if not subject.strip() or not body.strip():
        return {"letter_subject": [InvalidPayload(N_("The letter needs a subject and a text."))]}
    found = {"letter_subject": list(wording_problems(subject)), "letter_body": list(wording_problems(body))}
    return {field: problems for field, problems in found.items() if problems}


def _too_long() -> FormRefused:
    problem = InvalidPayload(
        N_("The template is longer than %(limit)s characters. Shorten it or split it in two."), limit=MARKDOWN_LIMIT
    )
    return FormRefused({"body": [problem]})
