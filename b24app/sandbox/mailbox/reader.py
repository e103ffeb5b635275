"""The mailbox on the web: list, one letter, JSON for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Flask, Response, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from b24app.sandbox.mailbox.letters import Letter
from b24app.sandbox.pages_app import new_app

if TYPE_CHECKING:
    from b24app.sandbox.mailbox.mailbox import Mailbox


class Reader:
    """The routes of the mailbox."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    def register(self, app: Flask) -> None:
        app.add_url_rule("/", "list", self.list)
        app.add_url_rule("/letters/<int:number>/", "letter", self.letter)
        app.add_url_rule("/letters/<int:number>/html", "html", self.html)
        app.add_url_rule("/letters/<int:number>/raw", "raw", self.raw)
        app.add_url_rule("/letters/<int:number>/files/<int:index>", "file", self.file)
        app.add_url_rule("/clear", "clear", self.clear, methods=["POST"])
        app.add_url_rule("/api/messages", "api_list", self.api_list, methods=["GET", "DELETE"])
        app.add_url_rule("/api/messages/<int:number>", "api_letter", self.api_letter)
        app.add_url_rule("/api/faults", "api_faults", self.api_faults, methods=["POST", "DELETE"])

    def list(self) -> str:
        return render_template("mailbox.html", letters=self._filtered(), chosen=None, tab="html")

    def letter(self, number: int) -> str:
        chosen = self._letter(number)
        tab = request.args.get("tab") or ("html" if chosen.html else "text")
        return render_template("mailbox.html", letters=self._filtered(), chosen=chosen, tab=tab)

    def _filtered(self) -> list[Letter]:  # type: ignore[valid-type]
        return self.mailbox.letters(request.args.get("to") or None)

    def _letter(self, number: int) -> Letter:
        letter = self.mailbox.letter(number)
        if letter is None:
            abort(404)
        return letter

    def html(self, number: int) -> Response:
        """The HTML part for the sandboxed frame: no scripts; links open in a new tab."""
        letter = self._letter(number)
        html = letter.html
        for index, one in enumerate(letter.attachments):
            if one.content_id:
                html = html.replace(f"cid:{one.content_id}", f"files/{index}")
        policy = "script-src 'none'; object-src 'none'; base-uri 'none'"
        return Response(f'<base target="_blank">{html}', headers={"Content-Security-Policy": policy})

    def raw(self, number: int) -> Response:
        return Response(self._letter(number).raw, content_type="text/plain; charset=utf-8")

    def file(self, number: int, index: int) -> Response:
        attachments = self._letter(number).attachments
        if index >= len(attachments):
            abort(404)
        one = attachments[index]
        headers = {"Content-Disposition": f"inline; filename*=utf-8''{quote(one.name)}"}
        return Response(one.content, content_type=one.content_type, headers=headers)

    def clear(self) -> BaseResponse:
        self.mailbox.clear()
        return redirect("/", 303)

    def api_list(self) -> Response:
        """Letters as JSON, newest first; ?to=address. DELETE empties the mailbox."""
        if request.method == "DELETE":
            self.mailbox.clear()
            return jsonify([])
        return jsonify([letter.as_json() for letter in self._filtered()])  # type: ignore[attr-defined]

    def api_letter(self, number: int) -> Response:
        return jsonify(self._letter(number).as_json())

    def api_faults(self) -> Response:
        """Order a trouble: {"kind": "smtp_reject", "times": 1, "method": "ann@…"}."""
        if request.method == "DELETE":
            self.mailbox.faults.clear()
        else:
            self.mailbox.faults.add(**(request.get_json(silent=True) or {}))
        return jsonify({"ok": True})


def flask_app(mailbox: Mailbox) -> Flask:
    """Build the reader's WSGI application."""
    app = new_app("mailbox")
    Reader(mailbox).register(app)
    return app
