"""Figures for operators, in the words of Prometheus. For everybody else there is nothing here."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from b24app.metrics.page import CONTENT_TYPE_LATEST, may_scrape
from b24app.web.guards import context

bp = Blueprint("metrics", __name__)


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    ctx = context()
    if not may_scrape(ctx.settings.metrics_token, request.environ):
        abort(404)
    return Response(ctx.metrics(), content_type=CONTENT_TYPE_LATEST)
