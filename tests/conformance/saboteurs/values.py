"""Defects that damage a value on its way into the store."""

from __future__ import annotations

import re
import struct
import unicodedata
from datetime import UTC, datetime
from typing import Any

from .planting import Modules, deeply, defect, numbers, rewrite, stored, texts

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


@defect("values", "law/texts-are-exact")
def text_is_trimmed(modules: Modules) -> None:
    """Blanks around a text are lost."""
    texts(modules, str.strip)


@defect("values", "law/texts-are-exact")
def text_is_normalised(modules: Modules) -> None:
    """Text is stored in Unicode's normal form C."""
    texts(modules, lambda text: unicodedata.normalize("NFC", text))


@defect("values", "law/texts-are-exact")
def line_ends_are_unified(modules: Modules) -> None:
    """CR LF becomes LF."""
    texts(modules, lambda text: text.replace("\r\n", "\n"))


@defect("values", "law/texts-are-exact")
def astral_characters_are_replaced(modules: Modules) -> None:
    """Characters beyond the basic plane become question marks."""
    texts(modules, lambda text: re.sub("[\U00010000-\U0010ffff]", "?", text))


@defect("values", "law/texts-are-exact")
def line_separators_are_dropped(modules: Modules) -> None:
    """U+2028 and U+2029, which JavaScript once stumbled over, are lost."""
    texts(modules, lambda text: re.sub("[\u2028\u2029]", "", text))


