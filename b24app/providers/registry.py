"""Find a provider by name. Rooms are imported when first asked for: vendor SDKs are heavy."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from b24app.errors import ProviderError
from b24app.providers.base import Provider


class Registry:
    """Name -> maker of the provider; wiring.py fills it."""

    def __init__(self, makers: Mapping[str, Callable[[], Provider]]) -> None:
        self._makers = makers
        self._made: dict[str, Provider] = {}

    def get(self, name: str) -> Provider:
        """Raises: ProviderError for a name that no room answers to."""
        if name not in self._makers:
            raise ProviderError("There is no signing provider named %(name)s.", permanent=True, name=name)
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]
