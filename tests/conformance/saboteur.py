"""A generated server with one defect: `python saboteur.py <package> <defect> [server options]`."""

from __future__ import annotations

import importlib
import sys

from saboteurs.planting import DEFECTS, Modules

if __name__ == "__main__":
    package, defect, *options = sys.argv[1:]
    importlib.import_module("saboteurs")
    DEFECTS[defect].plant(Modules(package))
    sys.argv[1:] = options
    importlib.import_module(f"{package}.__main__").run()
