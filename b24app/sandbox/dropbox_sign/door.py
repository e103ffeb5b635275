"""Every API call goes through here: troubles, who calls, what he may, how often, then the act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response, request

from b24app.sandbox.dropbox_sign import body
from b24app.sandbox.dropbox_sign.accounts import Caller
from b24app.sandbox.dropbox_sign.errors import MESSAGES, ApiError
from b24app.sandbox.esign.doorway import Entry, made, register, through
from b24app.sandbox.esign.limits import Standing

if TYPE_CHECKING:
    from b24app.sandbox.dropbox_sign.service import DropboxSign

MINUTE_S = 60
STANDARD, HEAVY, TEST = "standard", "heavy", "test"


@dataclass
class Call:
    """One call being answered. `given` is the body, `args` the query, `path` what the address names."""

    service: DropboxSign
    request: Request
    caller: Caller
    path: dict[str, str]
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def args(self) -> dict[str, str]:
        return self.request.args.to_dict()


Act = Callable[[Call], Any]


@dataclass(frozen=True)
class Route:
    """One operation. `scopes`: any of them lets a token in; none: API key only. `rate`: its class of limits."""

    name: str
    verb: str
    rule: str
    act: Act
    scopes: tuple[str, ...] = ()
    rate: str = STANDARD
    status: int = 200


class Door:
    """Makes view functions out of routes."""

    def __init__(self, service: DropboxSign) -> None:
        self._service = service

    def register(self, app: Flask, routes: list[Route]) -> None:
        register(app, "/v3", routes, self._answer)

    def _answer(self, route: Route, path: dict[str, str]) -> Response:
        service = self._service
        return through(service.faults, service.calls, route.name, lambda entry: self._handle(route, path, entry))

    def _handle(self, route: Route, path: dict[str, str], entry: Entry) -> Response:
        standing: Standing | None = None
        try:
            caller = self._caller()
            entry.client, entry.params = caller.account.email, self._given()
            call = Call(self._service, request, caller, path, entry.params)
            standing = self._admit(route, call)
            response = made(route.act(call), route.status)
        except ApiError as refusal:
            entry.error, standing = refusal.name, refusal.standing or standing
            response = made(refusal.body(), refusal.status)
        show_limits(response, standing)
        return response

    def _given(self) -> dict[str, Any]:
        return body.read(request) if request.method in ("POST", "PUT") and request.content_length else {}

    def _caller(self) -> Caller:
        """Basic: the API key as user name. Bearer: a token. Raises: ApiError unauthorized."""
        given = request.authorization
        if given is None:
            raise ApiError("unauthorized")
        if given.type == "basic":
            account = self._service.directory.by_key(given.username or "")
            if account is None:
                raise ApiError("unauthorized", "Unauthorized user. Invalid API key.")
            return Caller(account)
        grant = self._service.directory.by_access(given.token or "") if given.type == "bearer" else None
        if grant is None or grant.expires_at <= self._service.clock.now():
            raise ApiError("unauthorized", "The access token is invalid or has expired.")
        return Caller(grant.account, grant.scopes, grant.client_id)

    def _admit(self, route: Route, call: Call) -> Standing:
        """Scopes, ordered refusals, limits. Raises: ApiError."""
        if call.caller.scopes is not None and not call.caller.may(*route.scopes):
            raise ApiError("forbidden", "The access token does not have the required scope.")
        standing = self._standing(route, call)
        faults = self._service.faults
        if limited := faults.take("rate_limited", route.name):
            reset_at = self._service.clock.seconds() + int(limited.get("reset_s", 5))
            standing = Standing(standing.limit, 0, reset_at, exceeded=True)
        if standing.exceeded:
            raise _refused(ApiError("exceeded_rate"), standing)
        if faults.take("plan_limit", route.name):
            raise _refused(ApiError("payment_required"), standing)
        if ordered := faults.take("api_error", route.name):
            name = str(ordered.get("error", "unknown"))
            raise _refused(ApiError(name, str(ordered.get("message", MESSAGES.get(name, "")))), standing)
        return standing

    def _standing(self, route: Route, call: Call) -> Standing:
        """Count the call: per account, minute and class; heavy calls in test mode have a smaller class of their own."""
        rate = TEST if route.rate == HEAVY and self._is_test(call) else route.rate
        key = f"{call.caller.account.account_id}:{rate}"
        service = self._service
        return service.windows.take(key, service.limits[rate], MINUTE_S, service.clock.now())

    def _is_test(self, call: Call) -> bool:
        if "signature_request_id" in call.path:
            found = self._service.requests.get(call.path["signature_request_id"])
            return found is not None and found.test_mode
        if "signature_id" in call.path:
            return any(
                one.test_mode for one in self._service.requests.values() if one.signature(call.path["signature_id"])
            )
        return body.flag(call.given, "test_mode")


def _refused(error: ApiError, standing: Standing) -> ApiError:
    error.standing = standing
    return error


def show_limits(response: Response, standing: Standing | None) -> None:
    """The three headers every answer carries."""
    if standing is not None:
        response.headers["X-RateLimit-Limit"] = str(standing.limit)
        response.headers["X-RateLimit-Remaining"] = str(standing.remaining)
        response.headers["X-Ratelimit-Reset"] = str(standing.reset_at)
