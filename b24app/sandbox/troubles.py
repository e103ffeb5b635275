"""Troubles every door knows: slow, cut off, broken, answered with something that is no JSON."""

from __future__ import annotations

import time

from flask import Response

from b24app.sandbox.faults import Faults
from b24app.sandbox.serving import DROP_HEADER

MAINTENANCE = "<html><body>Maintenance</body></html>"


def troubled(faults: Faults, *names: str) -> Response | None:
    """Wait if so ordered; answer instead of the door when a trouble is due, else None."""
    if slow := faults.take("slow", *names):
        time.sleep(float(slow.get("delay_s", 1)))
    if faults.take("dropped", *names):
        return Response("", headers={DROP_HEADER: "1"})
    if broken := faults.take("http_error", *names):
        return Response("<h1>Server error</h1>", int(broken.get("status", 502)), content_type="text/html")
    if odd := faults.take("not_json", *names):
        content_type = str(odd.get("content_type", "text/html"))
        return Response(str(odd.get("body", MAINTENANCE)), 200, content_type=content_type)
    return None


def lose_answer(faults: Faults, response: Response, *names: str) -> None:
    """Hold the answer back, or close the connection instead of answering, when that was ordered: the work is done."""
    if late := faults.take("answer_late", *names):
        time.sleep(float(late.get("delay_s", 1)))
    if faults.take("answer_lost", *names):
        response.headers[DROP_HEADER] = "1"
