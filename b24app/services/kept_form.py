"""The composer's form, kept with the request so that the same can be sent anew with today's values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from b24app.bitrix.records import from_plain, to_plain
from b24app.services.composing import ComposeForm
from b24app.store import composers
from b24app.store.tables import Request


def kept_form(portal: str, form: ComposeForm) -> dict[str, Any]:
    """Return the columns of a request that keep its form: choices, and the file of the employee's own."""
    choices = replace(form, composer_id="", prepared_id="", expires_on=None, accept_empties=False)
    plain = to_plain(choices)
    upload = composers.upload(portal, form.composer_id, form.upload_id) if form.source == "upload" else None
    if upload is None:
        return {"made_of": {"form": plain}}
    file = {"name": upload.name, "placed": upload.placed, "removed": upload.removed}
    return {"made_of": {"form": plain, "file": file}, "upload_sha256": upload.sha256}


def read_form(row: Request) -> ComposeForm | None:
    """Read it back; None for a request sent before forms were kept."""
    return from_plain(ComposeForm, row.made_of["form"]) if row.made_of else None
