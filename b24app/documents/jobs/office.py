"""Job behind `documents.office`: one LibreOffice for one document, in a guarded child without network.

Its profile is made anew in the child's own directory and forbids macros, links and every way out: what gets past the
network namespace (some containers forbid them) meets a proxy that does not exist.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

from b24app.documents.job import Output
from b24app.documents.jobs.docx_package import cleaned
from b24app.errors import N_, DocumentRefused

CONVERT_S = 60

TOO_LONG = N_("LibreOffice took too long to convert this document, so we stopped. Save it as PDF and upload that.")
FAILED = N_("LibreOffice could not convert this document. Save it as PDF and upload that.")

_SETTINGS: tuple[tuple[str, str, str], ...] = (
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("/org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("/org.openoffice.Office.Common/Misc", "UseLocking", "false"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("/org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("/org.openoffice.Inet/Settings", "ooInetFTPProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetFTPProxyPort", "9"),
    ("/org.openoffice.Setup/Product", "ooSetupLastVersion", "99"),
)
"""Source: officecfg/registry/schema/org/openoffice in LibreOffice's own tree."""

_NO_WAY_OUT = "http://127.0.0.1:9"


def to_pdf(args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """args: program (LibreOffice's path); blob "docx". Data: removed; blob "pdf"."""
    docx, removed = cleaned(blobs["docx"])
    here = Path.cwd()
    (here / "document.docx").write_bytes(docx)
    _write_profile(here / "profile")
    _convert(args["program"], here)
    result = here / "document.pdf"
    if not result.is_file():
        raise DocumentRefused(FAILED, reason="not_converted")
    return Output({"removed": removed}, {"pdf": result.read_bytes()})


def _convert(program: str, here: Path) -> None:
    command = [
        program, f"-env:UserInstallation=file://{here}/profile", "--headless", "--invisible", "--norestore",
        "--nolockcheck", "--nodefault", "--nofirststartwizard", "--convert-to", "pdf:writer_pdf_Export",
        "--outdir", str(here), str(here / "document.docx"),
    ]  # fmt: skip
    process = subprocess.Popen(  # noqa: S603 - the program is ours to choose, see documents.office
        command, cwd=here, env=_environment(here), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=False,
    )  # fmt: skip
    try:
        process.wait(CONVERT_S)
    except subprocess.TimeoutExpired as e:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)  # what it started is in our process group, which the guard kills
        raise DocumentRefused(TOO_LONG, reason="too_complex") from e


def _environment(here: Path) -> dict[str, str]:
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "ftp_proxy", "all_proxy"), _NO_WAY_OUT)
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(here),
        "TMPDIR": str(here),
        "LANG": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",
        **proxies,
    }


def _write_profile(profile: Path) -> None:
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SETTINGS
    )
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>"
    )
