"""A request for employees: where it stands, what can be done, approval; and lists of requests.

Every act answers with the request as it is afterwards: the page for a plain form post, its inside for a script.
"""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from b24app.domain.reminders import USUAL
from b24app.domain.signature_request import Status
from b24app.errors import N_, InvalidPayload, NotAllowed
from b24app.services.approve_request import approve_request, refuse_request
from b24app.services.change_copy import change_copy
from b24app.services.change_deadline import change_deadline
from b24app.services.change_reminders import change_reminders
from b24app.services.change_signer import change_signer
from b24app.services.remind_signer import remind_signer
from b24app.services.resend_request import resend_request
from b24app.services.retry_request import retry_request
from b24app.services.send_through import OtherService, other_services, reroute_request
from b24app.services.show_request import certificate, final_document, show_request
from b24app.services.showing import RequestView
from b24app.services.sign_as_employee import own_link
from b24app.services.signing_rules import rules_of
from b24app.services.template_options import may_edit
from b24app.services.void_request import void_request
from b24app.services.write_answers import settle_conflict
from b24app.store import requests, templates
from b24app.web.compose_form import parse_date
from b24app.web.composer import filled_composer
from b24app.web.guards import Caller, caller_is_admin, context, portal_required
from b24app.web.listing import list_page, read_asked
from b24app.web.reminder_form import parse_reminders
from b24app.web.session import wants_fragment
from b24app.web.signature_form import parse_signature
from b24app.web.visitors import known_visitor

bp = Blueprint("requests_page", __name__, url_prefix="/requests")

MAX_REASON_CHARS = 500


@bp.post("/")
@portal_required
def index(caller: Caller) -> ResponseReturnValue:
    """List the requests of this card; without a card, the caller's own, or all for an administrator."""
    page = list_page(caller, "/requests/", read_asked())
    return render_template("requests/_listing.html" if wants_fragment() else "requests/list.html", page=page)


@bp.post("/<request_id>")
@portal_required
def show(caller: Caller, request_id: str) -> ResponseReturnValue:
    return request_page(caller, request_id)


@bp.post("/<request_id>/remind/<signer_id>")
@portal_required
def remind(caller: Caller, request_id: str, signer_id: str) -> ResponseReturnValue:
    remind_signer(context(), caller.portal, caller.user_id, request_id, signer_id)
    return request_page(caller, request_id, done=gettext("The reminder is on its way."))


@bp.post("/<request_id>/signers/<signer_id>")
@portal_required
def change(caller: Caller, request_id: str, signer_id: str) -> ResponseReturnValue:
    """Correct a signer's name or address."""
    name, email = request.form.get("name", ""), request.form.get("email", "")
    change_signer(context(), caller.portal, caller.user_id, request_id, signer_id, name, email)
    return request_page(
        caller, request_id, done=gettext("Corrected. The old link no longer works; a new letter is on its way.")
    )


@bp.post("/<request_id>/copies/<copy_id>")
@portal_required
def change_address_of_copy(caller: Caller, request_id: str, copy_id: str) -> ResponseReturnValue:
    email = request.form.get("email", "")
    changed = change_copy(context(), caller.portal, caller.user_id, request_id, copy_id, email)
    finished = changed.status is Status.COMPLETED
    done = gettext("Corrected. The document is on its way to the new address.") if finished else gettext("Corrected.")
    return request_page(caller, request_id, done=done)


@bp.post("/<request_id>/deadline")
@portal_required
def deadline(caller: Caller, request_id: str) -> ResponseReturnValue:
    last_day = parse_date(request.form, "expires_on")
    change_deadline(context(), caller.portal, caller.user_id, request_id, last_day)
    return request_page(caller, request_id, done=gettext("The deadline has been changed."))


@bp.post("/<request_id>/reminders")
@portal_required
def reminders(caller: Caller, request_id: str) -> ResponseReturnValue:
    """Keep the fields; none of them means off."""
    plan = parse_reminders(request.form)
    change_reminders(context(), caller.portal, caller.user_id, request_id, plan)
    done = gettext("Reminders are off.") if plan.are_off else gettext("The reminders have been changed.")
    return request_page(caller, request_id, done=done)


@bp.post("/<request_id>/void")
@portal_required
def void(caller: Caller, request_id: str) -> ResponseReturnValue:
    void_request(context(), caller.portal, caller.user_id, request_id, _reason())
    return request_page(
        caller, request_id, done=gettext("Withdrawn. Everyone who received a letter is being notified.")
    )


