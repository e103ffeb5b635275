"""Take a portal in: prove who installs, keep what later work needs, make the seal, lay out the example templates."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from b24app.bitrix.batch import Command, as_map
from b24app.bitrix.entities import COMPANY
from b24app.bitrix.inbound import EventAuth, Launch, locale_of
from b24app.bitrix.oauth import Proof
from b24app.clock import to_ms
from b24app.documents.templates import EXAMPLES, example
from b24app.errors import N_, NotAllowed, Unauthentic
from b24app.evidence.authority import Authority, create_authority
from b24app.manifest import manifest
from b24app.services.accept_launch import keep_tokens, prove_launch
from b24app.services.context import Context
from b24app.services.edit_template import first_revision
from b24app.services.portal_options import LETTER_LOCALES
from b24app.services.visiting_client import visiting_client
from b24app.store import authorities, portals, removal, templates
from b24app.store.database import writing
from b24app.store.tables import Authority as AuthorityRow
from b24app.store.tables import Portal, Template
from b24app.store.vault import fingerprint


@dataclass(frozen=True)
class Installer:
    """The employee who opened the installation, as his portal describes him."""

    user_id: int
    name: str
    is_admin: bool
    company: str  # the portal's own company in the CRM, "" when none is entered


@dataclass(frozen=True)
class Installation:
    portal: Portal
    user_id: int
    is_set_up: bool  # it was finished before, and Bitrix24 does not ask to finish it again


def install_portal(ctx: Context, launch: Launch, proof: Proof, *, accepts_new_secret: bool = False) -> Installation:
    """Store a proven portal, or bring it up to date; a second time changes nothing but the tokens.

    `accepts_new_secret`: the portal's application token may differ from the one kept (an update changes it).
    Raises: Unauthentic, NotAllowed for anybody but an administrator; nothing is stored then.
    """
    known = portals.find(proof.member_id)
    if known is not None and not accepts_new_secret:
        _refuse_strange_secret(known, proof, launch)
    installer = ask_installer(ctx, proof, launch.access_token)
    if not installer.is_admin:
        raise NotAllowed(N_("Only an administrator of this Bitrix24 can set up Paraph. Ask one to open this page."))
    with writing():
        portal = _store_portal(ctx, launch, proof, installer, known)
        ensure_authority(ctx, portal.member_id, str(portal.settings["sender_name"]))
        _lay_out_examples(ctx, portal)
    keep_tokens(ctx, proof, launch, portal)
    return Installation(portal, proof.user_id, portal.setup_done_at is not None and proof.installed)


def install_from_event(ctx: Context, auth: EventAuth, lang: str) -> Installation:
    """Do the same with the tokens that ONAPPINSTALL or ONAPPUPDATE brought; they are proven like a launch's."""
    launch = _launch_of(auth, lang)
    return install_portal(ctx, launch, prove_launch(ctx, launch), accepts_new_secret=True)


def ask_installer(ctx: Context, proof: Proof, access_token: str) -> Installer:
    """Ask the portal who this is and what its own company is called, in one call."""
    answers = visiting_client(ctx, proof, access_token).batch(
        {
            "admin": Command("user.admin"),
            "me": Command("profile"),
            "company": Command(
                "crm.item.list",
                {"entityTypeId": COMPANY, "filter": {"isMyCompany": "Y"}, "select": ["id", "title"]},
            ),
        }
    )
    companies = as_map(as_map(answers.get("company")).get("items"))
    company = str(as_map(companies.get("0")).get("title") or "").strip()
    name = full_name(as_map(answers.get("me")))
    return Installer(proof.user_id, name, answers["admin"] is True, company)


