"""The one place where an error becomes an answer: a page for people, JSON for scripts."""

from __future__ import annotations

import structlog
from flask import Flask, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from flask_wtf.csrf import CSRFError
from peewee import InterfaceError, OperationalError, PeeweeException
from werkzeug.exceptions import HTTPException

from b24app.errors import AppError, Unavailable
from b24app.services.words import readable
from b24app.store.database import is_full
from b24app.web.observed import route
from b24app.web.session import wants_fragment

log = structlog.get_logger()


def register(app: Flask) -> None:
    app.register_error_handler(AppError, _app_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(PeeweeException, _database_error)
    app.register_error_handler(Exception, _bug)


def sentence(error: AppError) -> str:
    """Say an error in the reader's language."""
    text = gettext(error.message)
    return text % readable(error.params, str(get_locale())) if error.params else text


def _app_error(error: AppError) -> ResponseReturnValue:
    log.info("refused", error=type(error).__name__, code=getattr(error, "code", ""), route=route())
    return _answer(sentence(error), error.http_status, field=error.field)


def _csrf_error(_error: CSRFError) -> ResponseReturnValue:
    g.in_frame = True  # only doors inside the frame ask for that token
    return _answer(gettext("This page has been open for too long. Close it and open it again from Bitrix24."), 403)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code == 413 and request.blueprint in ("composer", "template_files"):
        g.in_frame = True  # refused before its door could say so
    words = {
        404: gettext("There is nothing at this address."),
        405: gettext("This address cannot be used this way."),
        413: gettext("This file is too large: the limit is 25 MB."),
    }
    return _answer(words.get(code, gettext("This request could not be understood.")), code)


def _database_error(error: PeeweeException) -> ResponseReturnValue:
    """Say that the database does not answer or has no room left; any other refusal of it is a bug of ours."""
    if not isinstance(error, OperationalError | InterfaceError):
        return _bug(error)
    log.error("database_unavailable", error=type(error).__name__, code=getattr(error.__cause__, "sqlstate", None))
    return _app_error(Unavailable.disk() if is_full(error) else Unavailable.database())


def _bug(error: Exception) -> ResponseReturnValue:
    log.error("bug", exc_info=error, route=route())
    return _answer(gettext("Something went wrong on our side. Nothing was lost; please try again."), 500)


def _answer(text: str, status: int, *, field: str | None = None) -> ResponseReturnValue:
    if g.get("in_frame"):
        g.framed_by = "*"  # nobody is proven yet whose frame it could be; the page holds no data and nothing to press
    if wants_fragment() or request.accept_mimetypes.best == "application/json":
        return jsonify(error=text, field=field), status
    return render_template("error.html", text=text, status=status), status
