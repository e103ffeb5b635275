"""The frame's session without cookies: a signed, short-lived token that the page carries and sends back.

Third-party cookies are dead: a frame in a portal must not depend on them. The token stands in the page
(`<meta name="paraph-session">`), in a hidden field of every form (`components/forms.html: session_field()`), and
static/js/frame.js sends it as a header. Flask-WTF keeps its CSRF secret in this session and works unchanged.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import CallbackDict
from werkzeug.exceptions import HTTPException

HEADER = "X-Paraph-Session"
FIELD = "paraph_session"
LIFE_S = 3600
RAW_PATHS = "/webhooks/"  # what is posted there is kept as it comes: reading a form would use it up


class FrameSession(CallbackDict[str, Any], SessionMixin):
    """The session's values; `modified` once something was written."""

    def __init__(self, initial: dict[str, Any] | None = None) -> None:
        super().__init__(initial or {}, lambda mapping: setattr(mapping, "modified", True))
        self.new = not initial
        self.modified = False


class FrameSessionInterface(SessionInterface):
    """Reads the token from a header or a form field; never from a cookie or an address."""

    def __init__(self, keys: list[str]) -> None:
        # itsdangerous tries every key and signs with the last one: the newest of ours comes last
        self._serializer = URLSafeTimedSerializer(list(reversed(keys)), salt="paraph-frame")

    def open_session(self, app: Flask, request: Request) -> FrameSession:
        """A body that is too large opens no session: the door that reads it refuses it, with a page."""
        if request.path.startswith(RAW_PATHS):
            return FrameSession()
        try:
            token = request.headers.get(HEADER) or request.form.get(FIELD, "")
            return FrameSession(self._serializer.loads(token, max_age=LIFE_S) if token else None)
        except (BadData, HTTPException):
            return FrameSession()

    def load_expired(self, token: str) -> dict[str, Any]:
        """Read a token that may have run out; its holder must prove himself anew. Empty when it is not ours."""
        try:
            return dict(self._serializer.loads(token))
        except BadData:
            return {}

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Hand a renewed token to scripts; pages embed it themselves while they render."""
        if session.modified and session:
            response.headers[HEADER] = self.dump(session)

    def dump(self, session: SessionMixin) -> str:
        return str(self._serializer.dumps(dict(session)))


def frame_token() -> str:
    """Serialise the present session for the page being rendered (CSRF secret included); its forms share one token."""
    from flask import current_app, g, session

    generate_csrf()
    written, token = g.get("frame_token", (None, ""))
    if written != session:
        interface = current_app.session_interface
        assert isinstance(interface, FrameSessionInterface)
        token = interface.dump(session)
        g.frame_token = dict(session), token
    return str(token)


def wants_fragment() -> bool:
    """Say whether the page's script asks for a piece to swap in, rather than a whole page."""
    return request.headers.get("X-Paraph-Fragment") == "1"
