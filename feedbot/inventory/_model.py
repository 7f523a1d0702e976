"""The nouns of the inventory."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class Plan(StrEnum):
    """What the customer rents: 共用, VPS, 専用, マネージド."""

    SHARED = "shared"
    VPS = "vps"
    DEDICATED = "dedicated"
    MANAGED = "managed"


class Role(StrEnum):
    """What a contact is written to for: 技術, 管理, 緊急."""

    TECHNICAL = "technical"
    ADMINISTRATIVE = "administrative"
    EMERGENCY = "emergency"


class Topic(StrEnum):
    """What a mail is about, as far as somebody may decline it: 注意喚起 (and ブロックリスト登録), 障害報告,
    メンテナンス, お知らせ; and 緊急, whatever its kind."""

    SECURITY = "security"
    TROUBLE = "trouble"
    MAINTENANCE = "maintenance"
    OWN = "own"
    URGENT = "urgent"


class Receives(StrEnum):
    """Who gets the mails of a reseller's customer: he himself (直接), the reseller (代理店), or both of them (両方)."""

    CUSTOMER = "customer"
    RESELLER = "reseller"
    BOTH = "both"


class PatchedBy(StrEnum):
    """Who updates a server's software: the customer (お客様) or the provider (弊社)."""

    CUSTOMER = "customer"
    PROVIDER = "provider"


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
    """Who receives. `name` is 会社名・氏名 without honorific, `organisation` True for 御中, False for 様.

    `email` is his main address: it answers for every role that none of his contacts holds. `reseller` is the customer
    through whom he rents (代理店), empty for none; `receives` says which of them is written to. `opt_outs` are what the
    main address declines.
    """

    id: str
    name: str
    email: str
    organisation: bool = False
    language: str = "ja"
    encoding: str = "utf-8"
    reseller: str = ""
    receives: Receives = Receives.CUSTOMER
    opt_outs: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """A further address of a customer, for some roles. `name` is the person's, `department` his 部署; either may be
    empty. One address stands once a customer, whatever its case."""

    customer: str
    email: str
    roles: tuple[Role, ...]
    name: str = ""
    department: str = ""
    language: str = "ja"
    encoding: str = "utf-8"
    opt_outs: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """What a customer rents. `root` is True where the customer administers the server himself.

    `patched_by` says who updates it; None: whoever administers it. `brand` is in whose name he is written to, empty for
    the provider's own. `waives` are 注意喚起 and 緊急 where the contract lets its customer decline even these.
    """

    id: str
    customer: str
    plan: Plan
    root: bool
    patched_by: PatchedBy | None = None
    brand: str = ""
    waives: tuple[Topic, ...] = ()

    @property
    def acts(self) -> bool:
        """True where the customer must act himself, False where the provider does."""
        return self.root if self.patched_by is None else self.patched_by is PatchedBy.CUSTOMER


@dataclass(frozen=True, slots=True)
class Server:
    """One machine. `name` is its host name in the inventory, unique; `distro` as in Component, empty when not known.

    It is of its contract from `since` up to and with `until` (days in JST), without end where they are None: one name
    may be of several contracts one after another.
    """

    name: str
    contract: str
    distro: str = ""
    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether it is of its contract on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def meets(self, other: "Server") -> bool:
        """Tell whether there is a day on which both hold."""
        since = max(self.since or date.min, other.since or date.min)
        return since <= min(self.until or date.max, other.until or date.max)


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
