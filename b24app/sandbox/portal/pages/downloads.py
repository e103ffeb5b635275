"""File links: those for machines (signed, with the token) and those for browsers (session).

docs: api-reference/files/how-to-download-files.md
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from flask import Flask, Response, request

from b24app.sandbox import php
from b24app.sandbox.portal.files import StoredFile
from b24app.sandbox.portal.pages import session
from b24app.sandbox.portal.portal import Portal
from b24app.sandbox.portal.rest import disk as rest_disk
from b24app.sandbox.portal.rest.registry import Context

MACHINE_PATHS = (
    "/rest/download.json",
    "/rest/crm.controller.item.getFile.json",
    "/rest/crm.documentgenerator.document.getPdf.json",
    "/rest/crm.documentgenerator.document.download.json",
)
TECHNICAL_AGENTS = ("python", "curl", "wget", "go-http", "okhttp", "java", "axios", "node", "ruby", "libwww")
NGINX_404 = "<html>\n<head><title>404 Not Found</title></head>\n<body>\n<center><h1>404 Not Found</h1></center>\n<hr><center>nginx</center>\n</body>\n</html>\n"  # noqa: E501
LOGIN_PAGE = "<!doctype html><html><head><title>Authorization</title></head><body><form>Log in</form></body></html>"


def register(app: Flask, portal: Portal) -> None:
    """Add the download and upload routes."""
    for path in MACHINE_PATHS:
        app.add_url_rule(path, path, lambda: machine(portal), methods=["GET"])
    app.add_url_rule("/rest/upload.json", "upload", lambda: upload(portal), methods=["POST"])
    app.add_url_rule("/bitrix/services/main/ajax.php", "ajax", lambda: browser(portal))
    app.add_url_rule("/disk/downloadFile/<int:disk_id>/", "disk", lambda disk_id: browser_disk(portal, disk_id))


def machine(portal: Portal) -> Response:
    """A signed link. Headers that look like a program's, or a missing Referer, meet nginx's 404."""
    if not _looks_human(portal):
        return Response(NGINX_404, 404, content_type="text/html")
    access = request.args.get("auth", "")
    grant = portal.tokens.by_access(access)
    if grant is None or grant.revoked or grant.expired:
        body = {"error": "expired_token", "error_description": "The access token provided has expired."}
        return Response(php.to_json(body), 401, content_type="application/json")
    target = portal.files.check(unquote(request.args.get("token", "")), access)
    stored = _resolve(portal, *target) if target else None
    return _sent(stored) if stored else Response(NGINX_404, 404, content_type="text/html")


def _looks_human(portal: Portal) -> bool:
    agent = request.headers.get("User-Agent", "").lower()
    return (
        bool(agent)
        and not agent.startswith(TECHNICAL_AGENTS)
        and "*/*" in request.headers.get("Accept", "")
        and bool(request.headers.get("Accept-Language"))
        and request.headers.get("Referer", "").startswith(portal.url)
    )


def _resolve(portal: Portal, kind: str, number: int) -> StoredFile | None:
    if kind == "crm":
        return portal.files.get(number)
    if kind == "disk":
        item = portal.files.disk.get(number)
        return portal.files.get(item.file_id) if item else None
    document = portal.generator.documents.get(number)
    if document is None:
        return None
    file_id = document.pdf_id if kind == "document-pdf" else document.docx_file_id
    return portal.files.get(file_id) if file_id else None


def _sent(stored: StoredFile) -> Response:
    kind = "application/pdf" if stored.content.startswith(b"%PDF") else "application/octet-stream"
    name = quote(stored.name)
    headers = {"Content-Disposition": f"attachment; filename=\"{name}\"; filename*=utf-8''{name}"}
    return Response(stored.content, 200, content_type=kind, headers=headers)


def browser(portal: Portal) -> Response:
    """Plain links work with a browser session only; everybody else gets the login page, with status 200."""
    if not session.is_signed_in(portal):
        return Response(LOGIN_PAGE, 200, content_type="text/html")
    action = request.args.get("action", "")
    if action == "crm.controller.item.getFile":
        stored = portal.files.get(request.args.get("fileId", 0, type=int))
    else:
        kind = "document-pdf" if action.endswith("getPdf") else "document-download"
        stored = _resolve(portal, kind, request.args.get("id", 0, type=int))
    return _sent(stored) if stored else Response(NGINX_404, 404)


def browser_disk(portal: Portal, disk_id: int) -> Response:
    if not session.is_signed_in(portal):
        return Response(LOGIN_PAGE, 200, content_type="text/html")
    stored = _resolve(portal, "disk", disk_id)
    return _sent(stored) if stored else Response(NGINX_404, 404)


def upload(portal: Portal) -> Response:
    """Second step of disk.folder.uploadfile without fileContent: multipart with the field `file`."""
    access = request.args.get("auth", "")
    grant = portal.tokens.by_access(access)
    target = portal.files.check(unquote(request.args.get("token", "")), access)
    sent = request.files.get("file")
    if grant is None or grant.revoked or target is None or sent is None:
        return Response(php.to_json({"error": "ERROR_ARGUMENT", "error_description": "Wrong upload"}), 400)
    context = Context(
        portal, portal.employees[grant.user_id], {"generateUniqueName": "Y"}, portal.apps[grant.client_id], grant
    )
    with portal.lock:
        folder = portal.drive.folders[target[1]]
        item = rest_disk.store(context, folder, sent.filename or "file", sent.read())
        return Response(php.to_json({"result": rest_disk.file_row(context, item)}), content_type="application/json")
