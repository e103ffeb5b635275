"""The field editor: what it shows for a file, and keeping what was placed there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from b24app.bitrix.card import CardSnapshot
from b24app.domain import placing
from b24app.domain.fields import APPROVER, Field, PageSize
from b24app.domain.placing import read_fields
from b24app.errors import N_, InvalidPayload, NotFound
from b24app.services.add_upload import view_of
from b24app.services.bind_fields import properties_for
from b24app.services.composing import ComposeForm, UploadView
from b24app.store import composers
from b24app.store.database import writing
from b24app.store.tables import Portal, Upload


@dataclass(frozen=True)
class EditorRole:
    """Somebody who fills places in. `signer` as in Field."""

    signer: str
    name: str


@dataclass(frozen=True)
class EditorProperty:
    """A property of the card that places can be bound to, and the types of place that fit it."""

    path: str
    label: str
    types: tuple[str, ...]


@dataclass(frozen=True)
class EditorView:
    """Everything the editor needs; templates/fields/_editor.html shows it. Page sizes in points, as displayed.

    `candidates` were found in the file and wait to be confirmed.
    """

    sha256: str
    pages: tuple[PageSize, ...]
    fields: tuple[Field, ...]
    roles: tuple[EditorRole, ...]
    properties: tuple[EditorProperty, ...] = ()
    candidates: tuple[Field, ...] = ()

    @property
    def fields_data(self) -> list[dict[str, Any]]:
        return [field.to_dict() for field in self.fields]

    @property
    def candidates_data(self) -> list[dict[str, Any]]:
        return [field.to_dict() for field in self.candidates]


def parse_fields(text: str, pages: Sequence[PageSize], signers: Sequence[str]) -> tuple[Field, ...]:
    """Read and check what the editor sent, for these pages and signers.

    Raises: InvalidPayload whose `field` is the id of the first place that cannot stay as it is, or "fields".
    """
    fields = read_fields(text)
    problem = next(placing.problems(fields, pages, signers), None)
    if problem is not None:
        raise problem
    return fields


def editor_of_upload(portal: Portal, user_id: int, form: ComposeForm, upload_id: str) -> EditorView:
    """Open the editor on one file of a composer. Raises: NotFound."""
    composer = composers.get(portal.member_id, user_id, form.composer_id)
    upload = _upload(portal, form, upload_id)
    card = CardSnapshot.from_dict(composer.snapshot)
    return EditorView(
        sha256=upload.sha256,
        pages=_sizes(upload),
        fields=tuple(Field.from_dict(place) for place in upload.placed or ()),
        roles=roles_of(form, (card.responsible or card.me).name),
        properties=editor_properties(card),
        candidates=() if upload.placed else tuple(Field.from_dict(found) for found in upload.candidates),
    )


def place_on_upload(portal: Portal, user_id: int, form: ComposeForm, upload_id: str, text: str) -> UploadView:
    """Keep what was placed on a composer's file; no field at all means the page for signatures again.

    Raises: NotFound, InvalidPayload as `parse_fields`.
    """
    composers.get(portal.member_id, user_id, form.composer_id)
    upload = _upload(portal, form, upload_id)
    fields = parse_fields(text, _sizes(upload), signers_of(form))
    upload.placed = [field.to_dict() for field in fields] or None
    own = (Upload.portal == portal.member_id) & (Upload.id == upload.id)
    with writing():
        Upload.update(placed=upload.placed).where(own).execute()
    return view_of(upload)


def roles_of(form: ComposeForm, approver: str) -> tuple[EditorRole, ...]:
    """Name who fills places in: the chosen signatories, then the employee who approves."""
    roles = [EditorRole(str(place), choice.name) for place, choice in enumerate(form.signers, start=1)]
    return (*roles, *([EditorRole(APPROVER, approver)] if form.needs_approval else []))


def signers_of(form: ComposeForm) -> list[str]:
    return [role.signer for role in roles_of(form, "")]


def editor_properties(card: CardSnapshot) -> tuple[EditorProperty, ...]:
    return tuple(EditorProperty(path, label, tuple(types)) for path, label, types in properties_for(card))


def place_problems(fields: Sequence[Field], form: ComposeForm) -> Iterator[InvalidPayload]:
    """Say when places no longer fit the people who sign; who has no place to sign is said before, with the pages."""
    known = signers_of(form)
    strange = next((field for field in fields if field.signer not in known), None)
    if strange is not None:
        yield InvalidPayload(
            placing.NOBODY, field="document", label=strange.label or str(strange.type), page=strange.page
        )


def _upload(portal: Portal, form: ComposeForm, upload_id: str) -> Upload:
    """Raises: NotFound for a file that is not there (yet), or whose signature any field would break."""
    upload = composers.upload(portal.member_id, form.composer_id, upload_id)
    if upload is None or upload.state != "ready" or upload.is_signed:
        raise NotFound(N_("Choose a file first: fields are placed on its pages."))
    return upload


def _sizes(upload: Upload) -> tuple[PageSize, ...]:
    return tuple(PageSize(w, h) for w, h in upload.pages)
