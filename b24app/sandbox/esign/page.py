"""Pages every service has in its own clothes (`base` is the template they extend)."""

from __future__ import annotations

from flask import Response, render_template


def notice(base: str, words: str, status: int = 200) -> Response:
    """A page with one sentence."""
    page = render_template("esign/notice.html", base=base, words=words)
    return Response(page, status, content_type="text/html; charset=utf-8")


def ask_code(base: str, action: str, name: str, *, wrong: bool) -> str:
    """Ask for an access code; it is posted to `action`/`name`."""
    return render_template("esign/code.html", base=base, action=action, name=name, wrong=wrong)
