"""Signing inside the sender's application: a recipient view, opened once, that ends at returnUrl?event=…"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, redirect, request

from b24app.sandbox import ids
from b24app.sandbox.docusign.model import View
from b24app.sandbox.docusign.pages import common

if TYPE_CHECKING:
    from b24app.sandbox.docusign.service import DocuSign

SESSION_S = 1200


class Embedding:
    """The routes of recipient views."""

    def __init__(self, service: DocuSign) -> None:
        self._service = service
        self._sessions: dict[str, tuple[View, float]] = {}
        self._unlocked: set[str] = set()

    def register(self, app: Flask) -> None:
        app.add_url_rule("/Signing/MTRedeem/v1/<token>", "redeem", self.redeem)
        for path, act, verb in (
            ("", self.show, "GET"),
            ("", self.sign, "POST"),
            ("/code", self.show, "POST"),
            ("/decline", self.decline, "POST"),
            ("/later", self.later, "POST"),
            ("/close", self.close, "POST"),
        ):
            name = f"session{path.replace('/', '_')}_{verb}"
            app.add_url_rule(f"/Signing/Session/<key>{path}", name, self._guarded(act), methods=[verb])
        app.add_url_rule("/Signing/Session/<key>/pages/<int:index>/<int:number>.png", "session_picture", self.picture)

    def redeem(self, token: str) -> Any:
        """Whatever opens the link first uses it up; late or again, it leads back with ttl_expired."""
        view = self._service.recipient_views.get(token)
        if view is None:
            return common.notice("This link is not valid.", 404)
        with self._service.lock:
            dead, view.used = view.used or view.until <= self._service.clock.now(), True
        if dead:
            return back(view, "ttl_expired")
        key = ids.hex_id(40)
        self._sessions[key] = (view, self._service.clock.now())
        return redirect(f"/Signing/Session/{key}", 303)

    def _guarded(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """Sessions end after twenty minutes; an envelope that is over leads back with exception."""

        def answer(key: str) -> Any:
            view, opened_at = self._sessions.get(key, (None, 0.0))
            if view is None:
                return common.notice("This session has ended.", 404)
            if self._service.clock.now() - opened_at > SESSION_S:
                return back(view, "session_timeout")
            page = self._answer(act, key, view)
            page = Response(page) if isinstance(page, str) else page
            if view.ancestors:
                page.headers["Content-Security-Policy"] = f"frame-ancestors {' '.join(view.ancestors)}"
            return page

        return answer

    def _answer(self, act: Callable[..., Any], key: str, view: View) -> Any:
        base, one = f"/Signing/Session/{key}", view.recipient
        if one.done:
            return back(view, "viewing_complete") if act == self.close else self._finished(base, view)
        if common.obstacle(view.envelope, one):
            return back(view, "exception")
        given = request.form.get("code")
        if given == one.access_code:
            self._unlocked.add(key)
        if one.access_code and key not in self._unlocked:
            if given is not None:
                self._service.lifecycle.fail_code(view.envelope, one)
            return common.code_page(base, wrong=given is not None)
        return act(base, view)

    def _finished(self, base: str, view: View) -> str:
        """He has signed already: the documents, to look at."""
        return common.envelope_page(view.envelope, view.recipient, base, [], embedded=True, finished=True)

    def show(self, base: str, view: View) -> Any:
        self._service.lifecycle.view(view.envelope, view.recipient)
        return common.envelope_page(view.envelope, view.recipient, base, [], embedded=True)

    def sign(self, base: str, view: View) -> Any:
        if problems := common.sign(self._service, view.envelope, view.recipient):
            return common.envelope_page(view.envelope, view.recipient, base, problems, embedded=True)
        return back(view, "signing_complete")

    def decline(self, base: str, view: View) -> Any:
        reason = request.form.get("reason", "").strip()
        if not reason:
            problems = ["Please say why you decline."]
            return common.envelope_page(view.envelope, view.recipient, base, problems, embedded=True)
        self._service.lifecycle.decline(view.envelope, view.recipient, reason)
        return back(view, "decline")

    def later(self, base: str, view: View) -> Any:
        """Finish later."""
        self._service.connect.tell("recipient-finish-later", view.envelope, view.recipient)
        return back(view, "cancel")

    def close(self, base: str, view: View) -> Any:
        return back(view, "cancel")

    def picture(self, key: str, index: int, number: int) -> Response:
        view, _ = self._sessions.get(key, (None, 0.0))
        if view is None or (view.recipient.access_code and key not in self._unlocked):
            return common.notice("This session has ended.", 404)
        return common.picture(self._service, view.envelope, index, number)


def back(view: View, event: str) -> Any:
    """To the sender's application. What the event says is no proof: only the envelope's status is."""
    mark = "&" if "?" in view.return_url else "?"
    return redirect(f"{view.return_url}{mark}event={event}", 303)


def register(app: Flask, service: DocuSign) -> None:
    Embedding(service).register(app)
