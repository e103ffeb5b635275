"""GET /accounts/{id}: plan and envelopes of the billing period"""

from __future__ import annotations

from b24app.sandbox.docusign.door import Call, Route

ALLOWED = 1000


def show(call: Call) -> dict[str, str]:
    account = call.account
    allowed = max(ALLOWED, account.allowance)
    return {
        "accountIdGuid": account.account_id,
        "accountName": account.name,
        "planName": "Business Pro (sandbox)",
        "billingPeriodEnvelopesAllowed": str(allowed),
        "billingPeriodEnvelopesSent": str(allowed - account.allowance),
        "currencyCode": "EUR",
        "suspensionStatus": "",
    }


ROUTES = [Route("get_account_information", "GET", "", show)]
