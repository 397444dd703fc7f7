"""What the server counts, in the text format of Prometheus.

On the way of a request stand plain numbers only; Prometheus' own objects are made from them when
somebody asks. All of it happens on the event loop, so that nothing has to be locked.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends of the buckets of durations, in seconds."""
_LABELS = [*(f"{bound:g}" for bound in BOUNDS), "+Inf"]


class Series:
    """The numbers of one operation."""

    __slots__ = ("bytes", "durations", "seconds", "statuses")

    def __init__(self) -> None:
        self.statuses: dict[int | None, int] = {}
        self.durations = [0] * len(_LABELS)
        self.seconds = 0.0
        self.bytes = 0


class Metrics(Collector):
    """The numbers of one application."""

    def __init__(self) -> None:
        self._series: dict[str, Series] = {}
        self._running = 0
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def begin(self) -> None:
        """A request came."""
        self._running += 1

    def end(self, operation: str, status: int | None, seconds: float, sent: int) -> None:
        """A request that began is over: the status of its answer (None when there was none), how
        long it took, and the bytes of the answer's body. `operation` has to be one of few names."""
        self._running -= 1
        series = self._series.get(operation)
        if series is None:
            series = self._series[operation] = Series()
        series.statuses[status] = series.statuses.get(status, 0) + 1
        series.durations[bisect_left(BOUNDS, seconds)] += 1
        series.seconds += seconds
        series.bytes += sent

    def text(self) -> bytes:
        """All of it, with what the system knows of this process, as Prometheus reads it."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """The families of metrics (for the registry)."""
        requests = CounterMetricFamily(
            "http_requests", "Requests answered.", labels=["operation", "status"]
        )
        durations = HistogramMetricFamily(
            "http_request_duration_seconds",
            "From the head of a request to the end of its answer.",
            labels=["operation"],
        )
        sent = CounterMetricFamily(
            "http_response_body_bytes", "Bytes of bodies answered with.", labels=["operation"]
        )
        for operation, series in self._series.items():
            for status, count in series.statuses.items():
                shown = "none" if status is None else str(status)
                requests.add_metric([operation, shown], count)
            buckets = list(zip(_LABELS, accumulate(series.durations), strict=True))
            durations.add_metric([operation], buckets, series.seconds)
            sent.add_metric([operation], series.bytes)
        running = "Requests that are being answered."
        yield from (requests, durations, sent)
        yield GaugeMetricFamily("http_requests_in_flight", running, self._running)
