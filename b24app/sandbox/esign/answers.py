"""What a signer filled in and how it is checked."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from b24app.sandbox.esign.fields import SIGNED, Adopted, Field
from b24app.sandbox.esign.paper.marks import Ink

DRAWN = "data:image/png;base64,"


@dataclass(frozen=True)
class Group:
    """How many of a group of ticks are wanted."""

    id: str
    label: str
    least: int
    most: int


class Incomplete(Exception):
    """The form cannot be accepted; `problems` are sentences for the signer."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def take(
    fields: Sequence[Field], form: Mapping[str, str], groups: Sequence[Group], *, plain: str, date: str, name: str
) -> Adopted:
    """Put the form's values into the signer's fields and return the ink.

    Raises: Incomplete; nothing is changed then.
    """
    adopted = Adopted(ink(form, "signature"), ink(form, "initials"))
    problems = [] if form.get("agree") else [plain]
    problems += [problem for one in fields if (problem := _problem(one, form, adopted))]
    problems += [problem for group in groups if (problem := _miscounted(group, fields, form))]
    if problems:
        raise Incomplete(problems)
    for one in fields:
        _fill(one, form, date, name)
    return adopted


def ink(form: Mapping[str, str], what: str) -> Ink:
    """The drawn picture if there is one, else the typed letters."""
    drawn = form.get(f"{what}-drawn", "")
    if drawn.startswith(DRAWN):
        try:
            return Ink(image=base64.b64decode(drawn.removeprefix(DRAWN), validate=True))
        except binascii.Error:
            return Ink()
    return Ink(text=form.get(f"{what}-typed", "").strip())


def _given(one: Field, form: Mapping[str, str]) -> str:
    return form.get(f"field-{one.id}", "").strip()


def _ticked(one: Field, form: Mapping[str, str]) -> bool:
    if one.kind == "radio":
        return form.get(f"group-{one.group}") == one.id
    return bool(_given(one, form))


def _problem(one: Field, form: Mapping[str, str], adopted: Adopted) -> str | None:
    if one.kind in SIGNED:
        own = adopted.signature if one.kind == "signature" else adopted.initials
        wanted = one.required or bool(_given(one, form))
        return None if own.text or own.image or not wanted else f"{one.title}: please sign."
    if one.locked or one.kind in ("date", "name", "link", "radio"):
        return None
    if one.kind == "checkbox":
        return f"{one.title}: please tick." if one.required and not one.group and not _ticked(one, form) else None
    return _wrong_text(one, _given(one, form))


def _wrong_text(one: Field, given: str) -> str | None:
    if not given:
        return f"{one.title}: please fill in." if one.required else None
    if len(given) > one.max_length:
        return f"{one.title}: at most {one.max_length} characters."
    if one.pattern and not re.fullmatch(one.pattern, given):
        return f"{one.title}: {one.pattern_note or 'wrong format'}."
    if one.options and given not in one.options:
        return f"{one.title}: please choose one of the list."
    return None


def _miscounted(group: Group, fields: Sequence[Field], form: Mapping[str, str]) -> str | None:
    members = [one for one in fields if one.group == group.id]
    count = sum(_ticked(one, form) for one in members)
    return f"{group.label}: choose {_words(group)}." if members and not group.least <= count <= group.most else None


def _words(group: Group) -> str:
    return "one" if group.least == group.most == 1 else f"{group.least} to {group.most}"


def _fill(one: Field, form: Mapping[str, str], date: str, name: str) -> None:
    if one.kind in SIGNED:
        one.checked = one.required or bool(_given(one, form))
    elif one.locked or one.kind == "link":
        return
    elif one.kind in ("checkbox", "radio"):
        one.checked = _ticked(one, form)
    else:
        one.value = {"date": date, "name": name}.get(one.kind) or _given(one, form)
