"""Servers with one planted defect each, to judge the judge by; the modules beside hold them.

A defect is planted in the behaviour of resources, in the store or in what is on the wire, none of
which knows an API: such a server is wrong in the same way whatever the spec. `python saboteur.py
<package> <defect>` runs one.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from .planting import DEFECTS, Defect

for found in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{found.name}")

CONTROLS: Mapping[str, Defect] = {n: d for n, d in DEFECTS.items() if d.kind == "control"}
"""Without a defect: they have to pass."""
DEAD: Mapping[str, Defect] = {n: d for n, d in DEFECTS.items() if d.kind == "dead"}
"""Servers that stop answering, which cannot be judged."""
SABOTEURS: Mapping[str, Defect] = {
    n: d for n, d in DEFECTS.items() if d.kind not in ("control", "prop", "dead")
}
"""What has to be found. The kind `prop` is for other tests, and nothing that a check is to find."""
