"""Every API call goes through here: troubles, who calls, whose account, how often, then the act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response, request

from b24app.sandbox.docusign import standings
from b24app.sandbox.docusign.errors import MESSAGES, ApiError
from b24app.sandbox.docusign.model import Envelope
from b24app.sandbox.docusign.people import Account, Grant
from b24app.sandbox.docusign.standings import HOUR_S, Standings
from b24app.sandbox.esign.doorway import Entry, made, register, through
from b24app.sandbox.esign.limits import Standing

if TYPE_CHECKING:
    from b24app.sandbox.docusign.service import DocuSign

BASE = "/restapi/v2.1/accounts/<account_id>"


@dataclass
class Call:
    """One call being answered."""

    service: DocuSign
    request: Request
    grant: Grant
    account: Account
    path: dict[str, str]
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def args(self) -> dict[str, str]:
        return self.request.args.to_dict()

    @property
    def envelope(self) -> Envelope:
        """The envelope the address names. Raises: ApiError ENVELOPE_DOES_NOT_EXIST."""
        found = self.service.envelopes.get(self.path["envelope_id"])
        if found is None or found.account is not self.account:
            raise ApiError("ENVELOPE_DOES_NOT_EXIST")
        return found


@dataclass(frozen=True)
class Route:
    """One operation."""

    name: str
    verb: str
    rule: str
    act: Callable[[Call], Any]
    status: int = 200


class Door:
    """Makes view functions out of routes."""

    def __init__(self, service: DocuSign) -> None:
        self._service = service

    def register(self, app: Flask, routes: list[Route]) -> None:
        register(app, BASE, routes, self._answer)

    def _answer(self, route: Route, path: dict[str, str]) -> Response:
        service = self._service
        return through(service.faults, service.calls, route.name, lambda entry: self._handle(route, path, entry))

    def _handle(self, route: Route, path: dict[str, str], entry: Entry) -> Response:
        standing: Standings | None = None
        try:
            grant = self._grant()
            entry.client = grant.client_id
            account = _account(grant, path["account_id"])
            standing = self._admit(route, account, path)
            call = Call(self._service, request, grant, account, path, _body())
            entry.params = {name: value for name, value in call.given.items() if name != "documents"}
            response = made(route.act(call), route.status)
        except ApiError as refusal:
            entry.error, standing = refusal.code, refusal.standings or standing
            response = made(refusal.body(), refusal.status)
        response.headers["X-DocuSign-TraceToken"] = self._service.trace_token()
        if standing is not None:
            standing.show(response)
        return response

    def _grant(self) -> Grant:
        given = request.authorization
        if given is None or given.type != "bearer":
            raise ApiError("USER_AUTHENTICATION_FAILED")
        grant = self._service.directory.by_access(given.token or "", self._service.clock.now())
        if grant is None or "signature" not in grant.scopes:
            raise ApiError("AUTHORIZATION_INVALID_TOKEN")
        return grant

    def _admit(self, route: Route, account: Account, path: dict[str, str]) -> Standings:
        """Limits of the account and of the envelope, ordered refusals. Raises: ApiError."""
        service = self._service
        now = service.clock.now()
        standing = standings.count(service.windows, service.limits, account.account_id, now)
        if limited := service.faults.take("rate_limited", route.name):
            reset_at = service.clock.seconds() + int(limited.get("reset_s", 5))
            standing = Standings(Standing(standing.hourly.limit, 0, reset_at, exceeded=True), standing.burst)
        if code := standing.exceeded:
            raise _refused(ApiError(code), standing)
        if service.faults.take("plan_limit", route.name):
            raise _refused(ApiError("ENVELOPE_ALLOWANCE_EXCEEDED"), standing)
        if ordered := service.faults.take("api_error", route.name):
            code = str(ordered.get("error", "UNSPECIFIED_ERROR"))
            more = "" if code in MESSAGES else str(ordered.get("message", ""))
            raise _refused(ApiError(code, more), standing)
        self._count_envelope(route, path, standing, now)
        return standing

    def _count_envelope(self, route: Route, path: dict[str, str], standing: Standings, now: float) -> None:
        """Reading or changing one envelope too often in an hour; the vendor does not publish the numbers."""
        if "envelope_id" not in path:
            return
        kind, code = ("polling", "Hourly_Envelope_Polling_Limit_Exceeded")
        if route.verb == "PUT":
            kind, code = ("updates", "Hourly_APIInvocation_Envelope_Limit_Exceeded")
        key, limit = f"{path['envelope_id']}:{kind}", self._service.limits[kind]
        if route.verb in ("GET", "PUT") and self._service.windows.take(key, limit, HOUR_S, now).exceeded:
            raise _refused(ApiError(code), standing)


def _account(grant: Grant, account_id: str) -> Account:
    found = next((one for one in grant.user.accounts if one.account_id == account_id), None)
    if found is None:
        raise ApiError("USER_DOES_NOT_BELONG_TO_SPECIFIED_ACCOUNT")
    return found


def _body() -> dict[str, Any]:
    if request.method not in ("POST", "PUT") or not request.content_length:
        return {}
    given = request.get_json(force=True, silent=True)
    if not isinstance(given, dict):
        raise ApiError("INVALID_REQUEST_BODY", "The request body is missing or improperly formatted.")
    return given


def _refused(error: ApiError, standing: Standings) -> ApiError:
    error.standings = standing
    return error
