"""What DocuSign can do for us, told from a connection's settings."""

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
from b24app.providers.docusign.connecting import is_demo

FIELD_TYPES = frozenset(FieldType) - {FieldType.IMAGE, FieldType.ATTACHMENT}

REQUEST_BYTES = 25 * 2**20
FILE_BYTES = REQUEST_BYTES * 3 // 4 - 2**19
"""Files travel in base64, which costs a third; the rest of the request is well under half a megabyte."""

LONGEST = timedelta(days=999)


def capabilities(settings: Mapping[str, object]) -> Capabilities:
    """EMBEDDED is for single signers of an order (`Order.embedded`): the others get DocuSign's letters.

    Rate: 3000 calls an hour for an account (developers.docusign.com/platform/resource-limits), and at most one look
    in 15 minutes at one envelope. A deadline is whole days there, rounded up: ours ends the request in time.
    """
    return Capabilities(
        letters=frozenset({LetterKind.COPY}),
        auth=frozenset({Auth.JWT, Auth.OAUTH_CODE}),
        delivery=frozenset({Delivery.EMAIL, Delivery.EMBEDDED}),
        ordering=Ordering.GROUPS,
        field_types=FIELD_TYPES,
        expiry=Expiry(latest=LONGEST),
        cancel=Cancel.SYNC,
        audit=Audit.SEPARATE,
        limits=Limits(file_bytes=FILE_BYTES, message_chars=10_000),
        rate=Rate(per_minute=50, heavy_per_minute=50, look_every=timedelta(minutes=15)),
        webhook=Scope.REQUEST,
        proof=Proof.BODY_HMAC,
        own_letter=True,
        approver_signs=settings.get(APPROVER_SIGNS) is True,
        copies=True,
        decline=True,
        change_signer=True,
        manual_reminders=True,
        finds_by_ref=True,
        test_mode=is_demo(settings),
    )
