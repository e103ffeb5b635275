"""Dropbox Sign's answers, read as plain JSON: the SDK's own models raise on any word that is new.

A request has no status word but three booleans; everybody's `status_code` tells the rest.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from b24app.domain.entries import YES
from b24app.domain.signature_request import Signer
from b24app.providers.base import AccountInfo, Created, Link, Opens, Order
from b24app.providers.dropbox_sign.sending import OUR_REF
from b24app.providers.dropbox_sign.tokens import Tokens
from b24app.providers.dropbox_sign.words import AWAITING, SIGNED, SIGNED_BY_HAND, SIGNERS, TICKED
from b24app.providers.snapshot import SignerState, SignerThere, Snapshot, There

Json = Mapping[str, Any]


def request(answer: Json) -> Json:
    found: Json = answer["signature_request"]
    return found


def snapshot(found: Json) -> Snapshot:
    """Read how a request stands."""
    signatures = found["signatures"]
    states = tuple(state for signature in signatures for state in _states(signature, signatures))
    status = _status(found, states)
    return Snapshot(
        found["signature_request_id"],
        status,
        states,
        _ended_at(signatures, status),
        _reason(states, status),
        dict(_entries(found)),
    )


def _entries(found: Json) -> Iterator[tuple[str, str]]:
    """Read what those who have signed entered; a place's `api_id` is our field's id."""
    for answer in filter(_is_object, found.get("response_data") or []):
        kind, value = answer.get("type"), answer.get("value")
        if kind in TICKED:
            yield text(answer.get("api_id")), YES if value in (True, "true", "1") else ""
        elif kind not in SIGNED_BY_HAND:
            yield text(answer.get("api_id")), text(value)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def signer(found: Json, signer_ref: str) -> SignerState | None:
    """Find a signer by his present or former id; his state is under the present one."""
    signatures = found["signatures"]
    present = [one for one in signatures if one["signature_id"] == signer_ref]
    former = [one for one in signatures if one.get("reassigned_from") == signer_ref]
    return next((_states(signature, signatures)[0] for signature in present + former), None)


def search(order: Order, since: datetime, answer: Json) -> tuple[Created | None, bool]:
    """Search one page of the list, the newest first, for our reference; says too whether another may have it."""
    listed = answer["signature_requests"]
    for found in listed:
        if has_ref(found, order.ref):
            return created(found, order), False
    is_over = any((moment(found.get("created_at")) or since) < since for found in listed)
    return None, not is_over and answer["list_info"]["page"] < answer["list_info"]["num_pages"]


def created(found: Json, order: Order) -> Created:
    """Read what a send has made. It is out only when the service has read the document: an event says so later."""
    return Created(found["signature_request_id"], signature_ids(found["signatures"], order.signers))


def warnings(answer: Json) -> list[str]:
    """The names of what the service did otherwise than it was asked; its sentences may name people."""
    return [text(warning.get("warning_name")) for warning in answer.get("warnings") or []]


def signature_ids(signatures: Sequence[Json], signers: Sequence[Signer]) -> dict[str, str]:
    """Find everybody's signature: by address and name, for two people may share an address; else by place."""
    left = list(signatures)
    named: dict[str, str] = {}
    for signer in signers:
        best = max(left, key=lambda one: _likeness(one, signer))
        left.remove(best)
        named[signer.id] = best["signature_id"]
    return named


def has_ref(found: Json, ref: str) -> bool:
    metadata = found.get("metadata")
    return isinstance(metadata, dict) and metadata.get(OUR_REF) == ref


def account(answer: Json, *, is_test: bool) -> AccountInfo:
    found = answer["account"]
    quotas = found.get("quotas") or {}
    left = quotas.get("api_signature_requests_left")
    return AccountInfo(
        found["account_id"],
        email=text(found.get("email_address")),
        plan="paid" if found.get("is_paid_hs") else "free",
        requests_left=left if isinstance(left, int) else None,
        is_test=is_test,
    )


def link(answer: Json) -> Link:
    """The address arrives HTML-escaped now and then. It dies when it is opened."""
    found = answer["embedded"]
    return Link(html.unescape(found["sign_url"]), moment(found.get("expires_at")), opens=Opens.FRAME)


def tokens(answer: Json) -> Tokens:
    return Tokens(str(answer["access_token"]), text(answer.get("refresh_token")), int(answer["expires_in"]))


def moment(seconds: object) -> datetime | None:
    """Read epoch seconds; None for anything else."""
    try:
        return datetime.fromtimestamp(int(str(seconds)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def text(value: object) -> str:
    """Read words; a NUL, which PostgreSQL does not take, is left out."""
    return value.replace("\0", "") if isinstance(value, str) else ""


def _likeness(signature: Json, signer: Signer) -> tuple[bool, bool]:
    same_address = text(signature.get("signer_email_address")).casefold() == signer.email.casefold()
    return same_address, same_address and signature.get("signer_name") == signer.name


def _states(signature: Json, signatures: Sequence[Json]) -> list[SignerState]:
    """Read one signer; under his former id too, so that he is found when he was readdressed at the service."""
    status = _signer_status(signature, signatures)
    at = signature.get("signed_at") if status is SignerThere.SIGNED else signature.get("last_viewed_at")
    return [
        SignerState(
            ref,
            status,
            moment(at),
            text(signature.get("decline_reason")) or text(signature.get("error")),
            text(signature.get("signer_name")),
            text(signature.get("signer_email_address")),
        )
        for ref in (signature["signature_id"], signature.get("reassigned_from"))
        if ref
    ]


def _signer_status(signature: Json, signatures: Sequence[Json]) -> SignerThere:
    status = SIGNERS.get(text(signature.get("status_code")), SignerThere.UNKNOWN)
    if signature.get("status_code") != AWAITING:
        return status
    if _turn(signature) > min(_turn(one) for one in signatures if one.get("status_code") != SIGNED):
        return SignerThere.WAITING_TURN
    return SignerThere.VIEWED if signature.get("last_viewed_at") else status


def _turn(signature: Json) -> int:
    turn = signature.get("order")
    return turn if isinstance(turn, int) else 0


def _status(found: Json, states: Sequence[SignerState]) -> There:
    """A bounced address may count as an error of the request there; here it is one of the signer's only."""
    there = {state.status for state in states}
    if found.get("is_complete"):
        return There.COMPLETED
    if found.get("is_declined"):
        return There.DECLINED
    if SignerThere.FAILED in there or (found.get("has_error") and SignerThere.BOUNCED not in there):
        return There.FAILED
    if SignerThere.EXPIRED in there:
        return There.EXPIRED
    return There.SENDING if there == {SignerThere.ON_HOLD} else There.IN_PROGRESS


def _ended_at(signatures: Sequence[Json], status: There) -> datetime | None:
    """Only the last signature's moment is told."""
    signed = [at for one in signatures if (at := moment(one.get("signed_at")))]
    return max(signed, default=None) if status is There.COMPLETED else None


def _reason(states: Sequence[SignerState], status: There) -> str:
    wanted = {There.DECLINED: SignerThere.DECLINED, There.FAILED: SignerThere.FAILED}.get(status)
    return next((state.reason for state in states if state.status is wanted and state.reason), "")