@bp.post("/<request_id>/resend")
@portal_required
def resend(caller: Caller, request_id: str) -> ResponseReturnValue:
    """Void it because its card was changed; answers with the composer, filled in as it was."""
    reason = gettext("The data of this document has changed. You will receive a corrected one.")
    view, form = resend_request(context(), caller.portal, caller.user_id, request_id, reason)
    session["entity"] = [view.entity_type_id, view.entity_id]  # the composer's page belongs to this card
    return filled_composer(caller, view, form)


@bp.post("/<request_id>/conflicts")
@portal_required
def settle(caller: Caller, request_id: str) -> ResponseReturnValue:
    """Write a signer's entry over what the card says."""
    settled = settle_conflict(context(), caller.portal, caller.user_id, request_id, request.form.get("path", ""))
    return request_page(caller, request_id, done=gettext("Written into the card: %(label)s.", label=settled.label))


@bp.post("/<request_id>/retry")
@portal_required
def retry(caller: Caller, request_id: str) -> ResponseReturnValue:
    retry_request(context(), caller.portal, caller.user_id, request_id)
    return request_page(caller, request_id, done=gettext("Trying again. The result will appear on this page."))


@bp.post("/<request_id>/through")
@portal_required
def through(caller: Caller, request_id: str) -> ResponseReturnValue:
    """Send it through another account than the one that did not take it."""
    if not _may_choose(caller):
        raise NotAllowed(N_("Only an administrator of this Bitrix24 can do that."))
    connection = request.form.get("connection", "")
    reroute_request(context(), caller.portal, caller.user_id, request_id, connection)
    return request_page(caller, request_id, done=gettext("It is being sent through another service."))


@bp.post("/<request_id>/approve")
@portal_required
def approve(caller: Caller, request_id: str) -> ResponseReturnValue:
    """Approve with the employee's own signature, where the document takes one; the sealing begins."""
    is_given = "signature_kind" in request.form
    signature = parse_signature(request.form, request.files) if is_given else None
    remember = "remember" in request.form
    approve_request(context(), caller.portal, caller.user_id, request_id, signature, remember)
    return request_page(caller, request_id, done=gettext("Approved. The document is being sealed."))


@bp.post("/<request_id>/sign")
@portal_required
def sign(caller: Caller, request_id: str) -> ResponseReturnValue:
    """Lead the employee, in a tab of its own, to the page from which he signs at the provider."""
    return redirect(own_link(context(), caller.portal, caller.user_id, request_id), 303)


@bp.post("/<request_id>/refuse")
@portal_required
def refuse(caller: Caller, request_id: str) -> ResponseReturnValue:
    refuse_request(context(), caller.portal, caller.user_id, request_id, _reason())
    return request_page(caller, request_id, done=gettext("Refused. The signatories are being notified."))


@bp.post("/<request_id>/document")
@portal_required
def document(caller: Caller, request_id: str) -> ResponseReturnValue:
    """Hand over the sealed PDF."""
    return _file(*final_document(context(), caller.portal, caller.user_id, request_id))


@bp.post("/<request_id>/certificate")
@portal_required
def certificate_file(caller: Caller, request_id: str) -> ResponseReturnValue:
    """Hand over the certificate of a document that could not take our seal."""
    return _file(*certificate(context(), caller.portal, caller.user_id, request_id))


def _file(name: str, data: bytes) -> Response:
    response = Response(data, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def request_page(caller: Caller, request_id: str, *, view: str = "", done: str = "") -> str:
    """Render a request; `view` is "approve" when a link asks for the approval, `done` says what was just done."""
    shown = show_request(context(), caller.portal, caller.user_id, request_id)
    page = "requests/_request.html" if wants_fragment() else "requests/request.html"
    others = _others(caller, request_id) if shown.works else ()
    return render_template(
        page,
        view=shown,
        request=shown.request,
        opened=view,
        done=done,
        others=others,
        usual_reminders=USUAL,
        opens_template=_opens_template(caller, shown),
    )


def _opens_template(caller: Caller, shown: RequestView) -> bool:
    """Say whether the caller may look at the template's revisions."""
    template = templates.find(caller.portal.member_id, shown.made_from.template_id) if shown.made_from else None
    return template is not None and may_edit(template, known_visitor(caller))


def _others(caller: Caller, request_id: str) -> tuple[OtherService, ...]:
    """List the accounts that could take a document which its own did not, for those who may choose."""
    found = other_services(context(), requests.row(caller.portal.member_id, request_id))
    return found if found and _may_choose(caller) else ()


def _may_choose(caller: Caller) -> bool:
    return rules_of(caller.portal).may_choose or caller_is_admin(caller)


def _reason() -> str:
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise InvalidPayload(N_("Enter a reason: the other side will see it."), field="reason")
    if len(reason) > MAX_REASON_CHARS:
        raise InvalidPayload(
            N_("This is too long: %(most)s characters at most."), field="reason", most=MAX_REASON_CHARS
        )
    return reason
