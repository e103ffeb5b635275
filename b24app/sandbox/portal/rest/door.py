"""The REST door: reads a request, checks it, runs the method, wraps the answer.

docs: settings/how-to-call-rest-api/general-principles.md, error-codes.md, _includes/system-errors.md
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Request, Response

from b24app.sandbox import php
from b24app.sandbox.calls import Call
from b24app.sandbox.portal.rest import batch
from b24app.sandbox.portal.rest.errors import RestError, access_denied
from b24app.sandbox.portal.rest.registry import METHODS, Context, Method, Page
from b24app.sandbox.timing import Stopwatch
from b24app.sandbox.troubles import lose_answer, troubled

if TYPE_CHECKING:
    from b24app.sandbox.portal.portal import Portal

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "origin, content-type, accept, x-requested-with",
    "X-Content-Type-Options": "nosniff",
}


def preflight() -> Response:
    """Answer a browser's OPTIONS (the SDK calls REST from inside the frame)."""
    return Response("", 200, headers=CORS | {"Access-Control-Max-Age": "600"})


def read_params(request: Request) -> dict[str, Any]:
    """Query string and body together: JSON, form or multipart; the body wins."""
    params = php.parse_query(request.query_string.decode())
    if request.mimetype == "application/json":
        return params | php.as_map(_json(request))
    pairs = list(request.form.items(multi=True))
    params |= php.parse_pairs(pairs)
    return params | dict(request.files.items())


def _json(request: Request) -> Any:
    if not request.data:
        return {}
    try:
        return json.loads(request.data)
    except ValueError as error:
        raise RestError("INVALID_REQUEST", "Could not parse the request body") from error


def answer(portal: Portal, request: Request, method: str, webhook: tuple[int, str] | None = None) -> Response:
    """One REST request, from the bytes to the bytes, written down in the call log."""
    with portal.calls.working():
        return _answer(portal, request, method, webhook)


def _answer(portal: Portal, request: Request, method: str, webhook: tuple[int, str] | None) -> Response:
    entry = _Entry(portal, request, method)
    troubled = entry.general_trouble()
    if troubled is not None:
        return entry.done(troubled)
    try:
        params = read_params(request)
        entry.note(params)
        entry.ordered_errors()
        _limit(portal, request)
        context = _authorise(portal, params, webhook)
        entry.context = context
        envelope, status = _envelope(context, method), 200
    except RestError as error:
        envelope, status = error.body(), error.status
    return entry.done(_response(envelope, status), error=envelope.get("error"))


def _response(envelope: dict[str, Any], status: int) -> Response:
    return Response(php.to_json(envelope), status, content_type="application/json; charset=utf-8", headers=CORS)


def _limit(portal: Portal, request: Request) -> None:
    """Leaky bucket for each source address; a full one answers 503."""
    if portal.faults.take("query_limit") or not portal.bucket.take(request.remote_addr or ""):
        raise RestError("QUERY_LIMIT_EXCEEDED", "Too many requests", 503)


def _authorise(portal: Portal, params: dict[str, Any], webhook: tuple[int, str] | None) -> Context:
    if webhook is not None:
        return _webhook_context(portal, params, webhook)
    access = str(params.get("auth") or "")
    if portal.faults.take("expired_token"):
        raise RestError("expired_token", "The access token provided has expired.", 401)
    if not access:
        raise RestError("NO_AUTH_FOUND", "Wrong authorization data", 401)
    grant = portal.tokens.by_access(access)
    app = portal.apps.get(grant.client_id) if grant else None
    if grant is None or app is None or grant.member_id != portal.member_id:
        raise RestError("invalid_token", "Unable to get application by token", 401)
    if app.removed:
        raise RestError("APPLICATION_NOT_FOUND", "Application not found", 401)
    if grant.revoked:
        raise RestError("NO_AUTH_FOUND", "Wrong authorization data", 401)
    if grant.expired:
        raise RestError("expired_token", "The access token provided has expired.", 401)
    if app.allowed_users is not None and grant.user_id not in app.allowed_users:
        raise RestError("user_access_error", "The user does not have access to the application.", 403)
    user = portal.employees.get(grant.user_id)
    if user is None or not user.active:
        raise RestError("NO_AUTH_FOUND", "Wrong authorization data", 401)
    rest = {name: value for name, value in params.items() if name != "auth"}
    return Context(portal, user, rest, app, grant)


