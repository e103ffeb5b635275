"""Write checkboxes that the employee changed into the card's properties; after completion, what signers entered.

With his own token and no other: who may only read the card in Bitrix24 cannot change it through us.
"""

from __future__ import annotations

import structlog

from b24app.bitrix.crm import update_command
from b24app.bitrix.values import yes_no
from b24app.domain.events import EventType
from b24app.errors import N_
from b24app.outbox.message import Message
from b24app.services.context import Context
from b24app.services.relay_to_portal import Step, is_logged, log_entry
from b24app.services.write_answers import write_answers

log = structlog.get_logger()


def write_back(ctx: Context, message: Message) -> None:
    """Set each changed yes/no property to what the employee decided, and say so in the history of the card.

    The entry proves that the values were written: a retry that finds it leaves alone what a person has changed since.
    """
    step = Step.of(message, ctx.now())
    if step.event is not None and step.event.type is EventType.REQUEST_COMPLETED:
        write_answers(ctx, step)
        return
    if not step.row.checkboxes:
        return
    client = ctx.rest(step.portal, step.row.sender_id)
    if message.is_retry and is_logged(client, step):
        return
    fields = {name: yes_no(ticked) for name, ticked in step.row.checkboxes.items()}
    text = step.say(N_("The checkboxes of “%(title)s” were saved in this card."), title=step.row.title)
    commands = {
        "set": update_command(step.row.entity_type_id, step.row.entity_id, fields),
        "log": log_entry(step, text),
    }
    answer = client.batch(commands, halt=True)
    if (refusal := answer.error("set")) is not None:
        raise refusal
    if (unsaid := answer.error("log")) is not None:  # the values are there: writing them again might undo a person's
        log.warning("write_back_not_logged", code=unsaid.code)
