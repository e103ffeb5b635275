"""From the parameters of a send to a signature request, refusing what the description does not allow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from b24app.sandbox import ids
from b24app.sandbox.dropbox_sign import body, metadata, placing
from b24app.sandbox.dropbox_sign.accounts import Account
from b24app.sandbox.dropbox_sign.errors import ApiError, bad
from b24app.sandbox.dropbox_sign.model import Document, Signature, SignatureRequest

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
HOUR_S, DAY_S = 3600, 86_400
DATE_FORMATS = tuple(
    form.replace(" ", mark) for mark in (" / ", " - ") for form in ("MM DD YYYY", "DD MM YYYY", "YYYY MM DD")
)
WAYS = ("draw", "phone", "type", "upload")
KNOWN = {
    *("files", "file_urls", "signers", "grouped_signers", "allow_decline", "allow_reassign", "attachments"),
    *("cc_email_addresses", "client_id", "custom_fields", "field_options", "form_field_groups", "form_field_rules"),
    *("form_fields_per_document", "hide_text_tags", "is_qualified_signature", "is_eid", "message", "metadata"),
    *("signing_options", "signing_redirect_url", "subject", "test_mode", "title", "use_text_tags", "expires_at"),
    *("signer_experience", "populate_auto_fill_fields", "ignore_text_tags_extraction_errors"),
}

Upload = tuple[str, bytes]


def new_request(
    given: dict[str, Any], files: list[Upload], account: Account, now: int, *, embedded: bool
) -> SignatureRequest:
    """Check everything and build the request; nothing is sent yet. Raises: ApiError."""
    documents = _documents(given, files)
    signatures = _signatures(given)
    made = SignatureRequest(account, now, signatures, documents, embedded=embedded)
    _words(made, given)
    _switches(made, given)
    made.expires_at = expiry(given, now)
    made.fields = placing.read_fields(given, len(signatures), len(documents))
    made.groups = placing.read_groups(given)
    made.custom_fields = _custom_fields(given)
    made.attachments = _attachments(given, len(signatures))
    made.signature_page = not made.fields and not made.use_text_tags
    made.warnings = list(_warnings(made, given))
    return made


def _documents(given: dict[str, Any], files: list[Upload]) -> list[Document]:
    urls = body.items(given, "file_urls")
    if bool(files) == bool(urls):
        raise bad("Specify either 'files' or 'file_urls', and not both", "files")
    if not all(isinstance(url, str) and url.startswith(("http://", "https://")) for url in urls):
        raise bad("Not a valid URL", "file_urls")
    if any(not content for _, content in files):
        raise bad("The file is empty", "files")
    uploaded = [Document(name, content) for name, content in files]
    return uploaded or [Document(url.rsplit("/", 1)[-1].split("?")[0] or "document", None, url) for url in urls]


def _signatures(given: dict[str, Any]) -> list[Signature]:
    alone, grouped = body.entries(given, "signers"), body.entries(given, "grouped_signers")
    if bool(alone) == bool(grouped):
        raise bad("Specify either 'signers' or 'grouped_signers', and not both", "signers")
    if alone:
        return [_signer(entry, index, f"signers[{index}]") for index, entry in enumerate(alone)]
    found: list[Signature] = []
    for number, group in enumerate(grouped):
        path = f"grouped_signers[{number}]"
        if not group.get("group"):
            raise bad("This value should not be blank", f"{path}.group")
        found += _members(group, number, path)
    return found


def _members(group: dict[str, Any], number: int, path: str) -> list[Signature]:
    """The group is one signer of the documents: all its members share its index and order."""
    members = body.entries(group, "signers")
    if not members:
        raise bad("This value should not be blank", f"{path}.signers")
    guid, found = ids.hex_id(32), []
    for index, entry in enumerate(members):
        one = _signer({**entry, "order": group.get("order")}, number, f"{path}.signers[{index}]")
        one.group, one.group_guid = str(group["group"]), guid
        found.append(one)
    return found


def _signer(entry: dict[str, Any], index: int, path: str) -> Signature:
    name, email = str(entry.get("name") or "").strip(), str(entry.get("email_address") or "").strip()
    if not name:
        raise bad("This value should not be blank", f"{path}.name")
    check_email(email, f"{path}.email_address")
    order = None if entry.get("order") in (None, "") else body.whole(entry["order"], f"{path}.order")
    pin = str(entry.get("pin") or "")
    if pin and not 4 <= len(pin) <= 12:
        raise bad("'pin' must have 4 to 12 characters", f"{path}.pin")
    phone = str(entry.get("sms_phone_number") or "")
    if phone and not re.fullmatch(r"\+[1-9]\d{6,14}", phone):
        raise bad("'sms_phone_number' must be in E.164 format", f"{path}.sms_phone_number")
    delivery = entry.get("sms_phone_number_type") == "delivery"
    return Signature(index, name, email, order, pin=pin, sms_phone=phone, sms_delivery=delivery)


def check_email(email: str, path: str) -> None:
    if not email:
        raise bad("This value should not be blank", path)
    if not EMAIL.fullmatch(email):
        raise bad("This value is not a valid email address", path)


def _words(made: SignatureRequest, given: dict[str, Any]) -> None:
    made.title = body.text(given, "title", 255)
    made.subject = body.text(given, "subject", 255)
    made.message = body.text(given, "message", 5000)
    made.title = made.title or made.subject or made.documents[0].name
    made.subject = made.subject or made.title
    made.metadata = metadata.read(given)
    made.cc = [str(address) for address in body.items(given, "cc_email_addresses")]
    for index, address in enumerate(made.cc):
        check_email(address, f"cc_email_addresses[{index}]")


def _switches(made: SignatureRequest, given: dict[str, Any]) -> None:
    made.test_mode = body.flag(given, "test_mode")
    made.allow_decline = body.flag(given, "allow_decline")
    made.allow_reassign = body.flag(given, "allow_reassign")
    made.use_text_tags = body.flag(given, "use_text_tags")
    made.signing_redirect_url = body.text(given, "signing_redirect_url") or None
    made.client_id = body.text(given, "client_id") or None
    if made.embedded and made.client_id is None:
        raise bad("This value should not be blank", "client_id")
    if made.test_mode and any(one.sms_phone for one in made.signatures):
        raise bad("SMS is not available in test mode", "signers[0].sms_phone_number")
    made.signing_options = _signing_options(given)
    made.date_format = _date_format(given)


def _signing_options(given: dict[str, Any]) -> dict[str, Any]:
    options = given.get("signing_options") or {"draw": True, "type": True, "default_type": "draw"}
    if not isinstance(options, dict) or options.get("default_type") not in WAYS:
        raise bad("This value should not be blank", "signing_options.default_type")
    if not body.flag(options, options["default_type"]):
        raise bad("'default_type' must be one of the allowed types", "signing_options.default_type")
    return options


def _date_format(given: dict[str, Any]) -> str:
    options = given.get("field_options") or {"date_format": DATE_FORMATS[0]}
    if not isinstance(options, dict) or options.get("date_format") not in DATE_FORMATS:
        raise bad("Unknown date format", "field_options.date_format")
    return str(options["date_format"])


def expiry(given: dict[str, Any], now: int) -> int | None:
    """Between one and ninety days ahead, rounded down to the hour; None never expires."""
    if given.get("expires_at") in (None, ""):
        return None
    moment = body.whole(given["expires_at"], "expires_at")
    if not now + DAY_S <= moment <= now + 90 * DAY_S:
        raise bad("'expires_at' must be between 1 and 90 days in the future", "expires_at")
    return moment // HOUR_S * HOUR_S


def _custom_fields(given: dict[str, Any]) -> list[dict[str, Any]]:
    found = body.entries(given, "custom_fields")
    for index, entry in enumerate(found):
        if not entry.get("name"):
            raise bad("This value should not be blank", f"custom_fields[{index}].name")
        if body.flag(entry, "required") and not entry.get("editor"):
            raise bad("A required custom field needs an 'editor'", f"custom_fields[{index}].editor")
    return found


def _attachments(given: dict[str, Any], signers: int) -> list[dict[str, Any]]:
    found = body.entries(given, "attachments")
    for index, entry in enumerate(found):
        if not entry.get("name"):
            raise bad("This value should not be blank", f"attachments[{index}].name")
        if body.whole(entry.get("signer_index"), f"attachments[{index}].signer_index") not in range(signers):
            raise bad("No such signer", f"attachments[{index}].signer_index")
    return found


def _warnings(made: SignatureRequest, given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not made.account.confirmed:
        yield "unconfirmed", "Your account is not confirmed. The signature request is on hold."
    for name in sorted(set(given) - KNOWN):
        yield "parameter_ignored", f"The parameter '{name}' was ignored."
    if placing.overlap(made.fields):
        yield "form_fields_overlap", "Some form fields overlap."
    if made.use_text_tags and not all(_is_pdf(document) for document in made.documents):
        yield "non_pdf_text_tags", "Text tags are placed exactly only in PDF files."


def _is_pdf(document: Document) -> bool:
    return document.content is None or document.content[:5] == b"%PDF-"


def charge(account: Account, *, test_mode: bool) -> None:
    """Take a production request off the plan. Raises: ApiError payment_required."""
    if test_mode:
        return
    if not account.paid or account.quota < 1:
        raise ApiError("payment_required")
    account.quota -= 1
