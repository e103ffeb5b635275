"""Show a letter as a mail program would: who, to whom, what about, and below it the letter itself."""

from __future__ import annotations

import re
from email.message import EmailMessage

from flask import render_template

_BODY = re.compile(r"<body[^>]*>")


def with_headers(html: str, message: EmailMessage) -> str:
    """Put the headers a reader sees on top of the letter's own HTML, which stays as it is."""
    head = render_template("settings/letter_headers.html", message=message)
    return _BODY.sub(lambda found: found.group(0) + head, html, count=1)
