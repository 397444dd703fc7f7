"""Class names that no schema can have: the modules of generated models hold them already.

One set for each target's module; `tests/unit/test_reserved.py` holds them against real ones.
"""

from __future__ import annotations

import builtins

BUILTINS = frozenset(name for name in dir(builtins) if name[0].isupper())
"""Python's own, which a generator avoids by renaming."""
SDK_MODELS = frozenset(
    {
        *("Annotated", "Any", "ApiModel", "AwareDatetime", "IntEnum", "Meta", "StrEnum", "UNSET"),
        *("UnsetType", "Uuid"),
    }
)
"""Of the Python SDK: what `models_init.py.jinja` imports."""
SERVER_MODELS = frozenset(
    {"Annotated", "Any", "Meta", "StrEnum", "Struct", "TypeAlias", "UNSET", "UnsetType"}
)
"""Of the server: what datamodel-code-generator imports. It renames schemas of these names."""
TYPESCRIPT_MODELS = frozenset({"Array", "ClientOptions", "Date"})
"""Of the TypeScript SDK: what types refer to, and one that @hey-api/openapi-ts always makes."""
