"""Tell a request's provider a signer's new name or address."""

from __future__ import annotations

from b24app.clock import to_ms
from b24app.domain.signature_request import SignerStatus, Status
from b24app.outbox.message import Message
from b24app.providers.registry import Registry
from b24app.services.ask_provider import asking
from b24app.services.context import Context
from b24app.store import handovers, requests
from b24app.store.database import writing

_ANSWERED = (SignerStatus.SIGNED, SignerStatus.DECLINED)


def correct_at_provider(ctx: Context, providers: Registry, message: Message) -> None:
    """Correct him there as he stands here now; his id there may be another one afterwards."""
    request = requests.load(message.portal, message.request_id)
    signer = request.signer(str(message.payload["signer_id"]))
    kept = handovers.find(message.portal, message.request_id)
    if kept is None or signer is None or request.status is not Status.AWAITING_SIGNATURES:
        return
    if signer.status in _ANSWERED:
        return
    signer_ref = handovers.signer_refs(kept.portal, kept.request)[signer.id]
    with asking(ctx, providers, kept.portal, kept.connection) as provider:
        new_ref = provider.change_signer(kept.provider_ref, signer_ref, signer.name, signer.email)
    with writing():
        handovers.name_signers(kept.portal, kept.request, {signer.id: new_ref}, to_ms(ctx.now()))
