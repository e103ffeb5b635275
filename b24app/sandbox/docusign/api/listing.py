"""GET /envelopes: by date, transaction ids, envelope ids or a custom field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from b24app.sandbox.docusign import scalars, views
from b24app.sandbox.docusign.door import Call
from b24app.sandbox.docusign.errors import wrong
from b24app.sandbox.docusign.model import Envelope, stamp

LONGEST = 1000
KEPT_S = 7 * 86_400  # how long a transaction id finds its envelope


def listed(call: Call) -> dict[str, Any]:
    """A filter is wanted; envelopes in the order of their last change."""
    args = call.args
    if not {"from_date", "transaction_ids", "envelope_ids"} & set(args):
        raise wrong("from_date, envelope_ids or transaction_ids is required.")
    start = scalars.whole(args, "start_position", 0)
    count = min(scalars.whole(args, "count", LONGEST), LONGEST)
    with call.service.lock:
        own = [one for one in call.service.envelopes.values() if one.account is call.account]
        listable = [one for one in own if one.created_at + call.service.list_delay_s <= call.service.clock.now()]
        found = sorted((one for one in listable if _fits(one, call)), key=lambda one: one.changed_at)
        include = [word.strip() for word in args.get("include", "").split(",")]
        shown = [views.envelope_json(one, include) for one in found[start : start + count]]
    return {
        "resultSetSize": str(len(shown)),
        "totalSetSize": str(len(found)),
        "startPosition": str(start),
        "endPosition": str(max(0, start + len(shown) - 1)),
        "lastQueriedDateTime": stamp(call.service.clock.now()),
        "envelopes": shown,
    }


def _fits(one: Envelope, call: Call) -> bool:
    args = call.args
    moment = _changed(one, args.get("from_to_status", "changed"))
    return (
        _named(one, call)
        and (not args.get("from_date") or moment >= _moment(args["from_date"]))
        and (not args.get("to_date") or moment <= _moment(args["to_date"]))
        and (not args.get("status") or bool({one.status, "any"} & set(args["status"].lower().split(","))))
        and (not args.get("custom_field") or _has_field(one, args["custom_field"]))
    )


def _named(one: Envelope, call: Call) -> bool:
    """By id, or by the sender's transaction id for seven days."""
    ids, transactions = call.args.get("envelope_ids"), call.args.get("transaction_ids")
    if ids and one.envelope_id not in ids.split(","):
        return False
    if not transactions:
        return True
    fresh = one.created_at + KEPT_S > call.service.clock.now()
    return fresh and one.transaction_id in transactions.split(",")


def _changed(one: Envelope, kind: str) -> float:
    moments = {"created": one.created_at, "sent": one.sent_at, "completed": one.completed_at}
    return moments.get(kind) or one.changed_at


def _moment(text: str) -> float:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise wrong(f"{text} is not a date.") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _has_field(one: Envelope, wanted: str) -> bool:
    name, _, value = wanted.partition("=")
    return any(field["name"] == name and field["value"] == value for field in one.custom_fields)
