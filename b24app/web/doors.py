"""Every door in one list: blueprints, guards, headers, language, error pages."""

from __future__ import annotations

from flask import Flask, request
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import placement_handlers
from b24app import __version__
from b24app.services.context import Context
from b24app.store import database
from b24app.web import (
    app_home,
    composer,
    composer_files,  # noqa: F401 - adds its doors to the composer's
    elsewhere,
    error_pages,
    headers,
    health,
    i18n,
    install,
    metrics,
    observed,
    pages,
    plain_forms,
    portal_events,
    provider_webhooks,
    requests_page,
    services_page,
    settings_page,
    signing,
    template_editor,
    template_files,
    template_library,
    template_options_page,
    template_revisions,
    troubles_page,
    verify,
)
from b24app.web.session import FrameSessionInterface, frame_token

MAX_BODY_BYTES = 26 * 1024 * 1024

BLUEPRINTS = (
    app_home.bp, composer.bp, elsewhere.bp, health.bp, install.bp, metrics.bp, pages.bp, portal_events.bp,
    provider_webhooks.bp, requests_page.bp, services_page.bp, settings_page.bp, signing.bp, template_editor.bp,
    template_files.bp, template_library.bp, template_options_page.bp, template_revisions.bp, troubles_page.bp,
    verify.bp, *placement_handlers.BLUEPRINTS,
)  # fmt: skip

FOREIGN_POSTS = (
    app_home.bp, elsewhere.bp, install.bp, portal_events.bp, provider_webhooks.bp, signing.bp, verify.bp,
    *placement_handlers.BLUEPRINTS,
)  # fmt: skip
"""Posted to by Bitrix24 and signing providers, or guarded by a signer's secret link: no CSRF token can be in them."""


def register(app: Flask, ctx: Context) -> None:
    app.extensions["paraph"] = ctx
    if ctx.settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=ctx.settings.proxies, x_proto=0)  # type: ignore[method-assign]
    app.config.update(
        SECRET_KEY=ctx.vault.signing_keys[0],
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,  # the session's own life limits it
        WTF_CSRF_SSL_STRICT=False,  # a frame may send no referrer
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.session_interface = FrameSessionInterface(ctx.vault.signing_keys)
    app.jinja_env.globals.update(frame_token=frame_token, version=__version__)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    csrf = CSRFProtect(app)
    for part in (observed, plain_forms, headers, i18n, error_pages):
        part.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for blueprint in FOREIGN_POSTS:
        csrf.exempt(blueprint)
    app.before_request(_open_connection)
    app.teardown_request(database.release_connection)


def _open_connection() -> None:
    """Open the database for a request; operators are answered without it, for they ask whether it works."""
    if request.blueprint not in (health.bp.name, metrics.bp.name):
        database.open_connection()
