"""One customer's share of a notice, as his mail shows it: contracts, servers, packages, and the commands for them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from feedbot.inventory import Component, Contract
from feedbot.matching import Exposure, Match, MatchVerdict

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]*")
_OLD = re.compile(r"(?:centos|rhel|ol):[5-7](?:\.|$)|amazon:[12]$|amzn:[12]$")


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package. `fixed` are its distribution's corrected versions, `upstream` those of its maker, where
    only these are known; `unknown` says that it could not be decided whether it is concerned."""

    name: str
    version: str
    fixed: tuple[str, ...]
    upstream: tuple[str, ...]
    unknown: bool


@dataclass(frozen=True, slots=True)
class Host:
    """A server with its packages."""

    name: str
    distro: str
    packages: tuple[Package, ...]


@dataclass(frozen=True, slots=True)
class Commands:
    """What to type on servers of some distributions: to see the installed versions, and to update."""

    distros: tuple[str, ...]
    check: str
    update: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A contract with its servers; `contract.root` tells who must act."""

    contract: Contract
    hosts: tuple[Host, ...]
    commands: tuple[Commands, ...]

    @property
    def sure(self) -> bool:
        """True when a package is known to be concerned, False when it only may be."""
        return any(not package.unknown for host in self.hosts for package in host.packages)


def shares(exposures: Iterable[Exposure]) -> tuple[Share, ...]:
    """Group exposures by contract, servers by name."""
    ordered = sorted(exposures, key=lambda one: (one.contract.id, one.server.name))
    return tuple(_share(contract, tuple(own)) for contract, own in groupby(ordered, key=lambda one: one.contract))


def _share(contract: Contract, own: tuple[Exposure, ...]) -> Share:
    hosts = tuple(Host(one.server.name, one.server.distro, _packages(one)) for one in own)
    return Share(contract, hosts, commands(one.component for exposure in own for one in _concerned(exposure)))


def _concerned(exposure: Exposure) -> Iterator[Match]:
    return (one for one in exposure.matches if one.verdict in (MatchVerdict.AFFECTED, MatchVerdict.UNKNOWN))


def _packages(exposure: Exposure) -> tuple[Package, ...]:
    return tuple(dict.fromkeys(_package(one) for one in _concerned(exposure)))


def _package(match: Match) -> Package:
    """A maker's fixed version says nothing of a distribution's package, which carries corrections back."""
    component = match.component
    of_distro = bool(match.because.distro) or component.scheme not in ("deb", "rpm")
    fixed = tuple(dict.fromkeys(match.fixed))
    return Package(
        component.name,
        component.version,
        fixed if of_distro else (),
        () if of_distro else fixed,
        match.verdict is MatchVerdict.UNKNOWN,
    )


def commands(components: Iterable[Component]) -> tuple[Commands, ...]:
    """Return the commands for each package manager among `components`.

    Only plain package names are taken, since a customer pastes these lines into a shell.
    """
    managers: dict[str, list[Component]] = {}
    for one in components:
        if _PLAIN.fullmatch(one.name) and (manager := _manager(one)):
            managers.setdefault(manager, []).append(one)
    return tuple(_commands(manager, found) for manager, found in sorted(managers.items()))


def _manager(component: Component) -> str:
    match component.scheme:
        case "deb":
            return "apt"
        case "rpm":
            return "yum" if _OLD.match(component.distro) else "dnf"
    return ""


def _commands(manager: str, found: Iterable[Component]) -> Commands:
    names = " ".join(sorted({one.name for one in found}))
    distros = tuple(sorted({one.distro for one in found if one.distro}))
    match manager:
        case "apt":
            update = ("sudo apt-get update", f"sudo apt-get install --only-upgrade {names}")
            return Commands(distros, f"dpkg-query -W {names}", update)
        case "dnf":
            return Commands(distros, f"rpm -q {names}", (f"sudo dnf upgrade {names}",))
    return Commands(distros, f"rpm -q {names}", (f"sudo yum update {names}",))
