"""What git has of the past: files of a commit, without touching the folder."""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from specpipe.diagnostics import Misuse, ToolError, one_line
from specpipe.tree import Tree

DEFAULTS = ("origin/main", "HEAD")
"""What a spec is compared with unless told otherwise: the first of these that there is."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository; `root` is its top folder."""

    root: Path

    @classmethod
    def around(cls, path: Path) -> Repository:
        """The repository that `path` is in. Raises Misuse when it is in none, or git is missing."""
        folder = path.resolve().parent
        done = _git(folder, "rev-parse", "--show-toplevel")
        if done.returncode:
            said = one_line(done.stderr.decode(errors="replace").strip())
            raise Misuse(f"{path}: in no git repository that can be read: {said}")
        return cls(Path(done.stdout.decode().rstrip("\n")))

    def relative(self, path: Path) -> str:
        """`path` as git names it. Raises Misuse when it is outside."""
        try:
            return path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            raise Misuse(f"{path}: outside the repository {self.root}") from None

    def base(self, ref: str) -> str:
        """The commit that `ref`, or without one the first of DEFAULTS, and HEAD have in common:
        what others changed there since is not ours. Raises Misuse."""
        wanted = (ref,) if ref.strip() else DEFAULTS
        for name in wanted:
            found = self._read("rev-parse", "--verify", "--quiet", "--end-of-options", name + "^0")
            if found is not None:
                break
        else:
            shown = " or ".join(wanted)
            raise Misuse(f"BASE: git knows no commit {shown}: name one, or fetch it")
        common = self._read("merge-base", found.decode().strip(), "HEAD")
        if common is None:
            raise Misuse(f"BASE: {name} and HEAD have nothing in common: fetch the whole history")
        return common.decode().strip()

    def file(self, commit: str, path: str) -> bytes | None:
        """The content of a file in a commit; None when it has no such file."""
        return self._read("cat-file", "blob", f"{commit}:{path}")

    def tree(self, commit: str, folder: str) -> Tree:
        """The files below a folder in a commit, by their path relative to it."""
        packed = self._read("archive", "--format=tar", f"{commit}:{folder}")
        if packed is None:
            return {}
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            plain = [member for member in archive if member.isfile()]
            files = ((member.name, archive.extractfile(member)) for member in plain)
            return {name: file.read() for name, file in files if file is not None}

    def dirty(self) -> tuple[str, ...]:
        """The paths that are not as committed, new ones included. Raises ToolError when git does
        not know."""
        said = self._read("status", "--porcelain", "-z", "--no-renames")
        if said is None:
            raise ToolError(f"{self.root}: git cannot say what is not as committed")
        return tuple(entry[3:] for entry in said.decode(errors="replace").split("\0") if entry)

    def _read(self, *arguments: str) -> bytes | None:
        """What git says; None when it fails."""
        done = _git(self.root, *arguments)
        return None if done.returncode else done.stdout


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, capture_output=True, check=False)
    except (OSError, ValueError) as error:
        raise Misuse(f"git cannot be run: {one_line(str(error))}: install it") from error
