"""After completion: write what signers entered into the properties that their places are bound to.

What was changed in the card meanwhile is not overwritten: both values are told, and an employee decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

import structlog

from b24app.bitrix.batch import as_map
from b24app.bitrix.client import Portal as PortalClient
from b24app.bitrix.crm import update_command, update_item
from b24app.bitrix.properties import plain_all, raw
from b24app.domain.acts import Difference, NoteConflict, SettleConflict
from b24app.domain.events import EventType
from b24app.domain.signature_request import SignatureRequest
from b24app.errors import N_, BitrixError, NotAllowed, ReconnectNeeded
from b24app.services.as_employee import NOT_THIS_EMPLOYEE
from b24app.services.bind_fields import PREFIX, Bound, answers, as_property
from b24app.services.context import Context
from b24app.services.record import apply_inside
from b24app.services.relay_to_portal import Step, is_logged, log_entry
from b24app.services.rendition import finished_values
from b24app.services.show_request import reach_request
from b24app.store import audit, requests
from b24app.store.database import writing
from b24app.store.tables import Portal, Request

log = structlog.get_logger()
T = TypeVar("T")

SETTLED = N_("This entry has been written into the card already, or there is nothing to decide.")
UNFIT = N_("The property “%(label)s” cannot hold this entry. Change it in the card by hand.")


@dataclass
class _Plan:
    """What is to be done with each property."""

    fields: dict[str, Any] = field(default_factory=dict)  # name -> value in Bitrix24's form
    conflicts: list[Difference] = field(default_factory=list)


def write_answers(ctx: Context, step: Step) -> None:
    """Write and say so in the card's history; note conflicts, which the responsible employee is told of."""
    changed = _changed(step.row, step.request)
    if not changed:
        return
    plan = _as_one_of(ctx, step, lambda client: _write(client, step, changed))
    if plan.conflicts and not _is_noted(step.row):
        with writing():
            _keep_conflicts(step.row, {each.path: each for each in plan.conflicts})
            apply_inside(ctx, step.row.portal, step.row.id, NoteConflict(tuple(plan.conflicts)))
        ctx.hints.hint(step.row.portal)


def settle_conflict(ctx: Context, portal: Portal, user_id: int, request_id: str, path: str) -> Difference:
    """Write a signer's entry over what the card says, with the employee's own rights.

    Raises: NotAllowed when nothing is to be decided, or Bitrix24 does not let him; NotFound.
    """
    row = reach_request(ctx, portal, user_id, request_id)
    conflict = (row.conflicts or {}).get(path)
    if conflict is None:
        raise NotAllowed(SETTLED)
    bound = Bound.from_dict((row.bound or {})[path])
    client = ctx.rest(portal, user_id)
    item = _item(client, row)
    try:
        value = raw(bound.field, conflict["now"], item.get(bound.field.name), bound.currency)
    except ValueError as error:
        raise NotAllowed(UNFIT, label=bound.field.label) from error
    update_item(client, row.entity_type_id, row.entity_id, {bound.field.name: value})
    settled = Difference(**conflict)
    with writing():
        requests.lock(portal.member_id, request_id)
        rest = {key: Difference(**each) for key, each in (row.conflicts or {}).items() if key != path}
        _keep_conflicts(row, rest)
        apply_inside(ctx, portal.member_id, request_id, SettleConflict(user_id, settled))
    ctx.hints.hint(portal.member_id)
    return settled


def _changed(row: Request, request: SignatureRequest) -> dict[str, tuple[Bound, str]]:
    """Property -> how it was, and the signer's entry where that is another one."""
    positions = [str(signer.position) for signer in request.signing]
    entered = dict(answers(requests.fields(row), finished_values(request), positions))
    found = {}
    for path, entry in entered.items():
        kept = (row.bound or {}).get(path)
        if kept is not None:
            bound = Bound.from_dict(kept)
            wanted = as_property(bound, entry)
            if wanted != bound.first:
                found[path] = (bound, wanted)
    return found


def _as_one_of(ctx: Context, step: Step, work: Callable[[PortalClient], T]) -> T:
    """Work with the sender's rights, else with the responsible employee's; never with an administrator's."""
    sender, responsible = step.employees
    try:
        return work(ctx.rest(step.portal, sender))
    except (ReconnectNeeded, BitrixError) as error:
        if sender == responsible or not (isinstance(error, ReconnectNeeded) or error.code in NOT_THIS_EMPLOYEE):
            raise
        return work(ctx.rest(step.portal, responsible))


def _write(client: PortalClient, step: Step, changed: Mapping[str, tuple[Bound, str]]) -> _Plan:
    plan = _plan(_item(client, step.row), changed)
    if not plan.fields or (step.message.is_retry and is_logged(client, step)):
        return plan
    labels = ", ".join(changed[PREFIX + name][0].field.label for name in plan.fields)
    text = step.say(
        N_("Entries from “%(title)s” were saved in this card: %(labels)s"), title=step.row.title, labels=labels
    )
    commands = {
        "set": update_command(step.row.entity_type_id, step.row.entity_id, plan.fields),
        "log": log_entry(step, text),
    }
    answer = client.batch(commands, halt=True)
    if (refusal := answer.error("set")) is not None:
        raise refusal
    if (unsaid := answer.error("log")) is not None:
        log.warning("answers_not_logged", code=unsaid.code)
    return plan


def _plan(item: Mapping[str, Any], changed: Mapping[str, tuple[Bound, str]]) -> _Plan:
    """Decide property by property; several values are only ever added to, so they meet no conflict."""
    plan = _Plan()
    for path, (bound, wanted) in changed.items():
        known, held = bound.field, item.get(bound.field.name)
        values = plain_all(known, held)
        now = values[0] if values else ""
        if wanted in values or (not wanted and not values):
            continue
        try:
            value = raw(known, wanted, held, bound.currency)
        except ValueError:
            plan.conflicts.append(Difference(path, known.label, now, wanted))
            continue
        if known.multiple or now == bound.first:
            plan.fields[known.name] = value
        else:
            plan.conflicts.append(Difference(path, known.label, now, wanted))
    return plan


def _item(client: PortalClient, row: Request) -> Mapping[str, Any]:
    params = {"entityTypeId": row.entity_type_id, "id": row.entity_id, "useOriginalUfNames": "Y"}
    return as_map(as_map(client.call("crm.item.get", params).result).get("item"))


def _is_noted(row: Request) -> bool:
    return any(event.type is EventType.CARD_CONFLICT for event in audit.events(row.portal, row.id))


def _keep_conflicts(row: Request, conflicts: Mapping[str, Difference]) -> None:
    kept = {path: asdict(each) for path, each in conflicts.items()}
    Request.update(conflicts=kept).where((Request.portal == row.portal) & (Request.id == row.id)).execute()
