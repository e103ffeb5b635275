"""Templates that are files: a Word document with placeholders, or a PDF with places put on it by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from b24app.bitrix.card import CardSnapshot
from b24app.documents import office
from b24app.documents.sources import SIZE_LIMIT_MB, TOO_LARGE, inspect_upload
from b24app.documents.templates.docx import DocxOutline, inspect_docx
from b24app.domain.fields import APPROVER, Field
from b24app.errors import N_, DocumentRefused, InvalidPayload, NotAllowed
from b24app.services.add_upload import title_of
from b24app.services.composing import FormRefused
from b24app.services.context import Context
from b24app.services.edit_template import (
    DOCX,
    MAX_ROLES,
    PDF,
    Content,
    TemplateChanged,
    content_of,
    create_template,
    save_revision,
)
from b24app.services.page_image import page_sizes_of
from b24app.services.place_fields import EditorRole, EditorView, editor_properties, parse_fields
from b24app.services.template_options import Visitor, options_of_template, refuse_unless_admin, refuse_unless_editor
from b24app.store import templates
from b24app.store.tables import Portal, Template, TemplateRevision

FEWEST_ROLES = 4
"""So many signatories can be given places, even where nothing names them."""

NO_FILE = N_("Choose a file first.")
SIGNED = N_("“%(filename)s” carries a digital signature, which places would break. Upload the unsigned file.")
MEANWHILE = N_(
    "%(who)s saved revision %(number)s meanwhile. Your fields are still here: save again to make them the next "
    "revision, or cancel and open the template again."
)
REPLACED = N_("%(who)s replaced the file meanwhile. Open the template again: its pages may be others.")


class PlacesChanged(NotAllowed):
    """Somebody saved a revision while fields were being placed. `current` is the revision to build on next."""

    def __init__(self, current: TemplateRevision, message: str) -> None:
        super().__init__(message, who=current.author_name or "Paraph", number=current.number)
        self.current = current


@dataclass(frozen=True)
class Taken:
    """A file fit to be a template. `removed` (gettext keys, nouns) is what was taken out of it."""

    content: Content
    removed: tuple[str, ...] = ()


def create_from_file(
    ctx: Context, portal: Portal, visitor: Visitor, *, name: str, locale: str, filename: str, data: bytes
) -> tuple[str, Taken]:
    """Make a template of a file; without a name it takes the file's. Raises: NotAllowed, FormRefused (file)."""
    refuse_unless_admin(visitor)
    taken = _taken(ctx, filename, data)
    name = name.strip() or title_of(filename)
    made = create_template(ctx, portal, visitor, start="file", name=name, locale=locale, content=taken.content)
    return made, taken


def replace_file(
    ctx: Context, portal: Portal, visitor: Visitor, template_id: str, base: str, *, filename: str, data: bytes
) -> tuple[TemplateRevision, Taken]:
    """Make a newer file the next revision; places stay where they are, as far as there are pages for them.

    Raises: NotAllowed, TemplateChanged, FormRefused (file).
    """
    template = templates.get(portal.member_id, template_id)
    refuse_unless_editor(template, visitor)
    taken = _taken(ctx, filename, data)
    if taken.content.kind == template.kind == PDF:
        taken = replace(taken, content=_with_places(ctx, portal, template, taken.content))
    made = save_revision(ctx, portal, visitor, template_id, base, taken.content, title_of(filename))
    return made, taken


def outline_of(ctx: Context, revision: TemplateRevision) -> DocxOutline:
    """Say what a Word template asks for. Raises: DocumentRefused."""
    return inspect_docx(ctx.blobs.get(revision.file_sha256))


def editor_of_template(ctx: Context, template: Template, revision: TemplateRevision, card: CardSnapshot) -> EditorView:
    """Open the field editor on a PDF template; `card` says to which properties places can be bound."""
    return EditorView(
        sha256=revision.file_sha256,
        pages=page_sizes_of(ctx, revision.file_sha256),
        fields=places_of(revision),
        roles=_roles(template, revision),
        properties=editor_properties(card),
        candidates=() if revision.fields else _candidates(revision),
        all_sign=False,
    )


