"""Void and resend: the document is called back, and the composer opens with the same choices and today's values."""

from __future__ import annotations

from dataclasses import replace

from b24app.bitrix.entities import Entity
from b24app.clock import to_ms
from b24app.domain.signature_request import SignatureRequest
from b24app.errors import N_, NotAllowed
from b24app.services.composing import TEMPLATE, ComposeForm, ComposerView, SignerChoice
from b24app.services.context import Context
from b24app.services.kept_form import kept_files, read_form
from b24app.services.open_composer import open_composer
from b24app.services.show_request import reach_request
from b24app.services.void_request import void_request
from b24app.store import requests
from b24app.store.database import writing
from b24app.store.tables import Portal, Request, Upload

TOO_OLD = N_("Paraph has not kept how this document was made. Withdraw it and send a new one from the card.")


def resend_request(
    ctx: Context, portal: Portal, user_id: int, request_id: str, reason: str
) -> tuple[ComposerView, ComposeForm]:
    """Open a composer with the choices of a request, then void the request.

    In this order: what cannot be composed anew is not called back.
    Raises: NotAllowed when it has ended, or Bitrix24 does not show the employee the card.
    """
    row = reach_request(ctx, portal, user_id, request_id)
    kept = read_form(row)
    if kept is None:
        raise NotAllowed(TOO_OLD)
    view = open_composer(ctx, portal, user_id, Entity(row.entity_type_id, row.entity_id))
    form = _form(ctx, row, requests.to_domain(row), kept, view)
    void_request(ctx, portal, user_id, request_id, reason)
    return view, form


def _form(ctx: Context, row: Request, request: SignatureRequest, kept: ComposeForm, view: ComposerView) -> ComposeForm:
    """Make today's form of a kept one: people as they are called now, and ticks as the card has them."""
    form = replace(
        kept,
        composer_id=view.id,
        signers=tuple(_signers(request, kept)),
        signers_from=kept.template_id,
        ticks={},
        expires_on=view.expires_on,
    )
    fresh = {TEMPLATE: TEMPLATE}
    for name, upload in kept_files(row, kept).items():
        fresh[name] = _upload_again(ctx, view, upload)
    return replace(form, documents=tuple(fresh[each] for each in kept.chosen if each in fresh))


def _signers(request: SignatureRequest, kept: ComposeForm) -> list[SignerChoice]:
    """Take names and addresses from the request: they may have been corrected; keys of the card from the form."""
    keys = dict(enumerate((choice.key for choice in kept.signers), start=1))
    return [
        SignerChoice(signer.name, signer.email, signer.order, keys.get(signer.position, ""), signer.locale)
        for signer in request.signing
    ]


def _upload_again(ctx: Context, view: ComposerView, upload: Upload) -> str:
    """Put a kept file into the new composer; returns what it is called there."""
    upload.id, upload.composer, upload.created_at = ctx.new_id(), view.id, to_ms(ctx.now())
    with writing():
        upload.save(force_insert=True)
    return str(upload.id)
