"""Security headers on every answer: who may frame it, what it may load."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, g, request

_NOBODY = "'none'"


def register(app: Flask) -> None:
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    portal = _portal_origin()
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", _policy(portal))
        response.headers["Referrer-Policy"] = "no-referrer" if not portal else "strict-origin-when-cross-origin"
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def letter_policy() -> str:
    """The policy of a letter shown inside one of our pages: its own inline styles, and nothing that acts."""
    return (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; sandbox; "
        f"frame-ancestors 'self' {_portal_origin()}".strip()
    )


def _portal_origin() -> str:
    caller = g.get("caller")
    if caller is None:
        return ""
    parts = urlsplit(caller.portal.client_endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def _policy(portal: str) -> str:
    """Only our own files; only the verified portal may frame us and be spoken to (b24jssdk calls its REST)."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            f"connect-src 'self' {portal}".strip(),
            " ".join(("frame-src 'self'", *g.get("frames", ()))),  # a letter's preview; a provider's signing page
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {portal or g.get('framed_by') or _NOBODY}",
        )
    )
