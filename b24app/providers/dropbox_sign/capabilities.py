"""What an account at Dropbox Sign can do; asked by pages, so no SDK is loaded here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from b24app.domain.fields import FieldType
from b24app.providers.capabilities import (
    APPROVER_SIGNS,
    Audit,
    Auth,
    Cancel,
    Capabilities,
    Delivery,
    Expiry,
    LetterKind,
    Limits,
    Ordering,
    Proof,
    Rate,
    Scope,
)

NAME = "dropbox_sign"
TITLE = "Dropbox Sign"

Settings = Mapping[str, object]

CLIENT_ID, EMBEDDED, TEST_MODE = "client_id", "embedded", "test_mode"  # names in a connection's settings

FIELD_TYPES = frozenset(FieldType) - {FieldType.IMAGE, FieldType.ATTACHMENT}
# developers.hellosign.com/docs/rate-limits: 100 calls a minute, 25 that send or fetch files, 10 in test mode
PER_MINUTE, HEAVY_PER_MINUTE, TEST_PER_MINUTE = 100, 25, 10

LONGEST, HOUR = timedelta(days=90), timedelta(hours=1)


def capabilities(settings: Settings) -> Capabilities:
    """Embedded: Dropbox Sign writes to nobody before the end, so every letter is Paraph's.

    A request is embedded for all its signers or for none: only then can an employee sign from within Bitrix24.
    """
    embedded, test_mode = is_embedded(settings), bool(settings.get(TEST_MODE))
    return Capabilities(
        letters=frozenset(LetterKind) if embedded else frozenset({LetterKind.COPY}),
        auth=frozenset({Auth.API_KEY, Auth.OAUTH_CODE}),
        delivery=frozenset({Delivery.EMBEDDED if embedded else Delivery.EMAIL}),
        ordering=Ordering.GROUPS,
        field_types=FIELD_TYPES,
        expiry=Expiry(timedelta(days=1), LONGEST - HOUR, HOUR),  # an hour less, for we round up (units.py)
        cancel=Cancel.ASYNC,
        audit=Audit.PAGE,
        limits=Limits(file_bytes=40 * 2**20, pages=500, title_chars=255, subject_chars=255, message_chars=5000),
        rate=Rate(PER_MINUTE, TEST_PER_MINUTE if test_mode else HEAVY_PER_MINUTE, timedelta(minutes=15)),
        webhook=Scope.APP if has_app_callback(settings) else Scope.ACCOUNT,
        proof=Proof.SECRET_ADDRESS if is_oauth(settings) else Proof.WEAK_HMAC,
        own_letter=True,
        approver_signs=embedded and settings.get(APPROVER_SIGNS) is True,
        copies=True,
        decline=True,
        corrects_name=True,  # name and company are places that the signer writes himself
        change_signer=True,
        manual_reminders=True,
        finds_by_ref=True,
        test_mode=test_mode,
    )


def client_id(settings: Settings) -> str:
    return str(settings.get(CLIENT_ID) or "").strip()


def is_embedded(settings: Settings) -> bool:
    """Say whether people sign inside our pages; without an API app they cannot."""
    return bool(settings.get(EMBEDDED)) and bool(client_id(settings))


def is_oauth(settings: Settings) -> bool:
    return settings.get("auth") == Auth.OAUTH_CODE


def has_app_callback(settings: Settings) -> bool:
    """Say whether events come to the address of an API app.

    Only the app's owner can set that address: with an API key the app is the account's own, with OAuth it may be
    somebody else's.
    """
    return bool(client_id(settings)) and not is_oauth(settings)
