"""E-mail addresses and names as they may stand in a header."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr

from b24app.errors import N_, ConfigError

ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LOCAL = re.compile(rf"{ATOM}(\.{ATOM})*")
LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
BREAKS = re.compile(r"[\r\n\t\v\f\x1c-\x1f\x85\u2028\u2029]+")
HIDDEN = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
LONGEST_NAME = 120


@dataclass(frozen=True)
class Person:
    """Somebody a letter goes to or comes from."""

    email: str
    name: str = ""


def is_address(text: str) -> bool:
    """Tell whether a mail server can be asked to deliver to this address: name@domain.tld, nothing around it."""
    domain = to_ascii(text.rpartition("@")[2])
    return _is_well_formed(text) and "." in domain and not domain.rpartition(".")[2].isdigit()


def _is_well_formed(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    labels = to_ascii(domain).split(".")
    fits = len(text) <= 254 and len(local) <= 64
    return fits and LOCAL.fullmatch(local) is not None and all(LABEL.fullmatch(label) for label in labels)


def to_ascii(domain: str) -> str:
    """Write an international domain the way mail servers know it; an impossible one becomes empty."""
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def header_address(person: Person) -> Address:
    """Make the header form of a person; line breaks and invisible characters in the name are gone."""
    local, _, domain = person.email.rpartition("@")
    return Address(display_name=one_line(person.name)[:LONGEST_NAME], addr_spec=f"{local}@{to_ascii(domain)}")


def parse_sender(mail_from: str) -> Person:
    """Read PARAPH_MAIL_FROM: `Paraph <signatures@example.com>` or the bare address.

    Raises: ConfigError.
    """
    name, email = parseaddr(mail_from)
    if not _is_well_formed(email):
        raise ConfigError(N_("PARAPH_MAIL_FROM must look like Paraph <signatures@example.com>."))
    return Person(email, name)


def one_line(text: str) -> str:
    """Make one line of a text: breaks become spaces, hidden characters go."""
    return " ".join(without_hidden(BREAKS.sub(" ", text)).split())


def without_hidden(text: str) -> str:
    """Drop control characters, lone surrogates and what reverses or hides text; keep line breaks."""
    return HIDDEN.sub("", text)
