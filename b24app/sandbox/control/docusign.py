"""What is particular to DocuSign: /control/docusign/{name}."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from b24app.sandbox.control import services
from b24app.sandbox.control.services import OK, Table
from b24app.sandbox.docusign import views
from b24app.sandbox.docusign.model import Envelope, Hook, Recipient
from b24app.sandbox.docusign.service import DocuSign


def accounts(service: DocuSign, given: dict[str, Any]) -> Any:
    """Account, users and integration keys with their secrets."""
    users = [{"name": one.name, "email": one.email, "user_id": one.user_id} for one in service.directory.users]
    integrations = [
        {**asdict(one), "consents": {user: sorted(scopes) for user, scopes in one.consents.items()}}
        for one in service.directory.integrations.values()
    ]
    return {"account": asdict(service.account), "users": users, "integrations": integrations}


def envelopes(service: DocuSign, given: dict[str, Any]) -> Any:
    """Everything there is, with the links of the signers."""
    with service.lock:
        return [
            views.envelope_json(one, ["recipients", "tabs", "custom_fields"])
            | {"links": [service.signing_url(each) for each in one.signers]}
            for one in service.envelopes.values()
        ]


def account(service: DocuSign, given: dict[str, Any]) -> Any:
    """{"allowance": 0, "hmac_keys": ["…"]}: another plan, other Connect keys."""
    service.account.allowance = int(given.get("allowance", service.account.allowance))
    service.account.hmac_keys = [str(key) for key in given.get("hmac_keys", service.account.hmac_keys)]
    return asdict(service.account)


def integration(service: DocuSign, given: dict[str, Any]) -> Any:
    """{"redirect_uris": […], "public_keys": [PEM], "hmac_keys": […]} of the application under test."""
    for name in ("redirect_uris", "public_keys", "hmac_keys"):
        if name in given:
            setattr(service.integration, name, [str(value) for value in given[name]])
    return {"client_id": service.integration.client_id, "secret": service.integration.secret}


def configuration(service: DocuSign, given: dict[str, Any]) -> Any:
    """{"url", "events", "include"}: a Connect configuration of the account."""
    include = [str(name) for name in given.get("include", ["recipients"])]
    number = str(len(service.connect.configurations) + 1)
    events = [str(name) for name in given["events"]]
    service.connect.configurations.append(Hook(str(given["url"]), events, include, True, True, False, number))
    return {"configurationId": number}


def withdraw_consent(service: DocuSign, given: dict[str, Any]) -> Any:
    """{"user": user id}, or everybody's: tokens die, JWT is answered with consent_required."""
    service.directory.withdraw(service.integration.client_id, given.get("user"))
    return OK


def expire(service: DocuSign, given: dict[str, Any]) -> Any:
    """{"id": …}: as if its time had come."""
    service.lifecycle.expire(_envelope(service, given), now=True)
    return OK


def bounce(service: DocuSign, given: dict[str, Any]) -> Any:
    """{"id": …, "email": …}: the letter to a recipient came back."""
    envelope = _envelope(service, given)
    service.lifecycle.bounce(envelope, _recipient(envelope, given))
    return OK


def reassign(service: DocuSign, given: dict[str, Any]) -> Any:
    """{"id", "email", "to_name", "to_email"}: a signer hands over."""
    envelope = _envelope(service, given)
    to = str(given["to_name"]), str(given["to_email"])
    service.lifecycle.reassign(envelope, _recipient(envelope, given), *to)
    return OK


def event(service: DocuSign, given: dict[str, Any]) -> Any:
    """{"id", "event"}: tell whoever asked for it something that did not happen."""
    service.connect.tell(str(given["event"]), _envelope(service, given))
    return OK


def forge(service: DocuSign, given: dict[str, Any]) -> Any:
    """{"id", "event", "url", "changes": {…}, "key": "…"}: a message from somebody else."""
    changes = given.get("changes") or {}
    event_name, url, key = str(given["event"]), str(given["url"]), str(given.get("key", ""))
    service.connect.forge(event_name, _envelope(service, given), url, changes, key=key)
    return OK


def _envelope(service: DocuSign, given: dict[str, Any]) -> Envelope:
    return service.envelopes[str(given["id"])]


def _recipient(envelope: Envelope, given: dict[str, Any]) -> Recipient:
    return next(one for one in envelope.recipients if one.email == given["email"])


VIEWS: Table = {**services.VIEWS, "accounts": accounts, "envelopes": envelopes}
ACTS: Table = {
    **services.ACTS,
    "account": account,
    "integration": integration,
    "configuration": configuration,
    "withdraw-consent": withdraw_consent,
    "expire": expire,
    "bounce": bounce,
    "reassign": reassign,
    "event": event,
    "forge": forge,
}
