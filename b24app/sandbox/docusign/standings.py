"""How an account stands with its two limits: calls an hour and calls in a burst of thirty seconds."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response

from b24app.sandbox.esign.limits import Standing, Windows

HOUR_S, BURST_S = 3600, 30


@dataclass(frozen=True)
class Standings:
    """After this call."""

    hourly: Standing
    burst: Standing

    @property
    def exceeded(self) -> str | None:
        """The error code, if one is exceeded."""
        if self.hourly.exceeded:
            return "HOURLY_APIINVOCATION_LIMIT_EXCEEDED"
        return "BURST_APIINVOCATION_LIMIT_EXCEEDED" if self.burst.exceeded else None

    def show(self, response: Response) -> None:
        headers = response.headers
        headers["X-RateLimit-Limit"] = str(self.hourly.limit)
        headers["X-RateLimit-Remaining"] = str(self.hourly.remaining)
        headers["X-RateLimit-Reset"] = str(self.hourly.reset_at)
        headers["X-BurstLimit-Limit"] = str(self.burst.limit)
        headers["X-BurstLimit-Remaining"] = str(self.burst.remaining)


def count(windows: Windows, limits: dict[str, int], account_id: str, now: float) -> Standings:
    """Count one call of an account."""
    hourly = windows.take(account_id, limits["hourly"], HOUR_S, now)
    return Standings(hourly, windows.take(account_id, limits["burst"], BURST_S, now))
