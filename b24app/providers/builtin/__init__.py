"""Paraph's own signing engine: letters by SMTP, signing on our own pages (web/signing.py). Needs no account."""

from b24app.providers.builtin.provider import CAPABILITIES, BuiltinProvider

__all__ = ["CAPABILITIES", "BuiltinProvider"]
