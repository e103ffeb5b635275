"""How an account is connected: what is asked, and where a person agrees. Loads no SDK."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from b24app.errors import N_
from b24app.providers.capabilities import Auth
from b24app.providers.room import Begin, Question, WayIn, ask_for_approver

PRODUCTION, DEMO = "production", "demo"

SCOPES: Mapping[Auth, str] = {
    Auth.JWT: "signature impersonation",
    Auth.OAUTH_CODE: "signature extended",  # extended: thirty days begin anew with each refresh
}
_AUTH_URLS: Mapping[str, str] = {
    PRODUCTION: "https://account.docusign.com",
    DEMO: "https://account-d.docusign.com",
}
_OWN_DOMAINS = (".docusign.net", ".docusign.com")

_ENVIRONMENT = Question(
    "environment",
    N_("Environment"),
    N_("Documents signed in a demo account are worthless in law."),
    choices={PRODUCTION: N_("Production"), DEMO: N_("Demo (developer account)")},
)
_INTEGRATION_KEY = Question(
    "integration_key", N_("Integration key"), N_("DocuSign Admin > Apps and Keys > your application.")
)
_CONNECT_KEY = Question(
    "connect_key",
    N_("HMAC key of Connect"),
    N_("DocuSign Admin > Connect > Connect Keys. While you change it, enter both: the old one and the new one."),
    is_secret=True,
    is_long=True,
)
_ACCOUNT = Question(
    "account_id",
    N_("Account ID"),
    N_("Only when the user belongs to several accounts: the API Account ID of the one to sign with."),
    is_required=False,
)
_APPROVER = ask_for_approver(N_("The responsible employee signs at DocuSign, too"))


@dataclass(frozen=True)
class Hosts:
    """Where DocuSign is; `api_url` and `auth_url` are empty for its own hosts."""

    api_url: str = ""
    auth_url: str = ""

    def auth(self, settings: Mapping[str, object]) -> str:
        """The account server; demo and production know nothing of each other."""
        return self.auth_url or _AUTH_URLS[DEMO if is_demo(settings) else PRODUCTION]

    def api(self, base_uri: str) -> str:
        """The API of an account, from the base_uri that the account server names; empty for a foreign host."""
        if self.api_url:
            return self.api_url
        parts = urlsplit(base_uri)
        is_own = parts.scheme == "https" and (parts.hostname or "").endswith(_OWN_DOMAINS)
        return f"https://{parts.netloc}" if is_own and "@" not in parts.netloc else ""


def is_demo(settings: Mapping[str, object]) -> bool:
    return settings.get("environment") == DEMO


def way_taken(settings: Mapping[str, object]) -> Auth:
    return Auth.OAUTH_CODE if settings.get("auth") == Auth.OAUTH_CODE else Auth.JWT


def ways_in(hosts: Hosts) -> tuple[WayIn, ...]:
    """JWT comes first: it needs nobody's hand once it runs."""
    return (
        WayIn(
            Auth.JWT,
            N_("With a key pair"),
            N_("For one company: Paraph acts for a user of your account who has agreed to it once."),
            (
                _ENVIRONMENT,
                _INTEGRATION_KEY,
                Question("user_id", N_("User ID"), N_("The API User ID of the user who sends, in Apps and Keys.")),
                Question(
                    "private_key",
                    N_("RSA private key"),
                    N_("The whole text, beginning with -----BEGIN RSA PRIVATE KEY-----."),
                    is_secret=True,
                    is_long=True,
                ),
                _CONNECT_KEY,
                _ACCOUNT,
                _APPROVER,
            ),
            _begin(hosts, Auth.JWT),
        ),
        WayIn(
            Auth.OAUTH_CODE,
            N_("By signing in to DocuSign"),
            N_("You sign in on DocuSign's page and allow Paraph to send for you."),
            (
                _ENVIRONMENT,
                _INTEGRATION_KEY,
                Question(
                    "secret", N_("Secret key"), N_("Made beside the integration key, shown only once."), is_secret=True
                ),
                _CONNECT_KEY,
                _ACCOUNT,
                _APPROVER,
            ),
            _begin(hosts, Auth.OAUTH_CODE),
        ),
    )


def _begin(hosts: Hosts, auth: Auth) -> Begin:
    """developers.docusign.com/platform/auth/authcode/authcode-get-token: step 1; JWT's consent is given there too."""

    def address(_secrets: Mapping[str, str], settings: Mapping[str, object], state: str, return_to: str) -> str:
        asked = {
            "response_type": "code",
            "scope": SCOPES[auth],
            "client_id": str(settings.get("integration_key", "")),
            "state": state,
            "redirect_uri": return_to,
        }
        return f"{hosts.auth(settings)}/oauth/auth?{urlencode(asked)}"

    return address