def save_places(
    ctx: Context, portal: Portal, visitor: Visitor, template_id: str, base: str, text: str
) -> TemplateRevision:
    """Keep what was placed as a new revision. Raises: PlacesChanged, InvalidPayload as `parse_fields`."""
    template = templates.get(portal.member_id, template_id)
    refuse_unless_editor(template, visitor)
    edited = templates.revision(portal.member_id, base)
    if edited.template != template.id or edited.kind != PDF:
        raise InvalidPayload(N_("There is no such revision of this template."))
    signers = [*(str(number) for number in range(1, MAX_ROLES + 1)), APPROVER]
    fields = parse_fields(text, page_sizes_of(ctx, edited.file_sha256), signers)
    content = replace(content_of(edited), fields=tuple(field.to_dict() for field in fields))
    try:
        return save_revision(ctx, portal, visitor, template_id, base, content)
    except TemplateChanged as changed:
        is_same_file = changed.current.file_sha256 == edited.file_sha256
        raise PlacesChanged(changed.current, MEANWHILE if is_same_file else REPLACED) from changed


def places_of(revision: TemplateRevision) -> tuple[Field, ...]:
    return tuple(Field.from_dict(each) for each in revision.fields)


def _taken(ctx: Context, filename: str, data: bytes) -> Taken:
    if not filename:
        raise FormRefused({"file": [InvalidPayload(NO_FILE)]})
    try:
        return _word(ctx, filename, data) if data.startswith(b"PK\x03\x04") else _pdf(ctx, filename, data)
    except DocumentRefused as refused:
        raise FormRefused({"file": [refused]}) from refused


def _word(ctx: Context, filename: str, data: bytes) -> Taken:
    if not office.is_available():
        raise DocumentRefused(office.MISSING, reason="no_office")
    if len(data) > SIZE_LIMIT_MB * 1024 * 1024:
        raise DocumentRefused(TOO_LARGE, reason="too_large", filename=filename, limit=SIZE_LIMIT_MB)
    outline = inspect_docx(data)
    return Taken(Content("", DOCX, ctx.blobs.put(outline.docx)), outline.removed)


def _pdf(ctx: Context, filename: str, data: bytes) -> Taken:
    """Take a PDF (or a picture, as its only page); its form's fields and text tags are kept as proposals."""
    upload = inspect_upload(data, filename)
    if upload.is_signed:
        raise DocumentRefused(SIGNED, reason="signed", filename=filename)
    found = json.dumps([field.to_dict() for field in upload.candidates]) if upload.candidates else ""
    return Taken(Content(found, PDF, ctx.blobs.put(upload.pdf)), upload.removed)


def _with_places(ctx: Context, portal: Portal, template: Template, content: Content) -> Content:
    current = templates.revision(portal.member_id, template.revision)
    pages = len(page_sizes_of(ctx, content.file_sha256))
    return replace(content, fields=tuple(each for each in current.fields if each["page"] <= pages))


def _candidates(revision: TemplateRevision) -> tuple[Field, ...]:
    return tuple(Field.from_dict(each) for each in json.loads(revision.body or "[]"))


def _roles(template: Template, revision: TemplateRevision) -> tuple[EditorRole, ...]:
    """The signatories of the template's options, a few more, and the approver; names are the page's matter."""
    used = [int(f.signer) for f in (*places_of(revision), *_candidates(revision)) if f.signer.isdecimal()]
    most = max(FEWEST_ROLES, len(options_of_template(template).roles), *used, 0)
    return (*(EditorRole(str(number), "") for number in range(1, min(most, MAX_ROLES) + 1)), EditorRole(APPROVER, ""))
