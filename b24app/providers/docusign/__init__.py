"""DocuSign eSignature, REST v2.1: the room of https://developers.docusign.com/docs/esign-rest-api/.

Listing it is light; the vendor's SDK comes with `provider`, when a worker opens an account.
"""

from __future__ import annotations

from b24app.providers.base import Provider
from b24app.providers.docusign.capabilities import capabilities
from b24app.providers.docusign.connecting import Hosts, ways_in
from b24app.providers.docusign.words import NAME, TITLE
from b24app.providers.room import Account, Means, Room

__all__ = ["NAME", "TITLE", "listed"]


def listed(api_url: str = "", auth_url: str = "") -> Room:
    """The room as wiring lists it. The addresses take the place of DocuSign's own, for a stand-in of it."""
    hosts = Hosts(api_url.rstrip("/"), auth_url.rstrip("/"))

    def opened(account: Account, means: Means) -> Provider:
        from b24app.providers.docusign.provider import DocuSignRoom

        return DocuSignRoom(hosts, account, means)

    return Room(NAME, TITLE, capabilities, opened, ways_in(hosts))
