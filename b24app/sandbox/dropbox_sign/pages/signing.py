"""Hosted signing: the link of a letter, /sign/{token}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, Response, redirect, request

from b24app.sandbox.dropbox_sign.intake import EMAIL
from b24app.sandbox.dropbox_sign.model import Signature, SignatureRequest
from b24app.sandbox.dropbox_sign.pages import common

if TYPE_CHECKING:
    from b24app.sandbox.dropbox_sign.service import DropboxSign

DEAD = "This link is not valid any more. Please use the link in the latest letter."


class Signing:
    """The routes behind the link of a letter."""

    def __init__(self, service: DropboxSign) -> None:
        self._service = service

    def register(self, app: Flask) -> None:
        for path, act, verb in (
            ("", self.show, "GET"),
            ("", self.sign, "POST"),
            ("/pin", self.pin, "POST"),
            ("/decline", self.decline, "POST"),
            ("/reassign", self.reassign, "POST"),
        ):
            name = f"sign{path.replace('/', '_')}_{verb}"
            app.add_url_rule(f"/sign/<token>{path}", name, self._guarded(act), methods=[verb])
        app.add_url_rule("/sign/<token>/pages/<int:index>/<int:number>.png", "sign_picture", self.picture)

    def _guarded(self, act: common.View) -> common.View:
        """Find the signer and see that he may sign; no other site may frame these pages."""

        def view(token: str) -> Any:
            found = self._service.find(token)
            if found is None or found[0].embedded:
                return common.notice(DEAD, 404)
            stopped = common.obstacle(*found)
            answer = stopped if stopped is not None else self._answer(act, *found)
            answer.headers["X-Frame-Options"] = "DENY"
            return answer

        return view

    def _answer(self, act: common.View, document: SignatureRequest, one: Signature) -> Any:
        locked = _is_locked(one) and request.form.get("pin") != one.pin
        answer = common.pin_page(one, f"/sign/{one.token}") if locked else act(document, one)
        return Response(answer) if isinstance(answer, str) else answer

    def show(self, document: SignatureRequest, one: Signature) -> Any:
        self._service.lifecycle.view(document, one)
        return self._page(document, one, [])

    def _page(self, document: SignatureRequest, one: Signature, problems: list[str]) -> str:
        template = "dropbox_sign/sign.html"
        return common.document_page(document, one, template, f"/sign/{one.token}", problems)

    def pin(self, document: SignatureRequest, one: Signature) -> Any:
        """The code was right, or this is not reached; the browser remembers it."""
        answer = redirect(f"/sign/{one.token}", 303)
        answer.set_cookie(f"pin-{one.token}", one.pin, httponly=True)
        return answer

    def sign(self, document: SignatureRequest, one: Signature) -> Any:
        if problems := common.sign(self._service, document, one):
            return self._page(document, one, problems)
        if document.signing_redirect_url:
            return redirect(document.signing_redirect_url, 303)
        return common.notice("You have signed. A copy will be sent to you when everybody has.")

    def decline(self, document: SignatureRequest, one: Signature) -> Any:
        if not document.allow_decline:
            return common.notice("This document cannot be declined.", 403)
        self._service.lifecycle.decline(document, one, request.form.get("reason", "").strip())
        return common.notice("You have declined to sign this document.")

    def reassign(self, document: SignatureRequest, one: Signature) -> Any:
        name, email = request.form.get("name", "").strip(), request.form.get("email", "").strip()
        if not document.allow_reassign:
            return common.notice("This document cannot be handed over.", 403)
        if not name or not EMAIL.fullmatch(email):
            return self._page(document, one, ["Please give a name and an e-mail address."])
        self._service.lifecycle.reassign(document, one, name, email, request.form.get("reason", "").strip())
        return common.notice(f"{name} has been asked to sign instead of you.")

    def picture(self, token: str, index: int, number: int) -> Response:
        found = self._service.find(token)
        if found is None or _is_locked(found[1]):
            return common.notice(DEAD, 404)
        return common.page_picture(self._service, found[0], index, number)


def _is_locked(one: Signature) -> bool:
    """Whether the access code has yet to be entered in this browser."""
    return bool(one.pin) and request.cookies.get(f"pin-{one.token}") != one.pin


def register(app: Flask, service: DropboxSign) -> None:
    Signing(service).register(app)
