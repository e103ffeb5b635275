"""What can be read of every signing service and done to it: /control/{service}/{name}."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

Table = dict[str, Callable[[Any, dict[str, Any]], Any]]
OK = {"ok": True}


def calls(service: Any, given: dict[str, Any]) -> Any:
    """Every API call; ?method= narrows to an operation."""
    return [asdict(one) for one in (service.calls.of(given["method"]) if "method" in given else service.calls)]


def deliveries(service: Any, given: dict[str, Any]) -> Any:
    """Event POSTs that were tried, repeats included."""
    return [asdict(one) for one in service.callbacks.deliveries]


def settle(service: Any, given: dict[str, Any]) -> Any:
    service.settle()
    return OK


def advance(service: Any, given: dict[str, Any]) -> Any:
    """{"seconds": 86400}: let time pass at once."""
    service.advance(float(given["seconds"]))
    return {"now": service.clock.seconds()}


def down(service: Any, given: dict[str, Any]) -> Any:
    service.go_down()
    return OK


def up(service: Any, given: dict[str, Any]) -> Any:
    service.come_back()
    return OK


def limits(service: Any, given: dict[str, Any]) -> Any:
    """{"enforced": false}, or new numbers by class: {"test": 3}."""
    service.windows.enforced = bool(given.pop("enforced", True))
    service.limits |= {name: int(number) for name, number in given.items() if name in service.limits}
    service.windows.clear()
    return {"enforced": service.windows.enforced, **service.limits}


def speed(service: Any, given: dict[str, Any]) -> Any:
    """{"speed": 3000}: repeats of events come that much faster than the vendor's."""
    service.callbacks.speed = float(given["speed"])
    return OK


def reset_calls(service: Any, given: dict[str, Any]) -> Any:
    service.calls.reset()
    return OK


def reset_deliveries(service: Any, given: dict[str, Any]) -> Any:
    service.callbacks.deliveries.clear()
    return OK


VIEWS: Table = {"calls": calls, "deliveries": deliveries}
ACTS: Table = {
    "settle": settle,
    "advance": advance,
    "down": down,
    "up": up,
    "limits": limits,
    "speed": speed,
    "reset-calls": reset_calls,
    "reset-deliveries": reset_deliveries,
}
