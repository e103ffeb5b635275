"""Hosted signing pages as a browser posts them."""

from __future__ import annotations

import re

import requests

TYPED = {"agree": "1", "signature-typed": "Ann Lee"}


def post(url: str, path: str = "", **form: str) -> requests.Response:
    return requests.post(url + path, data=form, timeout=20, allow_redirects=False)


def told(page: requests.Response) -> list[str]:
    """The sentences of a page: its notice or the problems with the form."""
    return re.findall(r'data-testid="(?:notice|problem)">([^<]*)', page.text)