@defect("values", "law/texts-are-exact")
def control_characters_are_dropped(modules: Modules) -> None:
    """Control characters but line ends and tabs are lost."""
    texts(modules, lambda text: re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", text))


@defect("values", "law/texts-are-exact")
def text_ends_at_nul(modules: Modules) -> None:
    """Text is cut at U+0000."""
    texts(modules, lambda text: text.partition("\0")[0])


@defect("values", "law/texts-are-exact")
def text_is_escaped_for_html(modules: Modules) -> None:
    """< and & in text are stored as HTML writes them."""
    texts(modules, lambda text: text.replace("&", "&amp;").replace("<", "&lt;"))


@defect("values", "law/texts-are-exact")
def invisible_characters_are_dropped(modules: Modules) -> None:
    """Marks of direction, joiners and the byte order mark are lost."""
    texts(modules, lambda text: "".join(c for c in text if unicodedata.category(c) != "Cf"))


@defect("values", "law/texts-are-exact")
def long_text_is_cut(modules: Modules) -> None:
    """Text is cut at 255 characters."""
    texts(modules, lambda text: text[:255])


@defect("values", "law/texts-are-exact")
def very_long_text_is_cut(modules: Modules) -> None:
    """Text is cut at 65,535 characters."""
    texts(modules, lambda text: text[:65_535])


@defect("values", "law/shapes-are-exact")
def empty_text_is_dropped(modules: Modules) -> None:
    """A member with an empty text is lost."""
    stored(modules, lambda value: deeply(value, lambda v: without(v, "")))


@defect("values", "law/shapes-are-exact")
def null_is_dropped(modules: Modules) -> None:
    """A member that is null is lost, inside of objects."""
    stored(modules, lambda value: deeply(value, lambda v: without(v, None)))


@defect("values", "law/shapes-are-exact")
def empty_lists_are_dropped(modules: Modules) -> None:
    """A member that is an empty list is lost, inside of objects."""
    stored(modules, lambda value: deeply(value, lambda v: without(v, [])))


@defect("values", "law/shapes-are-exact")
def empty_objects_are_dropped(modules: Modules) -> None:
    """A member that is an empty object is lost, inside of objects."""
    stored(modules, lambda value: deeply(value, lambda v: without(v, {})))


def without(value: Any, unwanted: Any) -> Any:
    """An object without the members that are `unwanted`, and of its type."""
    if not isinstance(value, dict):
        return value
    return {n: v for n, v in value.items() if not (type(v) is type(unwanted) and v == unwanted)}


@defect("values", "law/shapes-are-exact")
def unknown_members_are_dropped_at_depth(modules: Modules) -> None:
    """Members that the spec does not know are lost inside of objects that it knows."""
    known: set[str] = set()

    def note(schemas: Any, document: Any) -> None:
        for schema in document["components"]["schemas"].values():
            known.update(schema.get("properties", {}))
        init(schemas, document)

    init = modules.json_input.Schemas.__init__
    modules.json_input.Schemas.__init__ = note

    def prune(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: inner for name, inner in value.items() if name in known}

    stored(modules, lambda value: deeply(value, prune))


@defect("values", "law/shapes-are-exact")
def names_are_in_lower_case(modules: Modules) -> None:
    """Names of unknown members deep inside are written in lower case."""

    def lower(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {n.lower() if n.startswith(("x", "X")) else n: v for n, v in value.items()}

    stored(modules, lambda value: deeply(value, lower))


@defect("values", "law/shapes-are-exact")
def lists_are_sets(modules: Modules) -> None:
    """What is in a list twice is stored once."""

    def unique(value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return [item for n, item in enumerate(value) if item not in value[:n]]

    stored(modules, lambda value: deeply(value, unique))


@defect("values", "law/shapes-are-exact")
def lists_are_sorted(modules: Modules) -> None:
    """Lists of numbers or of texts are put in order."""

    def ordered(value: Any) -> Any:
        kinds = {type(item) for item in value} if isinstance(value, list) else set()
        return sorted(value) if (kinds and kinds <= {int, float}) or kinds == {str} else value

    stored(modules, lambda value: deeply(value, ordered))


@defect("values", "law/numbers-are-exact")
def floats_are_rounded(modules: Modules) -> None:
    """Numbers keep six digits after the point."""
    numbers(modules, lambda n: round(n, 6) if isinstance(n, float) else n)


@defect("values", "law/numbers-are-exact")
def floats_are_single(modules: Modules) -> None:
    """Numbers with a fraction have 32 bits."""

    def single(number: Any) -> Any:
        if not isinstance(number, float) or abs(number) > 3e38:
            return number
        return struct.unpack("f", struct.pack("f", number))[0]

    numbers(modules, single)


@defect("values", "law/numbers-are-exact")
def big_integers_are_doubles(modules: Modules) -> None:
    """Integers beyond 2^53 lose digits."""
    numbers(modules, lambda n: int(float(n)) if isinstance(n, int) and abs(n) < 2**1000 else n)


@defect("values", "law/numbers-are-exact")
def big_integers_are_clamped(modules: Modules) -> None:
    """Integers beyond 2^63 - 1 become that."""
    most = 2**63 - 1
    numbers(modules, lambda n: max(-most, min(n, most)) if isinstance(n, int) else n)


@defect("values", "law/numbers-are-exact")
def numbers_are_text(modules: Modules) -> None:
    """Very large and very small numbers are stored as text."""

    def text(number: Any) -> Any:
        strange = isinstance(number, float) and (abs(number) > 1e21 or 0 < abs(number) < 1e-6)
        return repr(number) if strange else number

    numbers(modules, text)


def moments(modules: Modules, edit: Any) -> None:
    """Let `edit` change each text that is a date-time."""
    texts(modules, lambda text: edit(text) if DATE_TIME.fullmatch(text) else text)


@defect("values", "law/date-times-are-exact")
def date_times_are_cut_to_milliseconds(modules: Modules) -> None:
    """Date-times keep three digits of a fraction."""
    moments(modules, lambda text: re.sub(r"(\.\d{3})\d+", r"\1", text))


@defect("values", "law/date-times-are-exact")
def date_times_are_cut_to_microseconds(modules: Modules) -> None:
    """Date-times keep six digits of a fraction."""
    moments(modules, lambda text: re.sub(r"(\.\d{6})\d+", r"\1", text))


@defect("values", "law/date-times-are-exact")
def date_times_are_turned_to_utc(modules: Modules) -> None:
    """Date-times are stored in UTC, so that the offset is lost."""

    def turn(text: str) -> str:
        try:
            return datetime.fromisoformat(text.upper()).astimezone(UTC).isoformat()
        except (ValueError, OverflowError):
            return text

    moments(modules, turn)


@defect("values", "law/date-times-are-exact")
def date_times_lose_their_offset(modules: Modules) -> None:
    """Date-times keep the clock's time, and Z in place of the offset."""
    moments(modules, lambda text: re.sub(r"[+-]\d\d:\d\d$", "Z", text))


@defect("values", "law/texts-are-exact")
def text_is_trimmed_in_lists(modules: Modules) -> None:
    """Blanks around a text are lost in a snapshot, while a get has them."""

    def strip(type: Any, body: Any) -> Any:
        return deeply(body, lambda value: value.strip() if isinstance(value, str) else value)

    rewrite(modules, "snapshot", strip)


@defect("values", "law/numbers-are-exact")
def an_update_rounds(modules: Modules) -> None:
    """Numbers with a fraction are rounded by an update, not by a create."""
    update = modules.resource_class.update

    async def rounding(self: Any, body: Any, **keywords: Any) -> Any:
        if body is not None:
            body.value = deeply(body.value, lambda v: round(v, 3) if isinstance(v, float) else v)
        return await update(self, body, **keywords)

    modules.resource_class.update = rounding
