"""The rows under which requests are found, written in the transaction that creates or changes a request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from b24app.domain.findable import readers_of, words_of
from b24app.domain.signature_request import SignatureRequest
from b24app.store import outbox, requests
from b24app.store.tables import RequestText, RequestWord, upsert

Pairs = set[tuple[str, bytes]]  # (reader, word)
AT_ONCE = 500  # rows of one statement


def follow(before: SignatureRequest, after: SignatureRequest) -> None:
    """Bring a request's rows up to date where a change of it matters to those who look for it."""
    if _findable(before) != _findable(after):
        put(after, before)


def refresh(portal: str, request_id: str) -> None:
    """Bring them up to date after a change beside the request: work for it was given up, or is tried again."""
    if requests.exists(portal, request_id):
        put(requests.lock(portal, request_id))


def put(request: SignatureRequest, before: SignatureRequest | None = None) -> None:
    """Write what is missing and delete what no longer holds; `before` names the readers who found it until now."""
    created_at = int(requests.row(request.portal, request.id).created_at)
    kept = RequestText.get_or_none(_is_of(RequestText, request, created_at))
    is_troubled = outbox.has_dead(request.portal, request.id)
    words = sorted(words_of(request, is_troubled=is_troubled))
    stood = _pairs(before or request, kept.words.split() if kept else ())
    wanted = _pairs(request, words)
    _delete(request, created_at, stood - wanted)
    _insert(request, created_at, wanted - stood)
    text = f" {' '.join(words)} "
    upsert(RequestText, portal=request.portal, created_at=created_at, request=request.id, words=text)


def _findable(request: SignatureRequest) -> tuple[frozenset[str], frozenset[str]]:
    return readers_of(request), words_of(request, is_troubled=False)


def _pairs(request: SignatureRequest, words: Iterable[str]) -> Pairs:
    return {(reader, word.encode()) for word in words for reader in readers_of(request)}


def _delete(request: SignatureRequest, created_at: int, pairs: Pairs) -> None:
    for reader in {reader for reader, _ in pairs}:
        words = [word for owner, word in pairs if owner == reader]
        same = _is_of(RequestWord, request, created_at) & (RequestWord.reader == reader)
        for start in range(0, len(words), AT_ONCE):
            RequestWord.delete().where(same & RequestWord.word.in_(words[start : start + AT_ONCE])).execute()


def _insert(request: SignatureRequest, created_at: int, pairs: Pairs) -> None:
    rows = [(request.portal, reader, word, created_at, request.id) for reader, word in sorted(pairs)]
    for start in range(0, len(rows), AT_ONCE):
        RequestWord.insert_many(rows[start : start + AT_ONCE]).execute()


def _is_of(table: type[RequestText] | type[RequestWord], request: SignatureRequest, created_at: int) -> Any:
    same = (table.portal == request.portal) & (table.created_at == created_at)
    return same & (table.request == request.id)
