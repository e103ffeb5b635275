"""Read what an administrator entered to connect an account: a provider's own questions, answered."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from b24app.errors import N_, InvalidPayload, NotFound
from b24app.providers.room import Question, Room, WayIn
from b24app.services.composing import FormRefused

MAX_CHARS, MAX_LONG_CHARS = 1000, 20_000


@dataclass(frozen=True)
class Answers:
    """What was entered, sorted by where it is kept: `secrets` locked, `settings` in plain."""

    secrets: Mapping[str, str]
    settings: Mapping[str, object]


def way_into(room: Room, auth: str) -> WayIn:
    """Find a way to connect an account. Raises: NotFound."""
    found = next((way for way in room.ways_in if way.auth == auth), None)
    if found is None:
        raise NotFound(N_("This signing service cannot be connected in this way."))
    return found


def field_of(question: Question) -> str:
    """Name the form's field of a question, apart from the form's own fields."""
    return field_named(question.name)


def field_named(name: str) -> str:
    return f"q-{name}"


def read_answers(way: WayIn, given: Mapping[str, str], kept: Container[str] = ()) -> Answers:
    """Sort the answers. A secret that is left empty stays as it is when it is among those `kept`: it is left out.

    Raises: FormRefused naming `q-<question>`.
    """
    problems = {field_of(question): [problem] for question, problem in _problems(way, given, kept)}
    if problems:
        raise FormRefused(problems)
    entered = {question.name: _text(question, given) for question in way.questions if question.is_secret}
    settings = _settings(way, given)
    secrets = {name: text for name, text in entered.items() if text or name not in kept}
    return Answers(secrets, {**settings, "auth": str(way.auth)})


def _problems(way: WayIn, given: Mapping[str, str], kept: Container[str]) -> Iterator[tuple[Question, InvalidPayload]]:
    for question in way.questions:
        text = _text(question, given)
        most = MAX_LONG_CHARS if question.is_long else MAX_CHARS
        is_there = bool(text) or (question.is_secret and question.name in kept)
        if question.is_required and not question.is_tick and not is_there:
            yield question, InvalidPayload(N_("Fill this in."))
        elif question.choices and text and text not in question.choices:
            yield question, InvalidPayload(N_("Choose one of these."))
        elif len(text) > most:
            yield question, InvalidPayload(N_("This is too long: %(most)s characters at most."), most=most)


def _text(question: Question, given: Mapping[str, str]) -> str:
    return given.get(field_of(question), "").replace("\r\n", "\n").strip()


def _settings(way: WayIn, given: Mapping[str, str]) -> dict[str, object]:
    """Read what is no secret; a tick is off without what it needs, which is asked for before it."""
    settings: dict[str, object] = {}
    for question in way.questions:
        if not question.is_secret:
            is_possible = not question.needs or bool(settings.get(question.needs))
            settings[question.name] = _setting(question, given) if is_possible else False
    return settings


def _setting(question: Question, given: Mapping[str, str]) -> object:
    return field_of(question) in given if question.is_tick else _text(question, given)
