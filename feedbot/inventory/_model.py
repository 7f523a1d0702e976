"""The nouns of the inventory."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Plan(StrEnum):
    """What the customer rents: 共用, VPS, 専用, マネージド."""

    SHARED = "shared"
    VPS = "vps"
    DEDICATED = "dedicated"
    MANAGED = "managed"


@dataclass(frozen=True, slots=True)
class Component:
    """One installed package or product, the same on every server that has it.

    `scheme` orders its version (deb, rpm, generic, pep440 …); `source` is the source package name (deb, rpm) or the
    name itself;
    `distro` the release it belongs to (debian:12, ubuntu:24.04, almalinux:9), empty for self-built software; `stream`
    the module stream (php:8.2) that an rpm was built for, empty where it was for none or that is not told.
    """

    scheme: str
    name: str
    version: str
    source: str = ""
    source_version: str = ""
    arch: str = ""
    distro: str = ""
    stream: str = ""


@dataclass(frozen=True, slots=True)
class Customer:
    """Who receives. `name` is 会社名・氏名 without honorific, `organisation` True for 御中, False for 様."""

    id: str
    name: str
    email: str
    organisation: bool = False
    language: str = "ja"
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Contract:
    """What a customer rents. `root` is True where the customer administers the server himself."""

    id: str
    customer: str
    plan: Plan
    root: bool


@dataclass(frozen=True, slots=True)
class Server:
    """One machine. `name` is its host name in the inventory, unique; `distro` as in Component, empty when not known."""

    name: str
    contract: str
    distro: str = ""


@dataclass(frozen=True, slots=True)
class HostPackages:
    """What one inventory file says of one server; `server` is empty where the file does not name it (then --server
    does), and `guessed` where only the file's name says it. `kernel` is the one that runs, as `uname -r` prints it,
    empty where the file does not say it."""

    server: str
    components: tuple[Component, ...]
    distro: str = ""
    guessed: bool = False
    kernel: str = ""

    def placed(self, server: str = "", distro: str = "") -> "HostPackages":
        """Return the same with the server and release filled in where the file did not name them.

        `distro` goes to every package of the release, not to self-built software, whose scheme is none of its own.
        """
        release = self.distro or distro
        return HostPackages(
            self.server or server.lower(),
            tuple(
                replace(one, distro=release) if release and not one.distro and one.scheme in ("deb", "rpm") else one
                for one in self.components
            ),
            release,
            self.guessed,
            self.kernel,
        )


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken in: file, line (from 1), the row as it stood, why, and what to do where that is known.

    Line 0 stands for all that a file says of a server, whose name is then the row.
    """

    file: str
    line: int
    row: str
    reason: str
    hint: str = ""
