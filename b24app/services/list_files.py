"""The files of a composer that its form names, in order."""

from __future__ import annotations

from b24app.services.add_upload import view_of
from b24app.services.composing import ComposeForm, UploadView
from b24app.store import composers
from b24app.store.tables import Portal


def list_files(portal: Portal, user_id: int, form: ComposeForm) -> tuple[UploadView, ...]:
    """Raises: NotFound for a composer that is not his."""
    composer = composers.get(portal.member_id, user_id, form.composer_id)
    return tuple(view_of(row) for row in composers.uploads(portal.member_id, composer.id, form.file_ids))
