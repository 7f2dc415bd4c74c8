"""Downloads Debian packages and reads the files in them."""

import fnmatch
import gzip
import io
import os
import pathlib
import shutil
import subprocess
import tarfile


class Mistake(Exception):
    """Something that the caller can put right."""


class Failure(Exception):
    """The machine or the network failed."""


class Package:
    """A package file; its small files are kept in memory."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        field = ["dpkg-deb", "--field", str(path)]
        self.name = output(field + ["Package"]).decode().strip()
        self.version = output(field + ["Version"]).decode().strip()
        self.files: dict[str, bytes] = {}
        archive = output(["dpkg-deb", "--fsys-tarfile", str(path)])
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            for member in tar:
                if member.isfile():
                    self.files[member.name.removeprefix("./")] = tar.extractfile(member).read()

    def matching(self, pattern: str) -> list[tuple[str, bytes]]:
        """Files whose path fits, sorted by path. Compressed ones are opened."""
        found = []
        for path in sorted(self.files):
            if fnmatch.fnmatchcase(path, pattern):
                data = self.files[path]
                found.append((path, gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data))
        if not found:
            raise Failure(f"{self.name} {self.version} holds no {pattern}; it may have changed.")
        return found

    @property
    def copyright(self) -> bytes:
        return self.files.get(f"usr/share/doc/{self.name}/copyright", b"")


class Packages:
    """What was downloaded, by name."""

    def __init__(self, found: dict[str, Package]) -> None:
        self.found = found
        self.names = sorted(found)

    def __getitem__(self, name: str) -> Package:
        return self.found[name]


def download(names: list[str], scratch: pathlib.Path) -> Packages:
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise Mistake(f"{tool} is not there: this corpus comes from Debian's packages.")
    command = ["apt-get", "--quiet", "--quiet", "download"]
    if os.geteuid() == 0:
        # The sandbox user cannot write to a private folder and apt warns about it.
        command[1:1] = ["-o", "APT::Sandbox::User=root"]
    unique = list(dict.fromkeys(names))
    print(f"downloading {len(unique)} packages of text", flush=True)
    done = subprocess.run(command + unique, cwd=scratch, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(
            f"apt-get could not download the text: {done.stderr.strip()}\n"
            "Run apt-get update and try again."
        )
    found = {}
    for path in sorted(scratch.glob("*.deb")):
        package = Package(path)
        found[package.name] = package
    missing = [name for name in unique if name not in found]
    if missing:
        raise Failure(f"apt-get downloaded no {', '.join(missing)}.")
    return Packages(found)


def output(command: list[str], **options: object) -> bytes:
    done = subprocess.run(command, capture_output=True, **options)
    if done.returncode != 0:
        raise Failure(f"{command[0]} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
