"""placement.bind and its siblings (docs: api-reference/widgets/placement-bind.md, -get, -unbind, -list)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from b24app.sandbox import php
from b24app.sandbox.portal.placements import (
    OPTION_PLACEMENTS,
    SINGLE,
    Placement,
    known_codes,
    scope_of,
)
from b24app.sandbox.portal.rest.errors import RestError, access_denied, argument_missing
from b24app.sandbox.portal.rest.registry import Context, rest


@rest("placement.bind", scope="placement", app_only=True)
def bind(context: Context) -> bool:
    """Administrator and application context only; several refusals come with HTTP 200."""
    _require_admin(context)
    code = str(context.get("PLACEMENT") or "").upper()
    handler = str(context.get("HANDLER") or "")
    _check_code(context, code)
    _check_handler(handler)
    if php.as_int(context.get("USER_ID")) and code != "PAGE_BACKGROUND_WORKER":
        raise RestError("ERROR_PLACEMENT_USER_MODE", "User mode is not available", 200)
    options = php.as_map(context.get("OPTIONS"))
    if code == "PAGE_BACKGROUND_WORKER" and not options.get("errorHandlerUrl"):
        raise RestError("EMPTY_ERROR_HANDLER_URL", "Error handler URL is empty", 200)
    _check_free(context, code, handler)
    context.portal.placements.append(_placement(context, code, handler, options))
    return True


def _require_admin(context: Context) -> None:
    if not context.user.admin:
        raise access_denied("Access denied!", 403)


def _check_code(context: Context, code: str) -> None:
    if not code:
        raise argument_missing("PLACEMENT")
    if code not in known_codes() or not all(context.the_app.has_scope(name) for name in scope_of(code)):
        raise RestError("ERROR_PLACEMENT_NOT_FOUND", "Placement not found", 200)


def _check_handler(handler: str) -> None:
    """A public URL with a real domain; the sandbox also takes localhost, where the application under test lives."""
    if not handler:
        raise argument_missing("HANDLER")
    parts = urlsplit(handler)
    if parts.scheme not in {"http", "https"}:
        raise RestError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported event handler protocol", 200)
    host = parts.hostname or ""
    if "." not in host and host != "localhost":
        raise RestError("ERROR_WRONG_HANDLER_URL", "Wrong handler URL", 200)


def _check_free(context: Context, code: str, handler: str) -> None:
    mine = [known for known in _own(context) if known.code == code]
    if mine and code in SINGLE:
        raise RestError("ERROR_PLACEMENT_MAX_COUNT", "Placement max count", 200)
    if any(known.handler == handler for known in mine):
        raise RestError("ERROR_CORE", "Unable to set placement handler: Handler already binded", 400)


def _placement(context: Context, code: str, handler: str, options: dict[str, Any]) -> Placement:
    """OPTIONS are kept by the few placements that know them and dropped by all others."""
    return Placement(
        client_id=context.client_id,
        code=code,
        handler=handler,
        title=str(context.get("TITLE") or context.the_app.title),
        description=str(context.get("DESCRIPTION") or ""),
        group_name=str(context.get("GROUP_NAME") or ""),
        lang_all=php.as_map(context.get("LANG_ALL")),
        options=options if code.endswith("_DETAIL_ACTIVITY") or code in OPTION_PLACEMENTS else {},
        user_id=php.as_int(context.get("USER_ID")),
        id=context.portal.next_placement_id(),
    )


def _own(context: Context) -> list[Placement]:
    return [known for known in context.portal.placements if known.client_id == context.client_id]


@rest("placement.get", scope="placement", app_only=True)
def get(context: Context) -> list[dict[str, Any]]:
    _require_admin(context)
    return [known.as_rest() for known in _own(context)]


@rest("placement.unbind", scope="placement", app_only=True)
def unbind(context: Context) -> dict[str, int]:
    """Without HANDLER all handlers of the code go. Each is counted twice: found and deleted."""
    _require_admin(context)
    code = str(context.get("PLACEMENT") or "").upper()
    if not code:
        raise argument_missing("PLACEMENT")
    handler = context.get("HANDLER")
    doomed = [known for known in _own(context) if known.code == code and (not handler or known.handler == handler)]
    for known in doomed:
        context.portal.placements.remove(known)
    return {"count": 2 * len(doomed)}


@rest("placement.list", scope="placement", app_only=True)
def list_(context: Context) -> list[str]:
    """Codes the application can bind; SCOPE narrows, FULL ignores what is granted."""
    wanted = str(context.get("SCOPE") or "")
    full = php.truthy(context.get("FULL"))
    app = context.the_app
    return [
        code
        for code in known_codes()
        if (wanted in scope_of(code) if wanted else full or all(app.has_scope(name) for name in scope_of(code)))
    ]
