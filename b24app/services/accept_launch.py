"""Prove that a launch comes from an installed portal's employee, and keep his fresh tokens."""

from __future__ import annotations

import hmac
import threading
from datetime import datetime

from b24app.bitrix.inbound import Launch
from b24app.bitrix.oauth import Proof
from b24app.clock import to_ms
from b24app.domain.events import Topic
from b24app.errors import N_, BitrixError, Unauthentic
from b24app.services.context import Context
from b24app.services.visiting_client import visiting_client
from b24app.store import outbox, portals
from b24app.store.database import writing
from b24app.store.tables import Portal
from b24app.store.vault import fingerprint

_proofs: dict[str, Proof] = {}
_proofs_lock = threading.Lock()
_PROOFS_KEPT = 10_000

_NOT_PROVEN = N_("This page was not opened by your Bitrix24. Open Paraph from there again.")
_EXPIRED = N_("This page has been open for too long. Close it and open it again from Bitrix24.")
_UPDATED = N_("Paraph was updated in this Bitrix24. It will work for everybody again once an administrator opens it.")


def accept_launch(ctx: Context, launch: Launch) -> tuple[Portal, int]:
    """Verify a launch strictly and store the employee's tokens.

    Returns the portal's row and the employee's Bitrix24 id, both taken from the proof.
    Raises: Unauthentic, with nothing stored and nobody called but the OAuth server; NotFound when not installed.
    """
    proof = prove_launch(ctx, launch)
    portal = portals.get(proof.member_id)
    if proof.client_id != portal.client_id:
        raise Unauthentic(_NOT_PROVEN)
    if launch.application_token is not None and portal.application_token:
        _check_application_token(ctx, portal, proof, launch.access_token, launch.application_token)
    kept = keep_tokens(ctx, proof, launch, portal)
    return portals.get(proof.member_id) if kept else portal, proof.user_id


def prove_launch(ctx: Context, launch: Launch) -> Proof:
    """Ask the OAuth server whose token this is; a proof is remembered for the token's life.

    Raises: Unauthentic when the token, the portal or the application is not what the launch claims.
    """
    key = fingerprint(launch.access_token)
    proof = _proofs.get(key)
    if proof is None or proof.expires_at <= ctx.now():
        proof = _ask_for_proof(ctx, launch.access_token)
        _remember(ctx, key, proof)
    if proof.member_id != launch.claimed_member_id or _host(proof.domain) != _host(launch.claimed_domain):
        raise Unauthentic(_NOT_PROVEN)
    if proof.client_id != ctx.settings.client_id and portals.application(proof.client_id) is None:
        raise Unauthentic(_NOT_PROVEN)
    return proof


def keep_tokens(ctx: Context, proof: Proof, launch: Launch, portal: Portal) -> bool:
    """Store the pair that came with a proven launch, unless it or a newer one is kept, and follow a moved portal.

    Returns whether anything was written: most openings within an hour bring what is known.
    """
    expires_at = min(to_ms(proof.expires_at), to_ms(ctx.now()) + launch.expires_in_s * 1000)
    if not (_is_news(ctx, proof, launch, expires_at) or _needs_healing(portal, proof)):
        return False
    with writing():
        if _is_news(ctx, proof, launch, expires_at):
            portals.save_token(
                proof.member_id,
                proof.user_id,
                access=ctx.vault.lock(launch.access_token),
                refresh=ctx.vault.lock(launch.refresh_token),
                expires_at=expires_at,
            )
        _heal(proof, ctx.now())
    ctx.hints.hint(proof.member_id)
    return True


def _is_news(ctx: Context, proof: Proof, launch: Launch, expires_at: int) -> bool:
    kept = portals.token(proof.member_id, proof.user_id)
    if not launch.refresh_token:
        return False
    if kept is None or kept.dead_at is not None:
        return True
    return kept.expires_at <= expires_at and ctx.vault.unlock(kept.access_token) != launch.access_token


def _needs_healing(portal: Portal, proof: Proof) -> bool:
    known = (proof.client_endpoint, proof.domain)
    return portal.health == "reconnect" or (portal.client_endpoint, portal.domain) != known


def _heal(proof: Proof, now: datetime) -> None:
    """A fresh opening ends a lost connection and tells the portal's present address."""
    portal = portals.find(proof.member_id)
    if portal is None:
        return
    changed: dict[str, object] = {}
    if portal.health == "reconnect":
        changed |= {"health": "ok", "health_note": ""}
        outbox.resume(proof.member_id, now)
    if (portal.client_endpoint, portal.domain) != (proof.client_endpoint, proof.domain):
        changed |= {"client_endpoint": proof.client_endpoint, "domain": proof.domain}
    if changed:
        portals.save(proof.member_id, **changed)


def _ask_for_proof(ctx: Context, access_token: str) -> Proof:
    try:
        return ctx.oauth.prove(access_token)
    except BitrixError as error:
        if error.code == "expired_token":  # the browser loaded the frame again: it repeats the old post
            raise Unauthentic(_EXPIRED) from error
        raise


def _check_application_token(ctx: Context, portal: Portal, proof: Proof, access_token: str, token: str) -> None:
    """Compare with the token kept. An update changes it, and the event that says so comes once or never: what a
    newer version than the known one brings is believed when an administrator opens it.
    """
    known = int(portal.settings.get("app_version") or 0)
    if hmac.compare_digest(portal.application_token, fingerprint(token)):
        if proof.version > known:
            with writing():
                portals.set_option(portal.member_id, app_version=proof.version)
        return
    if not 0 < known < proof.version:
        raise Unauthentic(_NOT_PROVEN)
    if visiting_client(ctx, proof, access_token).call("user.admin").result is not True:
        raise Unauthentic(_UPDATED)
    with writing():
        portals.save(portal.member_id, application_token=fingerprint(token))
        portals.set_option(portal.member_id, app_version=proof.version)
        # what the lost event would have caused: an update takes event handlers away
        payload = {"name": "ONAPPUPDATE", "data": {}}
        outbox.enqueue(portal.member_id, f"event-{ctx.new_id()}", 1, Topic.PORTAL_EVENT, payload, ctx.now())
    ctx.hints.hint(portal.member_id)


def _host(domain: str) -> str:
    """Strip the port that a POST may carry (facts: bitrix24.md 3.4)."""
    domain = domain.lower()
    return domain.rsplit(":", 1)[0] if ":" in domain else domain


def _remember(ctx: Context, key: str, proof: Proof) -> None:
    with _proofs_lock:
        if len(_proofs) >= _PROOFS_KEPT:
            now = ctx.now()
            for old in [k for k, p in _proofs.items() if p.expires_at <= now] or list(_proofs)[: _PROOFS_KEPT // 2]:
                del _proofs[old]
        _proofs[key] = proof
