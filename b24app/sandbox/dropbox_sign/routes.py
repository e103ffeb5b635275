"""All addresses of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from b24app.sandbox.dropbox_sign.api import accounts, apps, embedded, files, oauth, signature_requests, signers
from b24app.sandbox.dropbox_sign.door import Door
from b24app.sandbox.dropbox_sign.pages import consent, embedding, signing

if TYPE_CHECKING:
    from b24app.sandbox.dropbox_sign.service import DropboxSign


def register(app: Flask, service: DropboxSign) -> None:
    """Add every route to a Flask application."""
    door = Door(service)
    for resource in (accounts, apps, signature_requests, signers, files, embedded):
        door.register(app, resource.ROUTES)
    oauth.register(app, service)
    files.register(app, service)
    for pages in (consent, signing, embedding):
        pages.register(app, service)
