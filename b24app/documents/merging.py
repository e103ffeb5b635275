"""Several documents in one file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from b24app.documents import guard
from b24app.documents.sources import PAGE_LIMIT, PartyBlock
from b24app.domain.fields import Field, PageSize
from b24app.errors import N_, DocumentRefused

FILES_LIMIT = 20
SIZE_LIMIT_MB = 60

TOO_LARGE = N_("Together the files are larger than %(limit)s MB. Remove a file, or save it with smaller pictures.")
TOO_MANY = N_("At most %(limit)s files can go into one document. Remove some from the list.")


@dataclass(frozen=True)
class Merged:
    """`first_pages`: where each document begins, 1-based."""

    pdf: bytes
    first_pages: tuple[int, ...]
    sizes: tuple[PageSize, ...]
    fields: tuple[Field, ...]  # of the page of signatures


@dataclass(frozen=True)
class SignaturePage:
    """A page with a block for every party, to come last."""

    parties: tuple[PartyBlock, ...]
    title: str
    locale: str


def merge(documents: Sequence[tuple[str, bytes]], last: SignaturePage | None = None) -> Merged:
    """Put PDFs (title, bytes) one after the other; each title becomes a bookmark.

    Raises: DocumentRefused with reason too_large, too_many_pages, or malformed.
    """
    if len(documents) > FILES_LIMIT:
        raise DocumentRefused(TOO_MANY, reason="too_many_files", limit=FILES_LIMIT)
    if sum(len(pdf) for _title, pdf in documents) > SIZE_LIMIT_MB * 1024 * 1024:
        raise DocumentRefused(TOO_LARGE, reason="too_large", limit=SIZE_LIMIT_MB)
    sheet = asdict(last) if last else None
    args = {"titles": [title for title, _pdf in documents], "page_limit": PAGE_LIMIT, "sheet": sheet}
    blobs = {str(index): pdf for index, (_title, pdf) in enumerate(documents)}
    output = guard.run("b24app.documents.jobs.merging:merge", args, blobs)
    return Merged(
        pdf=output.blobs["pdf"],
        first_pages=tuple(output.data["first_pages"]),
        sizes=tuple(PageSize(**size) for size in output.data["sizes"]),
        fields=tuple(Field.from_dict(field) for field in output.data["fields"]),
    )


def shifted(fields: Iterable[Field], first_page: int, prefix: str = "") -> tuple[Field, ...]:
    """Move fields to where their document begins; `prefix` keeps the names of different documents apart."""
    moved = []
    for field in fields:
        condition = prefix + field.shown_when if field.shown_when else ""
        page = field.page + first_page - 1
        group = prefix + field.group if field.group else ""
        moved.append(replace(field, id=prefix + field.id, page=page, shown_when=condition, group=group))
    return tuple(moved)
