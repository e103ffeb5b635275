"""The fields about reminders that settings, composer and request page share (templates/components/reminders.html)."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.domain.reminders import USUAL, Reminders


def parse_reminders(form: Mapping[str, str]) -> Reminders:
    """Read the fields; a number that is none becomes 0 and is refused with the rest."""
    return Reminders(
        is_on="remind" in form,
        first_days=_number(form, "remind_first", USUAL.first_days),
        every_days=_number(form, "remind_every", USUAL.every_days),
        most=_number(form, "remind_most", USUAL.most),
        before_deadline="remind_before" in form,
        working_days_only="remind_working" in form,
    )


def whole_number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _number(form: Mapping[str, str], name: str, usual: int) -> int:
    return whole_number(form[name]) if name in form else usual
