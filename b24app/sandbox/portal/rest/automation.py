"""bizproc.* robots and crm.automation.trigger.*.

docs: api-reference/bizproc/, api-reference/crm/automation/triggers/
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from b24app.sandbox import php
from b24app.sandbox.portal.automation import Robot, Run
from b24app.sandbox.portal.rest.errors import RestError, access_denied, classic
from b24app.sandbox.portal.rest.item_view import owner_type
from b24app.sandbox.portal.rest.registry import Context, rest

_INVALID = "ERROR_ACTIVITY_VALIDATION_FAILURE"
_APP = ("ACCESS_DENIED", 403)
PROPERTY_TYPES = {"bool", "date", "datetime", "double", "file", "int", "select", "string", "text", "user"}
_WRITABLE = {
    "HANDLER", "NAME", "DESCRIPTION", "AUTH_USER_ID", "USE_SUBSCRIPTION", "PROPERTIES", "RETURN_PROPERTIES",
    "DOCUMENT_TYPE", "FILTER", "USE_PLACEMENT", "PLACEMENT_HANDLER",
}  # fmt: skip


def _upper(value: Any) -> dict[str, Any]:
    return {str(key).upper(): item for key, item in php.as_map(value).items()}


@rest("bizproc.robot.add", scope="bizproc", app_only=True, app_error=_APP)
def add_robot(context: Context) -> bool:
    """Administrator only; CODE is unique within the application."""
    context.require_admin()
    given = _upper(context.params)
    if not given:
        raise RestError(_INVALID, "Empty data!")
    code = str(given.get("CODE") or "")
    if not code:
        raise RestError(_INVALID, "Empty activity code!")
    if not re.fullmatch(r"[A-Za-z0-9._-]+", code):
        raise RestError(_INVALID, "Wrong activity code!")
    _check_handler(context, str(given.get("HANDLER") or ""))
    if not given.get("NAME"):
        raise RestError(_INVALID, "Empty activity NAME!")
    _check_extras(context, given)
    if _robot(context, code) is not None:
        raise RestError("ERROR_ACTIVITY_ALREADY_INSTALLED", "Activity or Automation rule already installed!")
    user_id = php.as_int(given.get("AUTH_USER_ID"), context.user.id)
    robot = Robot(context.client_id, code, str(given["HANDLER"]), given["NAME"], user_id, given)
    context.portal.automation.robots.append(robot)
    return True


def _check_extras(context: Context, given: dict[str, Any]) -> None:
    for name in ("PROPERTIES", "RETURN_PROPERTIES"):
        _check_properties(given.get(name))
    if php.truthy(given.get("USE_PLACEMENT")):
        _check_handler(context, str(given.get("PLACEMENT_HANDLER") or ""))
    if "DOCUMENT_TYPE" in given and len(php.as_list(given["DOCUMENT_TYPE"])) != 3:
        raise RestError(_INVALID, "Wrong activity DOCUMENT_TYPE!")


def _check_handler(context: Context, handler: str) -> None:
    """On the application's own domain."""
    parts = urlsplit(handler)
    if parts.scheme not in {"http", "https"}:
        raise RestError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported handler protocol")
    if parts.hostname != urlsplit(context.the_app.handler_url).hostname:
        raise RestError("ERROR_WRONG_HANDLER_URL", "Wrong handler URL")


def _check_properties(given: Any) -> None:
    if given in (None, "", [], {}):
        return
    if not isinstance(given, dict):
        raise RestError(_INVALID, "Wrong properties array!")
    for key, description in given.items():
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", key):
            raise RestError(_INVALID, f"Wrong property key {key}!")
        described = _upper(description)
        if not described.get("NAME"):
            raise RestError(_INVALID, f"Empty property NAME {key}!")
        if described.get("TYPE", "string") not in PROPERTY_TYPES:
            raise RestError(_INVALID, f"Wrong property type {key}!")


def _robot(context: Context, code: str) -> Robot | None:
    mine = (one for one in context.portal.automation.robots if one.client_id == context.client_id)
    return next((one for one in mine if one.code == code), None)


