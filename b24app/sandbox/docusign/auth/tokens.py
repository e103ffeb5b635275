"""/oauth/token: authorization code (with PKCE), refresh, JWT grant."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import TYPE_CHECKING, Any

from flask import Response, request

from b24app.sandbox.docusign.auth import assertions
from b24app.sandbox.docusign.people import Grant, Integration
from b24app.sandbox.esign.doorway import Entry, made

if TYPE_CHECKING:
    from b24app.sandbox.docusign.service import DocuSign

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_S = 3600


class Refused(Exception):
    """{"error", "error_description"}, status 400 unless said otherwise."""

    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status

    def body(self) -> dict[str, str]:
        return {"error": self.error} | ({"error_description": self.description} if self.description else {})


def token(service: DocuSign, entry: Entry) -> Response:
    """Answer a token request."""
    try:
        if service.auth.faults.take("invalid_grant"):
            raise Refused("invalid_grant", "expired_client_token")
        grant = _acts().get(request.form.get("grant_type", ""), _unknown)(service)
    except Refused as refusal:
        entry.error = refusal.error
        return made(refusal.body(), refusal.status)
    entry.client = grant.client_id
    return made(_shown(service, grant), 200)


def _acts() -> dict[str, Any]:
    return {"authorization_code": _by_code, "refresh_token": _by_refresh, JWT_GRANT: _by_jwt}


def _unknown(service: DocuSign) -> Grant:
    raise Refused("unsupported_grant_type")


def _shown(service: DocuSign, grant: Grant) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "access_token": grant.access,
        "token_type": "Bearer",
        "expires_in": round(grant.expires_at - service.clock.now()),
        "scope": " ".join(grant.scopes),
    }
    return shown | ({"refresh_token": grant.refresh} if grant.refresh else {})


def _client(service: DocuSign) -> tuple[Integration, bool]:
    """The integration, and whether it proved its secret (Basic)."""
    given = request.authorization
    if given is not None and given.type == "basic":
        found = service.directory.integrations.get(given.username or "")
        if found is None or found.secret != given.password:
            raise Refused("invalid_client", status=401)
        return found, True
    found = service.directory.integrations.get(request.form.get("client_id", ""))
    if found is None:
        raise Refused("invalid_client", status=401)
    return found, False


def _by_code(service: DocuSign) -> Grant:
    """The secret is wanted, or the verifier of PKCE, or both."""
    integration, proven = _client(service)
    now = service.clock.now()
    code = service.directory.codes.pop(request.form.get("code", ""), None)
    if code is None or code.client_id != integration.client_id or code.expires_at <= now:
        raise Refused("invalid_grant", "expired_client_token")
    if code.challenge and not _fits(code.challenge, request.form.get("code_verifier", "")):
        raise Refused("invalid_grant", "code_verifier_mismatch")
    if not proven and not code.challenge:
        raise Refused("invalid_client", status=401)
    return service.directory.grant(integration.client_id, code.user, code.scopes, now, jwt=False)


def _fits(challenge: str, verifier: str) -> bool:
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return made == challenge


def _by_refresh(service: DocuSign) -> Grant:
    integration, _ = _client(service)
    grant = service.directory.refresh(request.form.get("refresh_token", ""), integration.client_id, service.clock.now())
    if grant is None:
        raise Refused("invalid_grant", "expired_client_token")
    return grant


def _by_jwt(service: DocuSign) -> Grant:
    """iss integration key, sub user, aud this host, at most an hour, scopes the user has consented to."""
    try:
        assertion = assertions.read(request.form.get("assertion", ""))
    except assertions.BadAssertion as error:
        raise Refused("invalid_grant", "no_valid_keys_or_signatures") from error
    claims = assertion.claims
    integration = service.directory.integrations.get(str(claims.get("iss")))
    if integration is None or claims.get("aud") != service.auth.listener.authority:
        raise Refused("invalid_grant", "issuer_not_found")
    if not assertions.is_signed(assertion, integration.public_keys):
        raise Refused("invalid_grant", "no_valid_keys_or_signatures")
    user = service.directory.user(str(claims.get("sub")))
    if user is None:
        raise Refused("invalid_grant", "user_not_found")
    _check_times(claims)
    scopes = str(claims.get("scope", "")).split()
    if not set(scopes) <= integration.consents.get(user.user_id, set()) or "impersonation" not in scopes:
        raise Refused("consent_required")
    return service.directory.grant(integration.client_id, user, tuple(scopes), service.clock.now(), jwt=True)


def _check_times(claims: dict[str, Any]) -> None:
    """By the real clock: whoever made the assertion knows no other."""
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int | float) or not isinstance(expires, int | float) or expires <= time.time():
        raise Refused("invalid_grant", "expired_token")
    if expires - issued > LONGEST_S:
        raise Refused("invalid_grant", "invalid_expiration")
