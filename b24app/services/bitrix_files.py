"""What Bitrix24 has to send: the card's documents, templates of its generator, files in properties, the Drive."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.bitrix import disk
from b24app.bitrix.batch import Command
from b24app.bitrix.card import CardSnapshot
from b24app.bitrix.disk import Folder, Storage
from b24app.bitrix.documents import (
    GeneratedDocument,
    GeneratorTemplate,
    in_words,
    list_command,
    parse_list,
    parse_templates,
    templates_command,
)
from b24app.bitrix.files import PropertyFile, file_ids
from b24app.domain.text import one_line
from b24app.errors import N_, BitrixError, Sentence
from b24app.services.context import Context
from b24app.store import composers
from b24app.store.tables import Portal

MAX_SEARCH_CHARS = 100

NO_DRIVE = N_("Paraph has no permission for the Drive here: an administrator can add it in the application's settings.")


@dataclass(frozen=True)
class BitrixSources:
    """The panel "Bitrix24" of the composer. A sentence stands where something cannot be offered."""

    documents: tuple[GeneratedDocument, ...]
    properties: tuple[PropertyFile, ...]
    templates: tuple[GeneratorTemplate, ...]
    storages: tuple[Storage, ...]
    documents_trouble: Sentence | None = None
    templates_trouble: Sentence | None = None
    drive_trouble: Sentence | None = None


def bitrix_sources(ctx: Context, portal: Portal, user_id: int, composer_id: str) -> BitrixSources:
    """List everything in one call, with the employee's own rights. Raises: BitrixError when there is no answer."""
    composer = composers.get(portal.member_id, user_id, composer_id)
    card = CardSnapshot.from_dict(composer.snapshot)
    commands: dict[str, Command] = {
        "documents": list_command(card.entity),
        "templates": templates_command(card.entity.type_id),
    }
    if disk.SCOPE in card.scope:
        commands["storages"] = disk.storages_command()
    batch = ctx.rest(portal, user_id).batch(commands)
    return BitrixSources(
        documents=parse_list(batch.get("documents"), card.entity),
        properties=property_files(card),
        templates=parse_templates(batch.get("templates"), card.entity.type_id),
        storages=disk.parse_storages(batch.get("storages"), user_id),
        documents_trouble=_trouble(batch.error("documents")),
        templates_trouble=_trouble(batch.error("templates")),
        drive_trouble=_trouble(batch.error("storages")) if "storages" in commands else Sentence(NO_DRIVE),
    )


def drive_folder(
    ctx: Context, portal: Portal, user_id: int, composer_id: str, folder_id: int, search: str = "", start: int = 0
) -> Folder:
    """List a folder of the Drive, or search it by name. Raises: NotFound, BitrixError."""
    composers.get(portal.member_id, user_id, composer_id)
    wanted = one_line(search, MAX_SEARCH_CHARS)
    return disk.open_folder(ctx.rest(portal, user_id), folder_id, search=wanted, start=start)


def property_files(card: CardSnapshot) -> tuple[PropertyFile, ...]:
    """Find the files in the card's own properties, as it was when the popup opened."""
    return tuple(
        PropertyFile(field.name, file_id, field.label, number)
        for field in card.user_fields
        if field.type == "file"
        for number, file_id in enumerate(file_ids(card.item.get(field.name)), start=1)
    )


def _trouble(error: BitrixError | None) -> Sentence | None:
    return Sentence.of(in_words(error)) if error else None
