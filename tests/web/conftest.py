from __future__ import annotations

from tests.office import office, page

__all__ = ["office", "page"]
