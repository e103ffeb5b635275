"""The document with what has been entered so far: stamped once per state, then kept."""

from __future__ import annotations

import hashlib
import json

from b24app.documents.stamp import stamp
from b24app.domain.fields import APPROVER, FieldValue
from b24app.domain.signature_request import SignatureRequest, SignerStatus, Status
from b24app.services.context import Context
from b24app.store import handovers, requests
from b24app.store.database import writing
from b24app.store.tables import Request

_APPROVED = frozenset({Status.COMPLETING, Status.COMPLETED})


def current_document(ctx: Context, row: Request, request: SignatureRequest) -> str:
    """Return the SHA-256 of the stored PDF that shows all finished signers' entries, or of its provider's file."""
    if request.is_external:
        kept = handovers.find(request.portal, request.id)
        return str((kept and kept.signed_sha256) or row.document_sha256)
    values = finished_values(request)
    if not values:
        return str(row.document_sha256)
    state = values_fingerprint(values)
    known = requests.rendition(request.portal, request.id, state)
    if known:
        return known
    return _stamp(ctx, row, values, state)


def finished_values(request: SignatureRequest) -> dict[str, FieldValue]:
    """Collect the values of those who have signed, and the approver's once he approved."""
    done = [str(s.position) for s in request.signers if s.status is SignerStatus.SIGNED]
    if request.status in _APPROVED:
        done.append(APPROVER)
    return requests.values(request.portal, request.id, done) if done else {}


def values_fingerprint(values: dict[str, FieldValue]) -> str:
    """Hash entered values; the same entries give the same text, whatever their order."""
    plain = sorted((v.field_id, v.text, v.image_sha256) for v in values.values())
    return hashlib.sha256(json.dumps(plain, ensure_ascii=True).encode()).hexdigest()


def _stamp(ctx: Context, row: Request, values: dict[str, FieldValue], state: str) -> str:
    images = {v.image_sha256: ctx.blobs.get(v.image_sha256) for v in values.values() if v.image_sha256}
    stamped = stamp(ctx.blobs.get(row.document_sha256), requests.fields(row), values, images)
    sha256 = ctx.blobs.put(stamped)
    with writing():
        requests.put_rendition(row.portal, row.id, state, sha256)
    return sha256
