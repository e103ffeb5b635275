"""All addresses of the API's port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from b24app.sandbox.docusign.api import accounts, documents, envelopes, recipient_views, recipients, settings
from b24app.sandbox.docusign.door import Door
from b24app.sandbox.docusign.pages import embedding, signing

if TYPE_CHECKING:
    from b24app.sandbox.docusign.service import DocuSign


def register(app: Flask, service: DocuSign) -> None:
    """Add every route to a Flask application."""
    door = Door(service)
    for resource in (accounts, envelopes, recipients, recipient_views, documents, settings):
        door.register(app, resource.ROUTES)
    signing.register(app, service)
    embedding.register(app, service)
