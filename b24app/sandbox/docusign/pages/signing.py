"""Signing by letter: /Signing/EmailStart/{token}."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, redirect, request

from b24app.sandbox.docusign.intake import EMAIL
from b24app.sandbox.docusign.model import Envelope, Recipient
from b24app.sandbox.docusign.pages import common

if TYPE_CHECKING:
    from b24app.sandbox.docusign.service import DocuSign

DEAD = "This link is not valid any more. Please use the link in the latest letter."
ROOT = "/Signing/EmailStart"


class Signing:
    """The routes behind the link of a letter."""

    def __init__(self, service: DocuSign) -> None:
        self._service = service

    def register(self, app: Flask) -> None:
        for path, act, verb in (
            ("", self.show, "GET"),
            ("", self.sign, "POST"),
            ("/code", self.code, "POST"),
            ("/decline", self.decline, "POST"),
            ("/reassign", self.reassign, "POST"),
        ):
            name = f"signing{path.replace('/', '_')}_{verb}"
            app.add_url_rule(f"{ROOT}/<token>{path}", name, self._guarded(act), methods=[verb])
        app.add_url_rule(f"{ROOT}/<token>/pages/<int:index>/<int:number>.png", "signing_picture", self.picture)

    def _guarded(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """Find the recipient and see that he may sign; no other site may frame these pages."""

        def view(token: str) -> Any:
            found = self._service.find(token)
            if found is None or (found[1].embedded and not found[1].start_url):
                return common.notice(DEAD, 404)
            stopped = common.obstacle(*found)
            answer = common.notice(stopped) if stopped else self._answer(act, *found)
            answer.headers["X-Frame-Options"] = "DENY"
            return answer

        return view

    def _answer(self, act: Callable[..., Any], envelope: Envelope, one: Recipient) -> Any:
        """The access code first; each wrong one is reported."""
        given = request.form.get("code")
        locked = _is_locked(one) and given != one.access_code
        if locked and given is not None:
            self._service.lifecycle.fail_code(envelope, one)
        page = common.code_page(f"{ROOT}/{one.token}", wrong=given is not None) if locked else act(envelope, one)
        return Response(page) if isinstance(page, str) else page

    def show(self, envelope: Envelope, one: Recipient) -> Any:
        self._service.lifecycle.view(envelope, one)
        return self._page(envelope, one, [])

    def _page(self, envelope: Envelope, one: Recipient, problems: list[str]) -> str:
        return common.envelope_page(envelope, one, f"{ROOT}/{one.token}", problems)

    def code(self, envelope: Envelope, one: Recipient) -> Any:
        """The code was right, or this is not reached."""
        answer = redirect(f"{ROOT}/{one.token}", 303)
        answer.set_cookie(f"code-{one.token}", one.access_code, httponly=True)
        return answer

    def sign(self, envelope: Envelope, one: Recipient) -> Any:
        if problems := common.sign(self._service, envelope, one):
            return self._page(envelope, one, problems)
        return common.notice("You have finished signing. A copy will be sent to you when everybody has.")

    def decline(self, envelope: Envelope, one: Recipient) -> Any:
        reason = request.form.get("reason", "").strip()
        if not reason:
            return self._page(envelope, one, ["Please say why you decline."])
        self._service.lifecycle.decline(envelope, one, reason)
        return common.notice("You have declined to sign this envelope.")

    def reassign(self, envelope: Envelope, one: Recipient) -> Any:
        name, email = request.form.get("name", "").strip(), request.form.get("email", "").strip()
        if not envelope.allow_reassign or not name or not EMAIL.fullmatch(email):
            return self._page(envelope, one, ["Please give a name and an e-mail address."])
        self._service.lifecycle.reassign(envelope, one, name, email)
        return common.notice(f"{name} has been asked to sign instead of you.")

    def picture(self, token: str, index: int, number: int) -> Response:
        found = self._service.find(token)
        if found is None or _is_locked(found[1]):
            return common.notice(DEAD, 404)
        return common.picture(self._service, found[0], index, number)


def _is_locked(one: Recipient) -> bool:
    """Whether the access code has yet to be entered in this browser."""
    return bool(one.access_code) and request.cookies.get(f"code-{one.token}") != one.access_code


def register(app: Flask, service: DocuSign) -> None:
    Signing(service).register(app)
