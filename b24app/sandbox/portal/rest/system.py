"""Basic methods and employees (docs: api-reference/common/, api-reference/user/)."""

from __future__ import annotations

import re
from typing import Any

from b24app.sandbox import moments, php
from b24app.sandbox.portal.employees import Employee
from b24app.sandbox.portal.rest import filters
from b24app.sandbox.portal.rest.errors import RestError, access_denied
from b24app.sandbox.portal.rest.registry import METHODS, Context, Page, page_of, rest

ALL_SCOPES = [
    "bizproc", "crm", "department", "disk", "documentgenerator", "im", "placement", "user", "user_basic", "user_brief",
]  # fmt: skip
_APP_CONTEXT = ("ACCESS_DENIED", 400)


@rest("app.info", app_only=True, app_error=_APP_CONTEXT)
def app_info(context: Context) -> dict[str, Any]:
    """docs: api-reference/common/system/app-info.md"""
    app = context.the_app
    return {
        "ID": app.number,
        "CODE": app.client_id,
        "VERSION": app.version,
        "STATUS": app.status,
        "INSTALLED": app.installed,
        "PAYMENT_EXPIRED": "N",
        "DAYS": None,
        "LANGUAGE_ID": context.portal.language,
        "LICENSE": "de_pro100",
        "LICENSE_TYPE": "pro100",
        "LICENSE_FAMILY": "pro",
    }


@rest("app.option.get", app_only=True)
def app_option_get(context: Context) -> Any:
    """All options, or one: null when it is not set (docs: api-reference/common/settings/app-option-get.md)."""
    return _option(context.the_app.options, context.get("option"))


@rest("app.option.set", app_only=True)
def app_option_set(context: Context) -> bool:
    options = php.as_map(context.get("options"))
    if not options:
        raise RestError("ArgumentNullException", "options is empty")
    if not context.user.admin:
        raise RestError("AccessException", "Access denied.", 403)
    context.the_app.options.update(options)
    return True


@rest("user.option.get", app_only=True)
def user_option_get(context: Context) -> Any:
    return _option(context.the_app.user_options.get(context.user.id, {}), context.get("option"))


@rest("user.option.set", app_only=True)
def user_option_set(context: Context) -> bool:
    options = php.as_map(context.get("options"))
    if not options:
        raise RestError("ArgumentNullException", "options is empty")
    context.the_app.user_options.setdefault(context.user.id, {}).update(options)
    return True


def _option(options: dict[str, Any], name: Any) -> Any:
    return options.get(str(name)) if name else dict(options)


@rest("profile")
def profile(context: Context) -> dict[str, Any]:
    """docs: api-reference/common/users/profile.md"""
    user = context.user
    return {
        "ID": str(user.id),
        "ADMIN": user.admin,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "PERSONAL_GENDER": "",
        "TIME_ZONE": user.time_zone,
    }


@rest("user.admin")
def user_admin(context: Context) -> bool:
    return context.user.admin


@rest("user.access")
def user_access(context: Context) -> bool:
    """Whether the employee has any of the access codes U6, G1 (administrators), AU (everybody)."""
    codes = {str(code) for code in php.as_list(context.get("ACCESS"))}
    own = {f"U{context.user.id}", "AU"} | ({"G1"} if context.user.admin else set())
    return bool(codes & own)


@rest("user.current", scope="user_brief")
def user_current(context: Context) -> dict[str, Any]:
    return context.user.as_rest(_scopes(context))


@rest("user.get", scope="user_brief")
def user_get(context: Context) -> Page:
    """docs: api-reference/user/user-get.md; an unknown filter field is ignored."""
    conditions = context.get("FILTER") or {key: value for key, value in context.params.items() if key == "ID"}
    return _users(context, list(context.portal.employees.values()), conditions)


@rest("user.search", scope="user_brief")
def user_search(context: Context) -> Page:
    """FILTER.FIND looks into names and position (docs: api-reference/user/user-search.md)."""
    conditions = php.as_map(context.get("FILTER"))
    text = str(conditions.pop("FIND", "")).lower()
    found = [user for user in context.portal.employees.values() if _mentions(user, text)]
    return _users(context, found, conditions)


@rest("department.get", scope="department")
def department_get(context: Context) -> Page:
    """docs: api-reference/departments/department-get.md; numbers are text. Everybody is in the one there is."""
    rows = [{"ID": "1", "NAME": context.portal.title, "SORT": 500, "UF_HEAD": "1"}]
    return page_of(rows, context.get("START"))


def _mentions(user: Employee, text: str) -> bool:
    return all(word in f"{user.full_name} {user.position}".lower() for word in text.split())


def _users(context: Context, users: list[Employee], conditions: Any) -> Page:
    rows = [user.as_rest(_scopes(context)) for user in users]
    order = {str(context.get("sort") or "ID"): str(context.get("order") or "ASC")}
    chosen = filters.select_rows(rows, conditions, order)
    page = page_of(chosen, context.get("start"))
    return Page([filters.pick(row, context.get("select")) for row in page.result], page.total, page.next)


def _scopes(context: Context) -> list[str]:
    return context.app.scopes if context.app else ["user"]


@rest("scope")
def scope(context: Context) -> list[str]:
    """Granted scopes, or with FULL every scope there is."""
    return ALL_SCOPES if php.truthy(context.get("full")) else _scopes(context)


@rest("methods")
def methods(context: Context) -> list[str]:
    names = [method for method in METHODS.values() if _granted(context, method.scope)]
    return sorted(method.name for method in names)


@rest("method.get")
def method_get(context: Context) -> dict[str, bool]:
    method = METHODS.get(str(context.get("name", "")).lower())
    return {"isExisting": method is not None, "isAvailable": method is not None and _granted(context, method.scope)}


def _granted(context: Context, name: str) -> bool:
    return not name or context.app is None or context.app.has_scope(name)


@rest("feature.get")
def feature_get(context: Context) -> dict[str, str]:
    code = str(context.get("CODE", ""))
    if not re.fullmatch(r"[a-z_]+", code):
        raise RestError("ERROR_ARGUMENT", "Argument 'CODE' is null or empty")
    return {"value": "Y" if code in {"rest_auth_connector", "rest_offline_extended"} else "N"}


@rest("server.time")
def server_time(context: Context) -> str:
    return moments.now_iso()


@rest("access.name")
def access_name(context: Context) -> dict[str, Any]:
    names = {"AU": "All authorized users", "G1": "Administrators"}
    names |= {f"U{user.id}": user.full_name for user in context.portal.employees.values()}
    asked = [str(code) for code in php.as_list(context.get("ACCESS"))]
    return {code: {"provider": "Users", "name": names[code]} for code in asked if code in names}


def require_application_admin(context: Context) -> None:
    """For methods that answer 403 ACCESS_DENIED to ordinary employees."""
    if not context.user.admin:
        raise access_denied("Access denied!", 403)
