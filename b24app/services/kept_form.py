"""The composer's form, kept with the request so that the same can be sent anew with today's values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from b24app.bitrix.records import from_plain, to_plain
from b24app.services.composing import ComposeForm
from b24app.store import composers
from b24app.store.tables import Request, Upload

_OF_A_FILE = ("name", "placed", "removed", "pages", "facts", "fingerprint", "origin")


def kept_form(portal: str, form: ComposeForm) -> dict[str, Any]:
    """Return the columns of a request that keep its form, and its file; with several files nothing is kept."""
    choices = replace(form, composer_id="", prepared_id="", expires_on=None, accept_empties=False)
    plain = {"form": to_plain(choices)}
    uploads = composers.uploads(portal, form.composer_id, form.file_ids)
    if not uploads:
        return {"made_of": plain}
    if len(uploads) > 1:
        return {}
    return {"made_of": {**plain, "file": _columns(uploads[0])}, "upload_sha256": uploads[0].sha256}


def read_form(row: Request) -> ComposeForm | None:
    """Read it back; None for a request whose form was not kept."""
    return from_plain(ComposeForm, row.made_of["form"]) if row.made_of else None


def _columns(upload: Upload) -> dict[str, Any]:
    return {name: getattr(upload, name) for name in _OF_A_FILE}