def ensure_authority(ctx: Context, portal: str, organisation: str) -> None:
    """Make the portal's sealing key once; while nothing has been sent yet it follows the sender's name."""
    kept = authorities.find(portal)
    if kept is not None and not (authorities.may_be_replaced(portal) and _named_on(kept) != organisation):
        return
    made = create_authority(organisation, ctx.now())
    authorities.save(
        portal,
        root_pem=made.root_pem.decode(),
        leaf_pem=made.leaf_pem.decode(),
        key_pem=ctx.vault.lock(made.key_pem.decode()),
        created_at=to_ms(ctx.now()),
    )


def _named_on(row: AuthorityRow) -> str:
    return Authority(row.root_pem.encode(), row.leaf_pem.encode(), b"").organisation


def _refuse_strange_secret(known: Portal, proof: Proof, launch: Launch) -> None:
    """Refuse another application token while the same installation stands; a new one and an update bring their own."""
    stands = known.uninstalled_at is None and known.client_id == proof.client_id and proof.installed
    is_updated = 0 < int(known.settings.get("app_version") or 0) < proof.version
    if not stands or is_updated or not known.application_token or launch.application_token is None:
        return
    if not hmac.compare_digest(known.application_token, fingerprint(launch.application_token)):
        raise Unauthentic(N_("This page was not opened by your Bitrix24. Open Paraph from there again."))


def _store_portal(ctx: Context, launch: Launch, proof: Proof, installer: Installer, known: Portal | None) -> Portal:
    columns: dict[str, Any] = {
        "client_id": proof.client_id,
        "domain": proof.domain,
        "client_endpoint": proof.client_endpoint,
        "health": "ok",
        "health_note": "",
        "uninstalled_at": None,
        "pause_until": 0,
        "failures": 0,
    }
    if launch.application_token:
        columns["application_token"] = fingerprint(launch.application_token)
    if known is None or known.uninstalled_at is not None:
        columns |= {"installed_at": to_ms(ctx.now()), "lang": locale_of(launch.lang), "setup_done_at": None}
    if known is not None and known.client_id != proof.client_id:
        removal.delete_tokens(proof.member_id)  # they were given to another registration of ours
    portal = portals.save(proof.member_id, **columns)
    if launch.refresh_token or not portal.installer_id:  # background work needs tokens that can be renewed
        name_installer(portal.member_id, installer.user_id, installer.name)
    if proof.version:
        portals.set_option(portal.member_id, app_version=proof.version)
    if not portal.settings.get("sender_name"):
        portals.set_option(portal.member_id, sender_name=installer.company or installer.name or manifest().name)
    return portals.get(portal.member_id)


def name_installer(portal: str, user_id: int, name: str) -> None:
    """Let background work run in this employee's name."""
    portals.save(portal, installer_id=user_id)
    portals.set_option(portal, installer_name=name)


def full_name(profile: Mapping[str, Any]) -> str:
    return " ".join(str(profile.get(part) or "").strip() for part in ("NAME", "LAST_NAME")).strip()


def _lay_out_examples(ctx: Context, portal: Portal) -> None:
    """Give a portal that never had a template the ones that ship with us, its own language first."""
    if templates.has_any(portal.member_id):
        return
    for locale in sorted(LETTER_LOCALES, key=lambda locale: (locale != portal.lang, locale)):
        for name, titles in EXAMPLES.items():
            template = Template(
                id=ctx.new_id(),
                portal=portal.member_id,
                name=titles[locale],
                locale=locale,
                created_at=to_ms(ctx.now()),
            )
            first_revision(ctx, template, example(name, locale))


def _launch_of(auth: EventAuth, lang: str) -> Launch:
    """Dress an event's tokens as a launch, so that the same proof judges them."""
    return Launch(
        claimed_domain=auth.domain.lower(),
        protocol="https",
        lang=lang,
        app_sid="",
        access_token=auth.access_token or "",
        refresh_token=auth.refresh_token or "",
        expires_in_s=auth.expires_in_s or 3600,
        claimed_member_id=auth.member_id,
        application_token=auth.application_token,
        scope=auth.scope,
        status=auth.status,
        placement="DEFAULT",
        options={},
    )
