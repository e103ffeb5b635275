"""Where the figures of this process are kept: in its memory, or in files that the machine's processes share."""

from __future__ import annotations

from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, disable_created_metrics
from prometheus_client.registry import Collector

from b24app.metrics.figures import Figures
from b24app.metrics.shared import SharedFiles

log = structlog.get_logger()


def open_figures(shared: Path | None) -> tuple[Figures, Collector]:
    """Return what counts, and what tells the sums: of all processes that share the directory, else of this one alone.

    Sharing is for the whole process and from its first figure on. Without room on the disk it counts alone.
    """
    disable_created_metrics()
    registry = CollectorRegistry()
    if shared is not None:
        try:
            files = SharedFiles(shared)
            files.begin()
            return Figures(registry), files
        except OSError as error:
            log.warning("figures_not_shared", error=type(error).__name__, why=error.strerror)
    return Figures(registry), registry
