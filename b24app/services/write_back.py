"""Write checkboxes that the employee changed into the card's properties.

With his own token and no other: who may only read the card in Bitrix24 cannot change it through us.
"""

from __future__ import annotations

from b24app.bitrix.crm import update_item
from b24app.bitrix.values import yes_no
from b24app.outbox.message import Message
from b24app.services.context import Context
from b24app.store import portals, requests


def write_back(ctx: Context, message: Message) -> None:
    """Set each changed yes/no property to what the employee decided; writing the same value twice does no harm."""
    row = requests.row(message.portal, message.request_id)
    if not row.checkboxes:
        return
    fields = {name: yes_no(ticked) for name, ticked in row.checkboxes.items()}
    client = ctx.rest(portals.get(message.portal), row.sender_id)
    update_item(client, row.entity_type_id, row.entity_id, fields)
