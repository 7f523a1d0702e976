"""One customer's share of a notice, as his mail shows it: contracts, servers, packages, and the commands for them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from feedbot.inventory import Component, Contract
from feedbot.matching import Exposure, Match, MatchVerdict
from feedbot.notice._words import PLANS, natural

PACKAGED = ("deb", "rpm")
"""The schemes of distributions' packages; of all others the maker's own version is installed."""
_MAKER = "maker"
"""Who is asked of a distribution's package that the distribution says nothing of."""
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]*")
_OLD = re.compile(r"(?:centos|rhel|ol):[5-7](?:\.|$)|amazon:[12]$|amzn:[12]$")


@dataclass(frozen=True, slots=True)
class Package:
    """Packages of one version, built of one source. `unknown` says that it could not be decided whether they are
    concerned."""

    names: tuple[str, ...]
    version: str
    unknown: bool


@dataclass(frozen=True, slots=True)
class Software:
    """Packages that one step corrects. `fixed` are their distribution's corrected versions, or their maker's where
    no distribution stands between (`packaged` is then False); `upstream` those of the maker, where only these are known
    of a distribution's package. `unfixed` says that the distribution has no corrected package yet, `ended` that it
    looks after the package no more."""

    packages: tuple[Package, ...]
    fixed: tuple[str, ...]
    upstream: tuple[str, ...]
    packaged: bool
    unfixed: bool = False
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Host:
    """A server with its software. Its name is empty where a contract has no server in the inventory."""

    name: str
    distro: str
    software: tuple[Software, ...]


@dataclass(frozen=True, slots=True)
class Commands:
    """What to type on servers of some distributions: to see the installed versions, and to update."""

    distros: tuple[str, ...]
    check: str
    update: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A contract with its servers; `contract.acts` tells who must act. `components` are what is concerned on them."""

    contract: Contract
    hosts: tuple[Host, ...]
    components: tuple[Component, ...]

    @property
    def sure(self) -> bool:
        """True when a package is known to be concerned, False when it only may be."""
        return any(not one.unknown for host in self.hosts for software in host.software for one in software.packages)

    @property
    def packaged(self) -> bool:
        """True where something comes from a distribution's packages."""
        return any(software.packaged for host in self.hosts for software in host.software)

    @property
    def built(self) -> bool:
        """True where something was put there without a distribution's packages."""
        return any(not software.packaged for host in self.hosts for software in host.software)


def shares(exposures: Iterable[Exposure]) -> tuple[Share, ...]:
    """Group exposures by contract, servers by name, both as people sort them."""
    ordered = sorted(exposures, key=lambda one: (natural(one.contract.id), one.contract.id, natural(one.server.name)))
    return tuple(_share(contract, tuple(own)) for contract, own in groupby(ordered, key=lambda one: one.contract))


def _share(contract: Contract, own: tuple[Exposure, ...]) -> Share:
    hosts = tuple(Host(one.server.name, one.server.distro, _software(one)) for one in own)
    return Share(contract, hosts, tuple(one.component for exposure in own for one in _concerned(exposure)))


def _concerned(exposure: Exposure) -> Iterator[Match]:
    return (one for one in exposure.matches if one.verdict in (MatchVerdict.AFFECTED, MatchVerdict.UNKNOWN))


def _software(exposure: Exposure) -> tuple[Software, ...]:
    """Group by source and correction: a source's binary packages are corrected together.

    A maker's fixed version says nothing of a distribution's package, which carries corrections back.
    """
    groups: dict[tuple[str, bool, str, tuple[str, ...]], list[Match]] = {}
    for one in _concerned(exposure):
        packaged = one.component.scheme in PACKAGED
        said = one.because.rule if one.because.distro else _MAKER if packaged else ""
        source = one.component.source or one.component.name
        groups.setdefault((source, packaged, said, tuple(dict.fromkeys(one.fixed))), []).append(one)
    return tuple(
        Software(
            _packages(found),
            () if said == _MAKER else fixed,
            fixed if said == _MAKER else (),
            packaged,
            unfixed=said == "distro-open" and not fixed,
            ended=said == "distro-end_of_life",
        )
        for (_, packaged, said, fixed), found in groups.items()
    )


def _packages(found: Iterable[Match]) -> tuple[Package, ...]:
    names: dict[tuple[str, bool], dict[str, None]] = {}
    for one in found:
        key = (one.component.version, one.verdict is MatchVerdict.UNKNOWN)
        names.setdefault(key, {})[one.component.name] = None
    return tuple(Package(tuple(found), version, unknown) for (version, unknown), found in names.items())


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


def concerning(text: str, held: Iterable[Share]) -> str:
    """Leave the items for customers of other plans out of a text (- VPSをご利用のお客様: …) for one customer."""
    own = {(PLANS[one.contract.plan], one.contract.acts) for one in held}
    kept: list[str] = []
    mine = True
    for line in text.split("\n"):
        if found := _FOR_PLANS.match(line):
            wanted = {True, False} if found["who"] is None else {found["who"] in _HIMSELF}
            mine = any(plan in found["plans"].split("・") and acts in wanted for plan, acts in own)
        elif not line.startswith("  "):
            mine = True
        if mine:
            kept.append(line)
    return "\n".join(kept).strip("\n")


_HIMSELF = ("root 権限をお持ちの", "ソフトウェアの更新をご自身で行うご契約の")
_SERVED = ("root 権限をお持ちでない", "ソフトウェアの更新を弊社が行うご契約の")
_FOR_PLANS = re.compile(
    rf"- (?P<plans>[^:\n]+?)をご利用のお客様(?:\((?P<who>{'|'.join((*_HIMSELF, *_SERVED))})お客様\))?: "
)
