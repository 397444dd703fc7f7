"""What openapi-python-client writes, kept in memory: of a thousand files it makes, most are empty,
since we discard them, and the disk takes longer for them than all that is rendered."""

from __future__ import annotations

import os
from pathlib import PurePosixPath


class Output(os.PathLike[str]):
    """Stands in for the `pathlib.Path` of its output folder, and of what is in it. `files` has the
    texts that were written, by path relative to the folder."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._place = PurePosixPath()

    def __truediv__(self, name: str) -> Output:
        inner = Output()
        inner.files, inner._place = self.files, self._place / name
        return inner

    def __fspath__(self) -> str:
        """No path, so that nothing is found there to be removed."""
        return ""

    def mkdir(self, *, parents: bool = False, exist_ok: bool = False) -> None:
        """Folders are there by themselves."""

    def write_text(self, text: str, encoding: str) -> None:
        """Keep a file, unless it is empty."""
        if text:
            self.files[self._place.as_posix()] = text.encode(encoding)
