"""The packages of the tools: which version is locked, and whether it is installed here."""

from __future__ import annotations

import json
import platform
import re
import shutil
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
JAVASCRIPT = HERE / "javascript"
LANGUAGES = HERE / "languages"
OLDER = HERE / "older"
MORE = HERE / "more"
PYTHON = HERE / "python"


class Package(ABC):
    """A package with its version."""

    name: str

    @property
    @abstractmethod
    def version(self) -> str:
        """The version that is locked."""

    @property
    @abstractmethod
    def is_installed(self) -> bool:
        """Whether it is on this machine."""


@dataclass(frozen=True)
class NpmPackage(Package):
    """A package from npm, in a folder with a lock file."""

    name: str
    folder: Path = JAVASCRIPT

    @property
    def version(self) -> str:
        packages = json.loads((self.folder / "package-lock.json").read_text())["packages"]
        return str(packages[f"node_modules/{self.name}"]["version"])

    @property
    def is_installed(self) -> bool:
        return (self.folder / "node_modules" / self.name).is_dir()


@dataclass(frozen=True)
class PyPiPackage(Package):
    """A package from PyPI, in a virtual environment named like its lock file, inside that of the tests."""

    name: str
    lock: Path = PYTHON / "ai-tools.txt"

    @property
    def version(self) -> str:
        # If it depends on Python's version, the last line is for the newest.
        found: list[str] = re.findall(rf"^{re.escape(self.name)}==(\S+)", self.lock.read_text(), re.MULTILINE)
        return found[-1]

    @property
    def is_installed(self) -> bool:
        return any(self._environment.glob(f"lib/python*/site-packages/{self.name.replace('-', '_')}-*.dist-info"))

    @property
    def _environment(self) -> Path:
        return Path(sys.prefix, self.lock.stem)

    def program(self, name: str) -> str:
        """Return the path of a program in that environment."""
        return str(self._environment / "bin" / name)


@dataclass(frozen=True)
class SystemProgram(Package):
    """A program of the machine's distribution, in whatever version that has, and a library that it must be built on."""

    name: str
    library: str = "usr"
    version = "–"

    @property
    def is_installed(self) -> bool:
        return bool(shutil.which(self.name, path="/usr/bin:/bin") and any(Path("/").glob(self.library)))


@dataclass(frozen=True)
class GoProgram(Package):
    """A program that uses Go's standard library alone; `make` compiles it."""

    name: str
    version = "–"

    @property
    def path(self) -> Path:
        """The program itself."""
        return HERE / "go" / self.name

    @property
    def is_installed(self) -> bool:
        return self.path.exists()


def node(major: int) -> NpmPackage:
    """Return the package of a Node.js, for this machine's processor."""
    processor = {"aarch64": "arm64", "x86_64": "x64"}
    return NpmPackage(f"node-linux-{processor.get(platform.machine(), 'x64')}", HERE / "node" / str(major))
