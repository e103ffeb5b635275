"""Who looks at a page: `?as=6` or a cookie; in which language: `?lang=ua` or a cookie."""

from __future__ import annotations

from flask import Response, request

from b24app.sandbox.portal.employees import Employee
from b24app.sandbox.portal.portal import Portal

LANGUAGES = {
    "en": "English", "de": "Deutsch", "ua": "Українська", "pl": "Polski", "fr": "Français", "la": "Español",
    "br": "Português", "it": "Italiano", "tr": "Türkçe", "ar": "العربية",
}  # fmt: skip


def current_user(portal: Portal) -> Employee:
    """The employee signed in; the administrator when nobody chose."""
    chosen = request.args.get("as") or request.cookies.get(f"as_{portal.name}", "1")
    number = int(chosen) if chosen.isdigit() else 1
    return portal.employees.get(number, portal.employees[1])


def current_language(portal: Portal) -> str:
    chosen = request.args.get("lang") or request.cookies.get(f"lang_{portal.name}", "")
    return chosen if chosen in LANGUAGES else portal.language


def is_signed_in(portal: Portal) -> bool:
    """Whether the request comes from a browser that visited the portal."""
    return f"as_{portal.name}" in request.cookies


def remember(portal: Portal, response: Response) -> Response:
    """Keep the choice in cookies, named by portal since all portals share one host."""
    response.set_cookie(f"as_{portal.name}", str(current_user(portal).id), samesite="Lax")
    response.set_cookie(f"lang_{portal.name}", current_language(portal), samesite="Lax")
    return response
