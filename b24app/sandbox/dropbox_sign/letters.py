"""The letters of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from b24app.sandbox.esign.post import Enclosure

if TYPE_CHECKING:
    from b24app.sandbox.dropbox_sign.model import Signature, SignatureRequest
    from b24app.sandbox.dropbox_sign.service import DropboxSign

TEST = "This is a test request. It is not legally binding."


def invite(service: DropboxSign, request: SignatureRequest, one: Signature, *, reminder: bool = False) -> bool:
    """Ask a signer to sign; False when the address was refused."""
    asker = request.account.name
    opening = "is still waiting for your signature on" if reminder else "has requested your signature on"
    lines = [f"Hello {one.name},", f"{asker} ({request.account.email}) {opening} {request.title}.", request.message]
    if request.test_mode:
        lines.append(TEST)
    subject = f"Reminder: {request.subject}" if reminder else request.subject
    link = ("Review & sign", service.signing_url(one))
    return service.post.send((one.name, one.email), subject, [line for line in lines if line], link)


def declined(service: DropboxSign, request: SignatureRequest, one: Signature) -> None:
    lines = [f"{one.name} has declined to sign {request.title}.", f"Reason: {one.decline_reason}"]
    service.post.send(_sender(request), f"{one.name} declined: {request.title}", lines)


def canceled(service: DropboxSign, request: SignatureRequest, one: Signature) -> None:
    lines = [f"The signature request {request.title} has been canceled by {request.account.name}."]
    service.post.send((one.name, one.email), f"Canceled: {request.title}", lines)


def completed(service: DropboxSign, request: SignatureRequest, content: bytes) -> None:
    """The final copy for everybody: sender, signers, copies. Embedded signers get none."""
    signers = [] if request.embedded else [(one.name, one.email) for one in request.signatures]
    lines = [f"{request.title} has been signed by all parties. A copy is attached."]
    if request.test_mode:
        lines.append(TEST)
    enclosed = [Enclosure(f"{request.title}.pdf", content)]
    for to in [_sender(request), *signers, *[("", address) for address in request.cc]]:
        service.post.send(to, f"You've signed: {request.title}", lines, enclosures=enclosed)


def _sender(request: SignatureRequest) -> tuple[str, str]:
    return request.account.name, request.account.email
