"""Writing CRM items through crm.item.add and crm.item.update.

Unknown and read-only fields are ignored without a word (docs: api-reference/crm/universal/crm-item-update.md).
"""

from __future__ import annotations

from typing import Any

from b24app.sandbox import moments, php
from b24app.sandbox.portal import files
from b24app.sandbox.portal.crm import Item
from b24app.sandbox.portal.fields import STAGES, Field, UserField, field_of
from b24app.sandbox.portal.rest.errors import RestError
from b24app.sandbox.portal.rest.registry import Context

_INTEGERS = {"integer", "user", "crm_company", "crm_contact", "crm_category"}


def write(context: Context, item: Item, values: dict[str, Any], *, original: bool) -> bool:
    """Apply `fields`; says whether anything changed."""
    changed = False
    for key, value in values.items():
        if key == "fm":
            changed |= _write_multi(context, item, php.as_map(value))
        elif system := field_of(item.type_id, key):
            changed |= _write_system(context, item, system, value)
        elif known := context.portal.crm.user_field_by_key(item.type_id, key, original=original):
            changed |= _write_property(context, item, known, value)
    return changed


def _write_system(context: Context, item: Item, system: Field, value: Any) -> bool:
    if system.read_only:
        return False
    stored = _system_value(system, value)
    if system.name == "stageId":
        stored = _stage(context, item, str(stored))
    if system.name == "contactId" and "contactIds" in item.fields:
        return _set(item.fields, "contactIds", [stored] if stored else [])
    return _set(item.fields, system.name, stored)


def _system_value(system: Field, value: Any) -> Any:
    if isinstance(system.default, list):
        return [php.as_int(one) for one in php.as_list(value)]
    if system.type in _INTEGERS:
        return php.as_int(value)
    if system.type == "double":
        return float(value or 0)
    if system.type == "boolean":
        return "Y" if php.truthy(value) else "N"
    return None if value in (None, "") else str(value)


def _stage(context: Context, item: Item, stage: str) -> str:
    """A stage must exist; its meaning (P, S, F) follows it."""
    entity = STAGES.get(item.type_id, "")
    known = next(
        (row for row in context.portal.crm.statuses if row["ENTITY_ID"] == entity and row["STATUS_ID"] == stage), None
    )
    if known is None:
        raise RestError("CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Invalid value of field "Stage"')
    item.fields["stageSemanticId"] = known["SEMANTICS"] or "P"
    return stage


def _set(target: dict[str, Any], key: str, value: Any) -> bool:
    if key in target and target[key] == value:
        return False
    target[key] = value
    return True


def _write_property(context: Context, item: Item, known: UserField, value: Any) -> bool:
    if known.type == "file":
        stored = _files(context, item, known, value)
    elif known.multiple:
        stored = [_property_value(known, one) for one in php.as_list(value)]
    else:
        stored = _property_value(known, value)
    before = item.uf.get(known.name)
    if known.type == "boolean":
        before = bool(before)
    if before == stored:
        return False
    item.uf[known.name] = stored
    return True


def _property_value(known: UserField, value: Any) -> Any:
    """One value in stored form; a value the property cannot hold is an error."""
    if known.type == "boolean":
        return php.truthy(value)
    if value in (None, "", False):
        return None
    if known.type == "date":
        moment = moments.parse(value)
        if moment is None:
            raise RestError("CRM_FIELD_ERROR_VALUE_NOT_VALID", f'Invalid value of field "{known.label}"')
        return moment.date().isoformat()
    if known.type == "enumeration":
        return php.as_int(value) if php.as_int(value) in known.options else None
    if known.type in {"integer", "employee"}:
        return php.as_int(value)
    return float(value) if known.type == "double" else str(value)


def _files(context: Context, item: Item, known: UserField, value: Any) -> Any:
    """Files: ["name", "BASE64"] adds, {"id": n} keeps, "" clears; what is not listed is gone."""
    if not known.multiple:
        return _one_file(context, [item.uf.get(known.name)], value) if value else None
    current = item.uf.get(known.name) or []
    kept = [_one_file(context, current, one) for one in php.as_list(value)]
    return [file_id for file_id in kept if file_id is not None]


def _one_file(context: Context, current: list[Any], value: Any) -> int | None:
    if isinstance(value, dict) and "id" in value:
        number = php.as_int(value["id"])
        return number if number in current else None
    name, content = files.decode(value)
    return context.portal.files.add(name, content, context.user.id).id


def _write_multi(context: Context, item: Item, rows: dict[str, Any]) -> bool:
    """`fm`: keys n0, n1 add; a numeric key or `id` changes; an empty value deletes."""
    changed = False
    for key, row in rows.items():
        if not isinstance(row, dict):
            continue
        number = php.as_int(row.get("id", key if key.isdigit() and "typeId" not in row else 0))
        existing = next((one for one in item.fm if one.id == number), None) if number else None
        value = str(row.get("value", ""))
        if existing is None and value:
            context.portal.crm.add_multi(item, str(row.get("typeId", "")), str(row.get("valueType", "WORK")), value)
        elif existing is not None and value:
            existing.value = value
            existing.value_type = str(row.get("valueType", existing.value_type))
        elif existing is not None:
            item.fm.remove(existing)
        changed = True
    return changed
