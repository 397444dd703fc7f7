"""A document as YAML that the loader reads back as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from specpipe.spec.scalars import Refused, scalar

_PLAIN = "tag:yaml.org,2002:str"


class _Dumper(yaml.SafeDumper):
    """Writes equal values out instead of sharing them, and in quotes what our loader would take for
    something else than text: YAML 1.2 and the library differ on what `1e3` is."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    try:
        is_text = scalar(text, True) == text
    except Refused:
        is_text = False
    return dumper.represent_scalar(_PLAIN, text, style=None if is_text else '"')


_Dumper.add_representer(str, _text)


def as_yaml(data: Mapping[str, Any], head: str) -> str:
    """`data` as YAML behind a comment."""
    comment = "".join(f"# {line}\n" for line in head.splitlines())
    body = yaml.dump(dict(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return comment + str(body)