@rest("bizproc.robot.update", scope="bizproc", app_only=True, app_error=_APP)
def update_robot(context: Context) -> bool:
    context.require_admin()
    robot = _robot(context, str(context.get("CODE") or ""))
    if robot is None:
        raise RestError("ERROR_ACTIVITY_NOT_FOUND", "Activity or Automation rule not found!")
    fields = {key: value for key, value in _upper(context.get("FIELDS")).items() if key in _WRITABLE}
    if not fields:
        raise RestError(_INVALID, "No fields to update")
    if "HANDLER" in fields:
        _check_handler(context, str(fields["HANDLER"]))
        robot.handler = str(fields["HANDLER"])
    _check_extras(context, fields)
    robot.name = fields.get("NAME", robot.name)
    robot.auth_user_id = php.as_int(fields.get("AUTH_USER_ID"), robot.auth_user_id)
    robot.params |= fields
    return True


@rest("bizproc.robot.list", scope="bizproc", app_only=True, app_error=_APP)
def list_robots(context: Context) -> list[str]:
    context.require_admin()
    return [one.code for one in context.portal.automation.robots if one.client_id == context.client_id]


@rest("bizproc.robot.delete", scope="bizproc", app_only=True, app_error=_APP)
def delete_robot(context: Context) -> bool:
    context.require_admin()
    robot = _robot(context, str(context.get("CODE") or ""))
    if robot is None:
        raise RestError("ERROR_ACTIVITY_NOT_FOUND", "Activity or Automation rule not found!")
    context.portal.automation.robots.remove(robot)
    return True


def _run(context: Context) -> Run:
    """The waiting robot behind an event_token; a used or foreign token is refused."""
    run = context.portal.automation.runs.get(str(context.get("event_token") or ""))
    if run is None or run.robot.client_id != context.client_id or not run.waiting:
        raise access_denied("Access denied!", 403)
    return run


@rest("bizproc.event.send", scope="bizproc", app_only=True, app_error=_APP)
def send(context: Context) -> bool:
    """Resumes the workflow (docs: api-reference/bizproc/bizproc-robot/bizproc-event-send.md)."""
    run = _run(context)
    run.returned = php.as_map(context.get("return_values"))
    run.waiting = False
    if context.get("log_message"):
        run.log.append(str(context.get("log_message")))
    return True


@rest("bizproc.activity.log", scope="bizproc", app_only=True, app_error=_APP)
def log(context: Context) -> bool:
    run = _run(context)
    if not context.get("log_message"):
        raise RestError("ERROR_ARGUMENT", "Argument 'LOG_MESSAGE' is null or empty", argument="LOG_MESSAGE")
    run.log.append(str(context.get("log_message")))
    return True


def _trigger_code(context: Context) -> str:
    context.require_admin()
    code = str(context.get("CODE") or "")
    if not code:
        raise classic("Empty trigger code!")
    if not re.fullmatch(r"[a-z0-9.\-_]+", code):
        raise classic("Wrong trigger code!")
    return code


@rest("crm.automation.trigger.add", scope="crm", app_only=True, app_error=_APP)
def add_trigger(context: Context) -> bool:
    """Adds or renames by CODE."""
    code, name = _trigger_code(context), str(context.get("NAME") or "")
    if not name:
        raise classic("Empty trigger name!")
    context.portal.automation.triggers[context.client_id, code] = name
    return True


@rest("crm.automation.trigger.list", scope="crm", app_only=True, app_error=_APP)
def list_triggers(context: Context) -> list[dict[str, str]]:
    context.require_admin()
    return [
        {"NAME": name, "CODE": code}
        for (client_id, code), name in context.portal.automation.triggers.items()
        if client_id == context.client_id
    ]


@rest("crm.automation.trigger.execute", scope="crm", app_only=True, app_error=_APP)
def execute_trigger(context: Context) -> bool:
    """True says accepted, not that a stage moved. Not for contacts and companies."""
    code = _trigger_code(context)
    if (context.client_id, code) not in context.portal.automation.triggers:
        raise classic("Trigger not found")
    kind = owner_type(context.get("OWNER_TYPE_ID"))
    number = php.as_int(context.get("OWNER_ID"))
    if kind not in (1, 2):
        raise classic("Incorrect parameter OWNER_TYPE_ID.")
    if context.portal.crm.get(kind, number) is None:
        raise classic("Incorrect parameter OWNER_ID.")
    context.portal.automation.executed.append({"code": code, "owner": (kind, number), "user_id": context.user.id})
    return True


@rest("crm.automation.trigger.delete", scope="crm", app_only=True, app_error=_APP)
def delete_trigger(context: Context) -> bool:
    code = _trigger_code(context)
    if context.portal.automation.triggers.pop((context.client_id, code), None) is None:
        raise classic("Trigger not found")
    return True
