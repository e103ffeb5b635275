"""Bind placements and events so that the portal has exactly what we want; running it twice changes nothing.

Source: api-reference/widgets/placement-*.md, api-reference/events/event-*.md. Only an administrator may.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from b24app.bitrix.batch import BatchResult, Command, as_map
from b24app.bitrix.client import Portal
from b24app.bitrix.error_codes import code_of, has_error, to_error
from b24app.errors import N_, BitrixError

SINGLE_HANDLER = frozenset({"REST_APP_URI", "PAGE_BACKGROUND_WORKER"})
CHUNK = 10  # steps in one request: few requests, and the page still sees progress


@dataclass(frozen=True)
class Binding:
    """One placement we want. `handler` is a path under the base address or a whole address; titles by language."""

    placement: str
    handler: str
    title: str
    lang_all: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    group_name: str = ""


@dataclass(frozen=True)
class Step:
    """What became of one binding: bound, kept, removed, unavailable or failed (then with the reason)."""

    what: str
    state: str
    message: str = ""
    error: BitrixError | None = None  # says it better than `message`: it can be translated


@dataclass(frozen=True)
class _Change:
    what: str
    state: str
    command: Command


def reconcile(portal: Portal, wanted: Sequence[Binding], *, base_url: str) -> Iterator[Step]:
    """Bind what is missing, remove our own stale handlers, leave the rest; yields as it goes.

    Raises: BitrixError when the portal does not even say what is bound (not an administrator, no connection),
    OutcomeUnknown when the connection is lost on the way. Running it again is always safe.
    """
    state = portal.batch({"list": Command("placement.list"), "get": Command("placement.get")})
    available = {str(code).upper() for code in as_map(state["list"]).values()}
    bound = [row for row in as_map(state["get"]).values() if isinstance(row, Mapping)]
    changes: list[_Change] = []
    for row in _stale(bound, wanted, base_url):
        changes.append(_unbind(row))
    for binding in wanted:
        if binding.placement.upper() not in available:
            message = N_("This Bitrix24 does not offer this place, or the permission for it is missing.")
            yield Step(binding.placement, "unavailable", message)
            continue
        existing = [row for row in bound if _same_place(row, binding, base_url)]
        if existing and not _differs(existing[0], binding):
            yield Step(binding.placement, "kept")
            continue
        changes += [_unbind(row, quiet=True) for row in _in_the_way(bound, existing, binding)]
        changes.append(_Change(binding.placement, "bound", _bind(binding, base_url)))
    yield from _run(portal, changes)


def reconcile_events(portal: Portal, wanted: Mapping[str, str], base_url: str) -> Iterator[Step]:
    """Do the same for events: name -> handler. Handlers vanish when the application is updated."""
    handlers = {name.upper(): _absolute(handler, base_url) for name, handler in wanted.items()}
    rows = as_map(portal.call("event.get").result).values()
    bound = {(str(row.get("event")).upper(), str(row.get("handler"))) for row in rows if isinstance(row, Mapping)}
    changes = [
        _Change(name, "removed", Command("event.unbind", {"event": name, "handler": handler}))
        for name, handler in sorted(bound)
        if _is_ours(handler, base_url) and handlers.get(name) != handler
    ]
    for name, handler in handlers.items():
        if (name, handler) in bound:
            yield Step(name, "kept")
        else:
            changes.append(_Change(name, "bound", Command("event.bind", {"event": name, "handler": handler})))
    yield from _run(portal, changes)


def _run(portal: Portal, changes: Sequence[_Change]) -> Iterator[Step]:
    waiting = iter(changes)
    while chunk := list(islice(waiting, CHUNK)):
        answers = portal.batch({f"s{index}": change.command for index, change in enumerate(chunk)})
        for index, change in enumerate(chunk):
            step = _judge(change, answers, f"s{index}")
            if change.state or step.state == "failed":
                yield step


def _judge(change: _Change, answers: BatchResult, key: str) -> Step:
    error = answers.error(key) or _hidden_error(answers.get(key), change.command.method)
    if error is None:
        if key not in answers.results:
            return Step(change.what, "failed", N_("Bitrix24 did not run this step."))
        return Step(change.what, change.state)
    if "already bind" in str(error).lower():
        return Step(change.what, "kept")
    if error.code in ("error_placement_not_found", "error_event_not_found"):
        return Step(change.what, "unavailable", error=error)
    return Step(change.what, "failed", error=error)


def _hidden_error(result: Any, method: str) -> BitrixError | None:
    """Find an error that came as a result: parts of placement.bind answer that way with HTTP 200."""
    if isinstance(result, Mapping) and has_error(result) and code_of(result):
        return to_error(200, result, method)
    return None


def _stale(bound: Sequence[Mapping[str, Any]], wanted: Sequence[Binding], base_url: str) -> list[Mapping[str, Any]]:
    keep = {(binding.placement.upper(), _absolute(binding.handler, base_url)) for binding in wanted}
    replaced = {binding.placement.upper() for binding in wanted} & SINGLE_HANDLER
    return [
        row
        for row in bound
        if _is_ours(str(row.get("handler")), base_url)
        and _place(row) not in keep
        and _place(row)[0] not in replaced  # unbound where the new one is bound
    ]


def _in_the_way(
    bound: Sequence[Mapping[str, Any]], existing: Sequence[Mapping[str, Any]], binding: Binding
) -> Sequence[Mapping[str, Any]]:
    """Handlers that must go first: the same one with other titles, or any of a place that holds only one."""
    if binding.placement.upper() in SINGLE_HANDLER:
        return [row for row in bound if _place(row)[0] == binding.placement.upper()]
    return existing


def _differs(row: Mapping[str, Any], binding: Binding) -> bool:
    """Compare what the portal keeps; it drops options on most places and languages it lacks."""
    titles = {
        str(lang): str(as_map(texts).get("TITLE", "")) for lang, texts in as_map(row.get("langAll")).items() if texts
    }
    common = [(titles[lang], title) for lang, title in binding.lang_all.items() if lang in titles]
    if any(old != new for old, new in common):
        return True
    if not common and row.get("title") and str(row["title"]) != binding.title:
        return True
    options = as_map(row.get("options"))
    return any(str(options[name]) != str(value) for name, value in binding.options.items() if name in options)


def _bind(binding: Binding, base_url: str) -> Command:
    params: dict[str, Any] = {
        "PLACEMENT": binding.placement,
        "HANDLER": _absolute(binding.handler, base_url),
        "TITLE": binding.title,
    }
    group = {"GROUP_NAME": binding.group_name} if binding.group_name else {}
    if binding.lang_all:
        params["LANG_ALL"] = {lang: {"TITLE": title, **group} for lang, title in binding.lang_all.items()}
    if binding.options:
        params["OPTIONS"] = dict(binding.options)
    return Command("placement.bind", params | group)


def _unbind(row: Mapping[str, Any], *, quiet: bool = False) -> _Change:
    placement, handler = _place(row)
    command = Command("placement.unbind", {"PLACEMENT": placement, "HANDLER": handler})
    return _Change(placement, "" if quiet else "removed", command)


def _place(row: Mapping[str, Any]) -> tuple[str, str]:
    return str(row.get("placement")).upper(), str(row.get("handler"))


def _same_place(row: Mapping[str, Any], binding: Binding, base_url: str) -> bool:
    return _place(row) == (binding.placement.upper(), _absolute(binding.handler, base_url))


def _absolute(handler: str, base_url: str) -> str:
    return base_url.rstrip("/") + handler if handler.startswith("/") else handler


def _is_ours(handler: str, base_url: str) -> bool:
    base = base_url.rstrip("/")
    return handler == base or handler.startswith((base + "/", base + "?"))
