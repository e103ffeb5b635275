"""Delete what belongs to a portal, and find the files that nobody needs.

New tables are covered as soon as they have a `portal` column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from b24app.store.tables import (
    ALL,
    Derived,
    Handover,
    KeptFile,
    Portal,
    PortalToken,
    Prepared,
    Rendition,
    Request,
    SavedSignature,
    Table,
    TemplateRevision,
    Upload,
    Value,
)

OWNED: tuple[type[Table], ...] = tuple(table for table in ALL if "portal" in table._meta.fields)

BLOB_COLUMNS = (
    Prepared.sha256,
    Upload.sha256,
    Request.document_sha256,
    Request.final_sha256,
    Request.upload_sha256,
    KeptFile.sha256,
    Request.certificate_sha256,
    Handover.signed_sha256,
    Rendition.sha256,
    TemplateRevision.file_sha256,
    Value.image_sha256,
    SavedSignature.image_sha256,
)
"""Every column that names a stored file; a test compares it with the tables."""


def delete_tokens(portal: str) -> None:
    PortalToken.delete().where(PortalToken.portal == portal).execute()


def delete_data(portal: str) -> None:
    """Delete every row the portal owns and what was decided for it; its own row stays, bare."""
    for table in OWNED:
        table.delete().where(table._meta.fields["portal"] == portal).execute()
    Portal.update(settings={}, installer_id=0, setup_done_at=None).where(Portal.member_id == portal).execute()


def blobs_of(portal: str, columns: Iterable[Any] = BLOB_COLUMNS) -> set[str]:
    """Name the stored files that the portal's rows refer to."""
    return {sha256 for column in columns for sha256 in _named(column, column.model.portal == portal)}


def unreferenced(sha256s: set[str]) -> set[str]:
    """Keep of these those that no row refers to any more: the same bytes may belong to another portal as well."""
    return _unnamed(sha256s, BLOB_COLUMNS)


def unneeded(sha256s: set[str]) -> set[str]:
    """Keep of these those that no row refers to, and that are not pictures or texts of a file still known either."""
    return _unnamed(sha256s, (*BLOB_COLUMNS, Derived.sha256))


def lost_documents(after: str, last: str | None, stored: set[str]) -> set[str]:
    """Find, in a range of names, documents that no row names and that are not stored, but whose pictures are kept."""
    in_range = Derived.document > after if last is None else Derived.document.between(after, last)
    return unreferenced(_named(Derived.document, in_range) - stored)


def forget_derived(documents: set[str]) -> set[str]:
    """Forget what was made of these files; returns the files made, unless the same came of another document too."""
    made: set[str] = set()
    for chunk in _chunks(sorted(documents)):
        made |= _named(Derived.sha256, Derived.document.in_(chunk))
        Derived.delete().where(Derived.document.in_(chunk)).execute()
    shared = {name for chunk in _chunks(sorted(made)) for name in _named(Derived.sha256, Derived.sha256.in_(chunk))}
    return made - shared


def _unnamed(sha256s: set[str], columns: Sequence[Any]) -> set[str]:
    wanted = set(sha256s)
    for column in columns:
        for chunk in _chunks(sorted(wanted)):
            wanted -= _named(column, column.in_(chunk))
    return wanted


def _named(column: object, condition: object) -> set[str]:
    rows = column.model.select(column).where(condition).distinct().tuples()  # type: ignore[attr-defined]
    return {sha256 for (sha256,) in rows if sha256}


def _chunks(values: list[str], size: int = 500) -> list[list[str]]:
    return [values[start : start + size] for start in range(0, len(values), size)]
