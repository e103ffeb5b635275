"""What the API shows of things, key by key as the description has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from b24app.sandbox.dropbox_sign.accounts import Account, ApiApp
from b24app.sandbox.dropbox_sign.model import SIGNED, Signature, SignatureRequest
from b24app.sandbox.esign.fields import TICKED, Field


def request_json(request: SignatureRequest, url: str) -> dict[str, Any]:
    """SignatureRequestResponse."""
    return {
        "test_mode": request.test_mode,
        "signature_request_id": request.id,
        "requester_email_address": request.account.email,
        "title": request.title,
        "original_title": request.title,
        "subject": request.subject,
        "message": request.message or None,
        "metadata": request.metadata,
        "created_at": request.created_at,
        "expires_at": request.expires_at,
        "is_complete": request.is_complete,
        "is_declined": request.is_declined,
        "has_error": request.has_error,
        "files_url": f"{url}/v3/signature_request/files/{request.id}",
        "signing_url": None if request.embedded else f"{url}/sign/{request.id}",
        "details_url": f"{url}/home/manage?guid={request.id}",
        "cc_email_addresses": request.cc,
        "signing_redirect_url": request.signing_redirect_url,
        "final_copy_uri": f"/v3/signature_request/final_copy/{request.id}" if request.is_complete else None,
        "template_ids": None,
        "client_id": request.client_id,
        "custom_fields": [_custom_field(entry, request) for entry in request.custom_fields],
        "attachments": [_attachment(index, entry) for index, entry in enumerate(request.attachments)],
        "response_data": [answer for one in request.signatures for answer in _answers(request, one)],
        "signatures": [signature_json(one) for one in request.signatures],
        "bulk_send_job_id": None,
        "signer_experience": {"form_view": "disabled"},
    }


def signature_json(one: Signature) -> dict[str, Any]:
    """SignatureRequestResponseSignatures."""
    return {
        "signature_id": one.signature_id,
        "signer_group_guid": one.group_guid,
        "signer_email_address": one.email,
        "signer_name": one.name,
        "signer_role": one.group or None,
        "order": one.order,
        "status_code": one.status_code,
        "decline_reason": one.decline_reason,
        "signed_at": one.signed_at,
        "last_viewed_at": one.last_viewed_at,
        "last_reminded_at": one.last_reminded_at,
        "has_pin": bool(one.pin),
        "has_sms_auth": bool(one.sms_phone) and not one.sms_delivery,
        "has_sms_delivery": one.sms_delivery,
        "sms_phone_number": one.sms_phone or None,
        "reassigned_by": one.reassigned_by,
        "reassignment_reason": one.reassignment_reason,
        "reassigned_from": one.reassigned_from,
        "error": one.error,
    }


def _answers(request: SignatureRequest, one: Signature) -> list[dict[str, Any]]:
    """What the signer filled in; nothing before he signed."""
    if one.status_code != SIGNED:
        return []
    return [_answer(each, one) for each in request.fields_of(one) if each.kind != "link"]


def _answer(one: Field, signature: Signature) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "api_id": one.id,
        "signature_id": signature.signature_id,
        "name": one.label,
        "required": one.required,
        "type": one.source,
    }
    if one.kind in ("signature", "initials"):
        return shown | {"is_signed": one.checked}
    return shown | {"value": one.checked if one.kind in TICKED else one.value}


def _custom_field(entry: dict[str, Any], request: SignatureRequest) -> dict[str, Any]:
    ticked = any(one.label == entry["name"] and one.source == "checkbox-merge" for one in request.fields)
    value = entry.get("value")
    shown = value in (True, "true", "1", 1) if ticked else str(value if value is not None else "")
    return {
        "name": str(entry["name"]),
        "type": "checkbox" if ticked else "text",
        "required": bool(entry.get("required")),
        "api_id": str(entry.get("api_id") or entry["name"]),
        "editor": entry.get("editor"),
        "value": shown,
    }


def _attachment(index: int, entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"attachment_{index}",
        "signer": str(entry["signer_index"]),
        "name": str(entry["name"]),
        "required": bool(entry.get("required")),
        "instructions": entry.get("instructions"),
        "uploaded_at": None,
    }


def warnings_json(warnings: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The `warnings` of a successful answer; nothing when there are none."""
    shown = [{"warning_name": name, "warning_msg": message} for name, message in warnings]
    return {"warnings": shown} if shown else {}


def account_json(account: Account) -> dict[str, Any]:
    """AccountResponse."""
    return {
        "account_id": account.account_id,
        "email_address": account.email,
        "is_locked": False,
        "is_paid_hs": account.paid,
        "is_paid_hf": False,
        "quotas": {
            "api_signature_requests_left": account.quota if account.paid else 0,
            "documents_left": None,
            "templates_total": None,
            "templates_left": None,
            "sms_verifications_left": 0,
            "num_fax_pages_left": 0,
        },
        "callback_url": account.callback_url,
        "role_code": None,
        "team_id": None,
        "locale": account.locale,
        "usage": {"fax_pages_sent": 0},
        "settings": {"signer_access_codes": True, "sms_delivery": False, "sms_authentication": False},
    }


def app_json(app: ApiApp, account: Account) -> dict[str, Any]:
    """ApiAppResponse; the OAuth secret is the owner's to see."""
    oauth = {
        "callback_url": app.oauth_callback_url,
        "secret": app.secret if app.owner is account else None,
        "scopes": app.oauth_scopes,
        "charges_users": any(scope.endswith("_access") for scope in app.oauth_scopes),
    }
    return {
        "callback_url": app.callback_url,
        "client_id": app.client_id,
        "created_at": app.created_at,
        "domains": app.domains,
        "name": app.name,
        "is_approved": app.approved,
        "oauth": oauth,
        "options": {"can_insert_everywhere": app.can_insert_everywhere},
        "owner_account": {"account_id": app.owner.account_id, "email_address": app.owner.email},
    }
