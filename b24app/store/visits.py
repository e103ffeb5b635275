"""Clicks that wait for an address at a provider. Each is answered once, taken once, and gone after a minute."""

from __future__ import annotations

from datetime import timedelta

from b24app.store.tables import SigningVisit

LIFE = timedelta(minutes=1)


def begin(portal: str, request_id: str, signer_id: str, visit_id: str, now_ms: int) -> None:
    SigningVisit.insert(id=visit_id, portal=portal, request=request_id, signer=signer_id, asked_at=now_ms).execute()


def waiting(portal: str, signer_id: str, since_ms: int) -> str:
    """The visit of a signer that has no answer yet, empty without one; it is answered for every page that asks."""
    unanswered = (SigningVisit.link == "") & (SigningVisit.trouble == "") & (SigningVisit.asked_at > since_ms)
    found = SigningVisit.get_or_none((SigningVisit.portal == portal) & (SigningVisit.signer == signer_id) & unanswered)
    return found.id if found else ""


def find(portal: str, visit_id: str, since_ms: int) -> SigningVisit | None:
    """One that was begun after a moment; the others count as gone."""
    young = SigningVisit.asked_at > since_ms
    return SigningVisit.get_or_none((SigningVisit.portal == portal) & (SigningVisit.id == visit_id) & young)


def answer(portal: str, visit_id: str, *, link: str = "", trouble: str = "") -> None:
    own = (SigningVisit.portal == portal) & (SigningVisit.id == visit_id)
    SigningVisit.update(link=link, trouble=trouble).where(own).execute()


def take(visit: SigningVisit) -> bool:
    """Take an answered visit away; False when somebody else has been quicker."""
    own = (SigningVisit.portal == visit.portal) & (SigningVisit.id == visit.id)
    return bool(SigningVisit.delete().where(own).execute())


def purge(before_ms: int) -> None:
    SigningVisit.delete().where(SigningVisit.asked_at < before_ms).execute()
