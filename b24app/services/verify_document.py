"""Say whether a file is one of ours and unchanged; show what is publicly known of a sealed document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from b24app.clock import from_ms
from b24app.evidence.verify import State, Verdict, verify
from b24app.services.context import Context
from b24app.store import authorities, requests
from b24app.store.tables import Authority, Portal, Request

_STATES = {
    State.SEALED_BY_US: "sealed",
    State.CHANGED: "changed",
    State.UNKNOWN_ISSUER: "unknown_issuer",
    State.NOT_SEALED: "not_ours",
    State.MALFORMED: "malformed",
}


@dataclass(frozen=True)
class VerifyView:
    """`state`: sealed, changed, unknown_issuer, not_ours, malformed, pending. Names are masked: "A. L."."""

    state: str
    title: str = ""
    organisation: str = ""
    sealed_at: datetime | None = None
    signers: tuple[tuple[str, datetime | None], ...] = ()
    sha256: str = ""
    id: str = ""


def verify_upload(ctx: Context, data: bytes) -> VerifyView:
    """Judge an uploaded file; whoever holds the whole sealed file may read its title.

    A file that is soundly sealed by one of our keys but is not the one we keep is `changed`. A file that others
    signed, whose certificate of ours stands beside it, is known by its digest.
    """
    verdict = verify_file(data, ctx.now())
    row = _row(verdict.verification_id) if verdict.is_ours else _certified(verdict.sha256)
    if row is None:
        state = "not_ours" if verdict.is_ours else _STATES[verdict.state]
        return VerifyView(state, sha256=verdict.sha256)
    if verdict.sha256 not in (row.final_sha256, row.certificate_sha256):
        return VerifyView("changed", sha256=verdict.sha256)
    return _view(row, title=row.title)


def verify_file(data: bytes, at: datetime) -> Verdict:
    """Judge a file against every key of this installation, without looking at our records."""
    roots = [pem.encode() for pem in authorities.roots()]
    return verify(data, roots, at)


def show_verification(_ctx: Context, verification_id: str) -> VerifyView | None:
    """Tell what anybody with the link may know: who sealed when, with masked names; never the title."""
    row = _row(verification_id)
    if row is None:
        return None
    return _view(row, title="") if row.final_sha256 else VerifyView("pending", id=row.id)


def root_certificate(_ctx: Context, verification_id: str) -> str | None:
    """Return the PEM certificate to import where a reader calls the seal's issuer unknown."""
    row = _row(verification_id)
    found = Authority.get_or_none(Authority.portal == row.portal) if row else None
    return found.root_pem if found else None


def _row(verification_id: str) -> Request | None:
    """Public by design: whoever has the id came by the document's own link."""
    return Request.get_or_none(Request.id == verification_id) if verification_id else None


def _certified(sha256: str) -> Request | None:
    return Request.get_or_none((Request.final_sha256 == sha256) & (Request.certificate_sha256 != ""))


def _view(row: Request, title: str) -> VerifyView:
    portal = Portal.get_by_id(row.portal)
    request = requests.to_domain(row)
    return VerifyView(
        state="sealed",
        title=title,
        organisation=str(portal.settings.get("sender_name", "")) or portal.domain,
        sealed_at=from_ms(row.ended_at) if row.ended_at else None,
        signers=tuple((masked(signer.name), signer.signed_at) for signer in request.signing),
        sha256=row.final_sha256,
        id=row.id,
    )


def masked(name: str) -> str:
    """Shorten a name to its initials: "Ann Lee" -> "A. L."."""
    return " ".join(f"{part[0]}." for part in name.split() if part[0].isalnum())[:40]
