"""What an unquoted word of YAML stands for: the core schema of YAML 1.2, cut down to JSON.

Words on which readers disagree about a number are refused; words that only YAML 1.1 takes for
something else (`on`, `yes`, `1:20`, dates) are strings, as in YAML 1.2.
"""

from __future__ import annotations

import re

_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_AMBIGUOUS = re.compile(r"[-+]?0([0-9]+|o[0-7]+|x[0-9a-fA-F]+|b[01]+)", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_MAX_DIGITS = 400
_STATUS = re.compile(r"[1-5][0-9]{2}", re.ASCII)


class Refused(Exception):
    """A scalar that the document must not have."""

    def __init__(self, message: str, advice: str) -> None:
        """`message` says what is wrong, `advice` what to write instead."""
        super().__init__(message)
        self.message = message
        self.advice = advice


def scalar(text: str, plain: bool) -> str | int | float | bool | None:
    """The value of a scalar; `plain` when it has no quotes. Raises Refused."""
    if not plain:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _AMBIGUOUS.fullmatch(text):
        advice = "write it in decimal, or in quotes if it is a string"
        raise Refused(f"YAML readers disagree on what number {text} is", advice)
    if _NOT_FINITE.fullmatch(text):
        raise Refused(f"{text} is not a number that JSON can hold", "write a finite number")
    if _INTEGER.fullmatch(text):
        if len(text) > _MAX_DIGITS:
            raise Refused(f"a number of {len(text)} digits", "write a smaller one")
        return int(text)
    if _FLOAT.fullmatch(text):
        value = float(text)
        if value in (float("inf"), float("-inf")):
            raise Refused(f"{text[:40]} is too large for a number", "write a smaller one")
        return value
    return text


def key_text(text: str, plain: bool, pointer: str) -> str:
    """The text of a key in the mapping at `pointer`. Raises Refused for one that is not a
    string; statuses below `responses` need no quotes."""
    if plain and text == "<<":
        raise Refused("merge key << is refused", "write the members out")
    is_string = isinstance(scalar(text, plain), str)
    if is_string or (_STATUS.fullmatch(text) and pointer.endswith("/responses")):
        return text
    raise Refused(f"key {text or 'null'} is not a string", f'write it in quotes: "{text}"')