def _webhook_context(portal: Portal, params: dict[str, Any], webhook: tuple[int, str]) -> Context:
    user_id, secret = webhook
    user = portal.employees.get(user_id)
    if user is None or secret != portal.webhook_secret:
        raise RestError("INVALID_CREDENTIALS", "Invalid request credentials", 401)
    return Context(portal, user, params)


def _envelope(context: Context, method: str) -> dict[str, Any]:
    """Run one outer call: a batch or a single method."""
    if method.lower() != "batch":
        return run_method(context, method)
    watch = Stopwatch()
    inner = replace(context, in_batch=True)

    def run(name: str, params: dict[str, Any]) -> dict[str, Any]:
        return _contained(replace(inner, params=params), name)

    halt = php.truthy(context.get("halt"))
    result = batch.execute(context.get("cmd"), halt, run)
    return {"result": result, "time": watch.block()}


def _contained(context: Context, name: str) -> dict[str, Any]:
    """One command of a batch: its error stays inside."""
    try:
        if name.lower() == "batch":
            raise RestError("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage", 405)
        fault = context.portal.faults.take("method_error", name)
        if fault:
            raise RestError(str(fault.get("error", "")), str(fault.get("description", "Ordered by a test")))
        return run_method(context, name)
    except RestError as error:
        return error.body()


def run_method(context: Context, name: str) -> dict[str, Any]:
    """Look a method up, check scope and rights, call it under the portal's lock."""
    method = _find(context, name)
    watch = Stopwatch()
    with context.portal.lock:
        outcome = method.run(context)
    timing = watch.block(*context.portal.operating.add(context.client_id, method.name.lower(), watch.spent_s))
    if not isinstance(outcome, Page):
        return {"result": outcome, "time": timing}
    envelope: dict[str, Any] = {"result": outcome.result}
    if outcome.next is not None:
        envelope["next"] = outcome.next
    return envelope | {"total": outcome.total, "time": timing}


def _find(context: Context, name: str) -> Method:
    method = METHODS.get(name.lower().removesuffix(".json"))
    if method is None:
        raise RestError("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)
    if method.scope and context.app is not None and not context.app.has_scope(method.scope):
        raise RestError(
            "insufficient_scope", "The request requires higher privileges than provided by the access token", 403
        )
    if method.app_only and context.app is None:
        code, status = method.app_error
        raise RestError(
            code, "Current authorization type is denied for this method Application context required", status
        )
    if context.in_batch and not method.in_batch:
        raise RestError("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage", 405)
    if context.portal.operating.exhausted(context.client_id, method.name.lower()):
        raise RestError("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", 429)
    if method.scope == "crm" and context.user.is_extranet:
        if method.name.startswith("crm.item."):
            raise RestError("allowed_only_intranet_user", "Action allowed only intranet users", 403)
        raise access_denied()
    return method


class _Entry:
    """Collects what the call log wants to know, and plays the ordered troubles."""

    def __init__(self, portal: Portal, request: Request, method: str) -> None:
        self.portal = portal
        self.request = request
        self.method = method
        self.context: Context | None = None
        self.params: dict[str, Any] = {}
        self.methods: tuple[str, ...] = ()
        self.started = time.perf_counter()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.method, *self.methods)

    def note(self, params: dict[str, Any]) -> None:
        self.params = {name: value for name, value in params.items() if name != "auth"}
        if self.method.lower() == "batch":
            self.methods = batch.method_names(params.get("cmd"))

    def general_trouble(self) -> Response | None:
        """Troubles below REST: slowness, a lost connection, a proxy's page."""
        return troubled(self.portal.faults, self.method)

    def ordered_errors(self) -> None:
        fault = self.portal.faults.take("method_error", self.method)
        if fault:
            description = str(fault.get("description", "Ordered by a test"))
            raise RestError(str(fault.get("error", "")), description, int(fault.get("status", 400)))

    def done(self, response: Response, error: Any = None) -> Response:
        """Write the call down; hold the answer back, or forget it, when a test ordered that."""
        context = self.context
        user_id = context.user.id if context else None
        client_id = context.app.client_id if context and context.app else None
        duration = time.perf_counter() - self.started
        self.portal.calls.add(
            Call(
                self.method,
                response.status_code,
                user_id,
                client_id,
                error,
                duration,
                time.time(),
                self.request.method,
                self.methods,
                self.params,
            )
        )
        lose_answer(self.portal.faults, response, *self.names)
        return response
