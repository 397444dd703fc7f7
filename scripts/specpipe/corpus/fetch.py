"""Documents out of packages of the registries, by the registries' own clients, kept in a cache."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from specpipe.bench.peers.making import run
from specpipe.corpus.members import NPM, Member
from specpipe.diagnostics import ToolError


def document(member: Member, cache: Path) -> Path:
    """The file of a member, fetched once. Raises ToolError when it cannot be, or is another one."""
    kept = cache / f"{member.sha256}{Path(member.path.removesuffix('.gz')).suffix}"
    if not kept.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        print(f"fetching {member.source} (once)", flush=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            content = extracted(packed(member, Path(folder)), member.path)
            verified(member, content)
            whole = Path(folder, "document")
            whole.write_bytes(content)
            whole.replace(kept)
    verified(member, kept.read_bytes())
    return kept


def verified(member: Member, content: bytes) -> None:
    """Raise ToolError unless `content` is what was pinned."""
    found = hashlib.sha256(content).hexdigest()
    if found != member.sha256:
        raise ToolError(
            f"{member.name}: {member.path} of {member.source} has the SHA-256 {found}, not "
            f"{member.sha256}: look at what changed, then pin it in members.json"
        )


def packed(member: Member, folder: Path) -> Path:
    """The package as the registry has it. Raises ToolError."""
    if member.registry == NPM:
        npm = shutil.which("npm")
        if npm is None:
            raise ToolError("npm is not there: install Node.js 20.19 or newer")
        wanted = f"{member.package}@{member.version}"
        command: tuple[str, ...] = (npm, "pack", wanted, "--silent", f"--pack-destination={folder}")
    else:
        wanted = f"{member.package}=={member.version}"
        download = ("-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:")
        command = (sys.executable, *download, f"--dest={folder}", wanted)
    try:
        run(*command)
    except ToolError as error:
        raise ToolError(
            f"{member.name} is not in the cache and {member.source} could not be fetched: connect "
            f"to the registry once ({error})"
        ) from None
    return next(path for path in folder.iterdir() if path.suffix in (".tgz", ".whl"))


def extracted(package: Path, path: str) -> bytes:
    """One file of a package, unpacked if it is packed itself. Raises ToolError."""
    try:
        if package.suffix == ".whl":
            with zipfile.ZipFile(package) as wheel:
                content = wheel.read(path)
        else:
            with tarfile.open(package) as tarball:
                file = tarball.extractfile(path)
                content = file.read() if file is not None else b""
    except (KeyError, OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise ToolError(f"{package.name}: {path} cannot be read: {error}") from None
    return gzip.decompress(content) if path.endswith(".gz") else content
