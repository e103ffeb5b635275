"""Batches and macros over the scripted server, with Bitrix24's habit of inserting the whole parent record."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from b24app.bitrix.batch import parse_cmd
from tests.bitrix.server import Asked, Reply, Server

Method = Callable[[dict[str, Any]], Any]


class Refused(Exception):
    def __init__(self, code: str, description: str = "") -> None:
        self.answer = {"error": code, "error_description": description or code}


class MiniPortal:
    """`methods` answers by REST method name; `ran` notes every inner command after its macros were resolved."""

    def __init__(self, server: Server) -> None:
        self.methods: dict[str, Method] = {}
        self.ran: list[tuple[str, dict[str, Any]]] = []
        self.server = server
        server.on("/rest/batch", self._batch)

    def on(self, method: str, answer: Any) -> None:
        self.methods[method] = answer if callable(answer) else lambda _params: answer
        self.server.on(f"/rest/{method}", self._single)

    def _single(self, asked: Asked) -> Reply:
        try:
            return Reply({"result": self._run(asked.method, asked.body)})
        except Refused as refused:
            return Reply(refused.answer, 400)

    def _batch(self, asked: Asked) -> Reply:
        results: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        assert len(asked.body["cmd"]) <= 50
        for key, text in asked.body["cmd"].items():
            command = parse_cmd(text)
            try:
                results[key] = self._run(command.method, resolve(dict(command.params), results))
            except Refused as refused:
                errors[key] = refused.answer
        return Reply({"result": {"result": results or [], "result_error": errors or [], "result_total": []}})

    def _run(self, method: str, params: dict[str, Any]) -> Any:
        self.ran.append((method, params))
        if method not in self.methods:
            raise Refused("ERROR_METHOD_NOT_FOUND")
        return self.methods[method](params)


def resolve(value: Any, results: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: resolve(item, results) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, results) for item in value]
    found = re.match(r"\$result((?:\[[^\]]*\])+)", value)
    if not found:
        return value
    walked: Any = results
    for step in re.findall(r"\[([^\]]*)\]", found[1]):
        if isinstance(walked, list):
            inner = walked[int(step)] if step.isdecimal() and int(step) < len(walked) else None
        else:
            inner = walked.get(step) if isinstance(walked, dict) else None
        if inner is None:
            return walked
        walked = inner
    return walked if isinstance(walked, dict | list) else str(walked)
