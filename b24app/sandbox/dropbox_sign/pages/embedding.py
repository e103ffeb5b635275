"""Embedded signing: /editor/embeddedSign inside a frame, spoken to by hellosign-embedded.

A link opens once. The page asks its parent to prove its address (verifyDomainRequest / -Response), compares it with
the domains of the API app, then reports initialize, userSignRequest, userDeclineRequest, userReassignRequest,
userCancelRequest, userFinishRequest. A dead link shows a page and reports nothing, as the vendor's does.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response, redirect, render_template, request, send_file

from b24app.sandbox import ids
from b24app.sandbox.dropbox_sign.accounts import ApiApp
from b24app.sandbox.dropbox_sign.intake import EMAIL
from b24app.sandbox.dropbox_sign.model import SignUrl
from b24app.sandbox.dropbox_sign.pages import common

if TYPE_CHECKING:
    from b24app.sandbox.dropbox_sign.service import DropboxSign

SCRIPT = Path(__file__).parents[2] / "static" / "dropbox_sign" / "hellosign.js"
GONE = "This link has expired or was opened already. Please go back and open the document again."
FOREIGN = "This address is not among the domains of the API app."


@dataclass(frozen=True)
class Visit:
    """One opening of one link. `checked`: the parent's address still has to be proven."""

    key: str
    link: SignUrl
    app: ApiApp
    origin: str
    redirect_url: str
    checked: bool

    @property
    def base(self) -> str:
        return f"/embedded/{self.key}"


class Embedding:
    """The page in the frame."""

    def __init__(self, service: DropboxSign) -> None:
        self._service = service
        self._visits: dict[str, Visit] = {}
        self._unlocked: set[str] = set()

    def register(self, app: Flask) -> None:
        app.add_url_rule("/editor/embeddedSign", "embedded_open", self.open)
        for path, act, verb in (
            ("", self.show, "GET"),
            ("", self.sign, "POST"),
            ("/pin", self.show, "POST"),
            ("/decline", self.decline, "POST"),
            ("/reassign", self.reassign, "POST"),
        ):
            name = f"embedded{path.replace('/', '_')}_{verb}"
            app.add_url_rule(f"/embedded/<key>{path}", name, self._guarded(act), methods=[verb])
        app.add_url_rule("/embedded/<key>/pages/<int:index>/<int:number>.png", "embedded_picture", self.picture)
        for version in ("v2.12.4", "v2"):
            rule = f"/public/js/embedded/{version}/embedded.production.min.js"
            app.add_url_rule(rule, f"hellosign_{version}", lambda: send_file(SCRIPT))

    def open(self) -> Any:
        """Whatever opens the link first uses it up, a mail scanner too."""
        link = self._service.sign_urls.get(request.args.get("token", ""))
        if link is None or link.signature_id != request.args.get("signature_id"):
            return common.notice(GONE, 404)
        with self._service.lock:
            dead = link.opened or link.expires_at < self._service.clock.now()
            link.opened = True
        if dead or link.signature.signature_id != link.signature_id:
            self._service.callbacks.tell("sign_url_invalid", link.request, link.signature_id)
            return common.notice(GONE, 410)
        app = self._service.directory.apps.get(request.args.get("client_id", ""))
        if app is None or app.client_id != link.request.client_id:
            return common.notice("The client_id is missing or belongs to another API app.", 403)
        return self._enter(link, app)

    def _enter(self, link: SignUrl, app: ApiApp) -> Any:
        """Skipping the domain check, like an app that is not approved, is for test mode only."""
        skips = request.args.get("skip_domain_verification") == "1"
        if (skips or not app.approved) and not link.request.test_mode:
            return common.notice("Test mode settings cannot be used with a production signature request.", 403)
        parent = urlsplit(request.args.get("parent_url", ""))
        origin = f"{parent.scheme}://{parent.netloc}"
        redirect_url = request.args.get("redirect_url", "")
        visit = Visit(ids.hex_id(40), link, app, origin, redirect_url, checked=not skips)
        self._visits[visit.key] = visit
        return redirect(visit.base, 303)

    def _guarded(self, act: common.View) -> common.View:
        def view(key: str) -> Any:
            visit = self._visits.get(key)
            if visit is None:
                return common.notice(GONE, 404)
            document, one = visit.link.request, visit.link.signature
            stopped = common.obstacle(document, one)
            if stopped is not None:
                return stopped
            if request.form.get("pin") == one.pin:
                self._unlocked.add(key)
            return common.pin_page(one, visit.base) if self._is_locked(visit) else act(visit)

        return view

    def _is_locked(self, visit: Visit) -> bool:
        """Whether the access code has yet to be entered; browsers keep no cookies in foreign frames."""
        return bool(visit.link.signature.pin) and visit.key not in self._unlocked

    def show(self, visit: Visit) -> Any:
        self._service.lifecycle.view(visit.link.request, visit.link.signature)
        return self._page(visit, [], state="opened")

    def _page(self, visit: Visit, problems: list[str], state: str) -> str:
        document, one = visit.link.request, visit.link.signature
        template = "dropbox_sign/embedded.html"
        return common.document_page(
            document, one, template, visit.base, problems, visit=visit, state=state, cancel=request.args.get("cancel")
        )

    def _done(self, visit: Visit, state: str, words: str, **payload: str) -> str:
        told = {"signatureId": visit.link.signature_id, **payload}
        return render_template("dropbox_sign/embedded_done.html", visit=visit, state=state, words=words, told=told)

    def sign(self, visit: Visit) -> Any:
        if problems := common.sign(self._service, visit.link.request, visit.link.signature):
            return self._page(visit, problems, state="again")
        return self._done(visit, "signed", "You have signed.")

    def decline(self, visit: Visit) -> Any:
        document, one = visit.link.request, visit.link.signature
        if not document.allow_decline:
            return common.notice("This document cannot be declined.", 403)
        reason = request.form.get("reason", "").strip()
        self._service.lifecycle.decline(document, one, reason)
        return self._done(visit, "declined", "You have declined to sign this document.", reason=reason)

    def reassign(self, visit: Visit) -> Any:
        document, one = visit.link.request, visit.link.signature
        name, email = request.form.get("name", "").strip(), request.form.get("email", "").strip()
        if not document.allow_reassign or not name or not EMAIL.fullmatch(email):
            return self._page(visit, ["Please give a name and an e-mail address."], state="again")
        reason = request.form.get("reason", "").strip()
        self._service.lifecycle.reassign(document, one, name, email, reason)
        told = {"email": email, "name": name, "reason": reason}
        return self._done(visit, "reassigned", f"{name} has been asked to sign instead of you.", **told)

    def picture(self, key: str, index: int, number: int) -> Response:
        visit = self._visits.get(key)
        if visit is None or self._is_locked(visit):
            return common.notice(GONE, 404)
        return common.page_picture(self._service, visit.link.request, index, number)


def register(app: Flask, service: DropboxSign) -> None:
    Embedding(service).register(app)
