"""The composer's form and its files, kept with the request so that the same can be sent anew with today's values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from b24app.bitrix.records import from_plain, to_plain
from b24app.services.composing import TEMPLATE, ComposeForm
from b24app.store import composers, requests
from b24app.store.tables import KeptFile, Request, Upload

_OF_A_FILE = ("name", "placed", "removed", "pages", "facts", "fingerprint", "origin", "is_signed", "candidates")


def kept_form(form: ComposeForm) -> dict[str, Any]:
    """Return what `Request.made_of` keeps of a form."""
    choices = replace(form, composer_id="", prepared_id="", expires_on=None, accept_empties=False)
    return {"form": to_plain(choices)}


def keep_files(portal: str, request_id: str, form: ComposeForm) -> None:
    """Keep the form's files with its request; call inside the transaction that sends it."""
    for upload in composers.uploads(portal, form.composer_id, form.file_ids):
        about = {name: getattr(upload, name) for name in _OF_A_FILE}
        KeptFile.create(request=request_id, upload=upload.id, portal=portal, sha256=upload.sha256, about=about)


def read_form(row: Request) -> ComposeForm | None:
    """Read it back; None for a request whose form was not kept."""
    return from_plain(ComposeForm, row.made_of["form"]) if row.made_of else None


def kept_files(row: Request, form: ComposeForm) -> dict[str, Upload]:
    """Make of a request's files what a composer holds, not in one yet, by what the form calls them."""
    known = {kept.upload: (kept.sha256, kept.about) for kept in requests.kept_files(row.portal, row.id)}
    if row.upload_sha256:
        [only] = (each for each in form.chosen if each != TEMPLATE)
        known[only] = (row.upload_sha256, row.made_of["file"])
    return {name: Upload(portal=row.portal, sha256=sha256, **about) for name, (sha256, about) in known.items()}
