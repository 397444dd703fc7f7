"""An SDK whose calls pass the gate to the server, as plain HTTP does."""

from __future__ import annotations

from typing import Any

from specpipe.conformance.exchange import Exchange
from specpipe.conformance.gate import Gate
from specpipe.conformance.sdk import Driver
from specpipe.spec.model import Operation


class Gated:
    """A driver whose calls have to pass `gate`."""

    def __init__(self, driver: Driver, gate: Gate) -> None:
        self._driver = driver
        self._gate = gate
        self.name = driver.name

    @property
    def exchanges(self) -> list[Exchange]:
        """See `Driver`."""
        return self._driver.exchanges

    def call(self, operation: Operation, *path: Any, **arguments: Any) -> Any:
        """See `Driver.call`. Raises Unsafe. What an SDK sends once more for one call is waited for
        afterwards."""
        names = [parameter.wire for parameter in operation.parameters_in("path")]
        values = dict(zip(names, path, strict=True))
        number = self._gate.before(operation, values, arguments.get("body"))
        before = len(self.exchanges)
        try:
            return self._driver.call(operation, *path, **arguments)
        finally:
            for place, exchange in enumerate(self.exchanges[before:]):
                if place:
                    self._gate.pace.wait()
                self._gate.after(number, operation, values, exchange)

    def close(self) -> None:
        """See `Driver.close`."""
        self._driver.close()
