"""Addresses of pictures: an <img> sends no headers, so the address itself is signed and runs out."""

from __future__ import annotations

from flask import url_for
from itsdangerous import BadData, URLSafeSerializer

from b24app.clock import to_ms
from b24app.errors import N_, Unauthentic
from b24app.store.tables import Portal
from b24app.web.guards import context

LIFE_H = 2
SIGNATURE_LIFE_MS = 10 * 60_000  # the page that names it fetches it at once
_HOUR_MS = 3_600_000
_DOCUMENT, _SIGNATURE = "paraph-document", "paraph-signature"  # salts: one kind of address is never the other


def document_url(portal: Portal, sha256: str) -> str:
    """Give the address under which a document's pages are: `<it>/<page>?w=<pixels>`.

    It stays the same for an hour, so that the browser's cache serves pages already seen.
    """
    last_hour = _hour() + LIFE_H
    token = _serializer(_DOCUMENT).dumps([portal.member_id, sha256, last_hour])
    return url_for("pages.page", token=token, page=1).removesuffix("/1")


def read_document_token(token: str) -> tuple[str, str]:
    """Return portal and SHA-256. Raises: Unauthentic when it is not ours or has run out."""
    try:
        member_id, sha256, last_hour = _serializer(_DOCUMENT).loads(token)
    except (BadData, ValueError) as error:
        raise _not_ours() from error
    if _hour() > last_hour:
        raise _run_out()
    return str(member_id), str(sha256)


def saved_signature_url(portal: Portal, user_id: int) -> str:
    """Give the address of an employee's own saved signature, for the page made for him."""
    until_ms = to_ms(context().now()) + SIGNATURE_LIFE_MS
    return url_for("pages.signature", token=_serializer(_SIGNATURE).dumps([portal.member_id, user_id, until_ms]))


def read_signature_token(token: str) -> tuple[str, int]:
    """Return portal and employee. Raises: Unauthentic when it is not ours or has run out."""
    try:
        member_id, user_id, until_ms = _serializer(_SIGNATURE).loads(token)
    except (BadData, ValueError) as error:
        raise _not_ours() from error
    if to_ms(context().now()) > until_ms:
        raise _run_out()
    return str(member_id), int(user_id)


def _hour() -> int:
    return to_ms(context().now()) // _HOUR_MS


def _not_ours() -> Unauthentic:
    return Unauthentic(N_("This picture's address is not one of ours."))


def _run_out() -> Unauthentic:
    return Unauthentic(N_("This page has been open for too long. Close it and open it again from Bitrix24."))


def _serializer(salt: str) -> URLSafeSerializer:
    """itsdangerous tries every key and signs with the last one: the newest of ours comes last."""
    return URLSafeSerializer(list(reversed(context().vault.signing_keys)), salt=salt)
