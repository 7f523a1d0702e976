"""Red Hat's CSAF 2.0: a VEX file for each CVE, and an advisory for each erratum (RHSA).

A status stands on a product that is `COMPONENT of PLATFORM` (relationships); the platform's CPE names the release, the
component's purl the package. `known_affected` is told apart by its remediation: no fix yet, will not be fixed, or out
of support. https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html, sections 3.2.2 and 3.2.3.

changes.csv names every document with the time of its last change (7.1.13 there), so it is the whole; the first rounds
take it in step by step, and `distro collect` tells how much is left. Red Hat's archives of all documents are tar.zst,
which is not read here: unpack one and load its files by hand to begin with.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from urllib.parse import urljoin

from feedbot.advisory import Quarantined
from feedbot.distro import _redhat
from feedbot.distro._files import decoded, pieces
from feedbot.distro._json import parsed, quarantined
from feedbot.distro._model import DistroInfo, Silent, Statement, StatementStatus
from feedbot.distro._osv import time
from feedbot.errors import SourceError

DISTRO = DistroInfo(
    "Red Hat (CSAF, VEX)",
    "https://security.access.redhat.com/data/csaf/v2/vex/changes.csv",
    limit=64 << 20,
    listing=True,
)
HEAD = re.compile(r'"csaf_version"\s*:|"category"\s*:\s*"csaf_')

_LINE = re.compile(r'"?(?P<path>[0-9]{4}/[A-Za-z0-9_.-]+\.json)"?\s*,\s*"?(?P<moment>[0-9T:+.Z-]+)"?')
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")
_ERRATUM = re.compile(r"RH[SBE]A-[0-9]{4}:[0-9]+")


@dataclass(frozen=True, slots=True)
class _Product:
    """A package on a platform; `release` is None where the platform is not Red Hat Enterprise Linux."""

    release: tuple[str, str] | None
    package: str
    version: str
    stream: str


@dataclass(frozen=True, slots=True)
class _Tree:
    """What a document calls its products: id → CPE, id → purl, id → (component, platform)."""

    cpes: Mapping[str, str]
    purls: Mapping[str, str]
    parents: Mapping[str, tuple[str, str]]

    def product(self, id_: str) -> _Product | None:
        """Return what an id stands for; None where it is no package (a platform as a whole, a container …)."""
        component, platform, stream = id_, id_, ""
        for _ in range(8):  # a module lies between; what is deeper, or leads back to itself, is no product
            if platform not in self.parents:
                break
            part, platform = self.parents[platform]
            component = part if component == id_ else component
            stream = stream or _redhat.module(part)
        found = _redhat.package(self.purls.get(component, "")) if component != id_ else None
        if found is None:
            return None
        stream = found[2] or stream or _redhat.module(id_)
        return _Product(_redhat.place(self.cpes.get(platform, "")), found[0], found[1], stream)


def listing(body: bytes, url: str) -> Iterator[tuple[str, datetime]]:
    """Yield the address and time of each changed document of changes.csv. Raises SourceError for another file."""
    for number, line in enumerate(decoded(body, url).split("\n"), 1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line.strip())
        moment = time(found["moment"]) if found else None
        if found is None or moment is None:
            raise SourceError(f"{url} line {number}", "not a file name and a moment")
        yield urljoin(url, found["path"]), moment


def read(file: IO[bytes], name: str) -> Iterator[Statement | Quarantined | Silent]:
    """Yield a statement for each release, package, stream and CVE. Raises SourceError where it is no CSAF."""
    for piece in pieces(file, name):
        match parsed(piece.body, piece.name):
            case {"document": {"csaf_version": str(_)} as head, "product_tree": dict(products), **rest}:
                yield from _document(head, _tree(products), rest.get("vulnerabilities", []), piece.name)
            case _:
                raise SourceError(piece.name, "not a CSAF document")


def _document(
    head: dict[str, object], tree: _Tree, vulnerabilities: object, name: str
) -> Iterator[Statement | Quarantined | Silent]:
    tracking = head.get("tracking")
    facts = tracking if isinstance(tracking, dict) else {}
    id_, issued = str(facts.get("id", name)), time(facts.get("initial_release_date"))
    if not isinstance(vulnerabilities, list):
        yield quarantined(id_, name, vulnerabilities)
        return
    none = True
    for one in vulnerabilities:
        match one:
            case {"cve": str(cve), "product_status": dict(states), **rest} if _CVE.fullmatch(cve):
                why = _remedies(rest.get("remediations"))
                for made in _states(cve, states, tree, why, id_, issued, name):
                    none = False
                    yield made
            case _:
                none = False
                yield quarantined(id_, name, one)
    if none:
        yield Silent(id_, "another product")


def _states(
    cve: str,
    states: dict[str, object],
    tree: _Tree,
    why: Mapping[str, tuple[str, str, datetime | None]],
    id_: str,
    issued: datetime | None,
    name: str,
) -> Iterator[Statement | Quarantined]:
    made: dict[Statement, None] = {}
    for state, ids in states.items():
        if not isinstance(ids, list):
            yield quarantined(f"{id_} {state}", name, ids)
            continue
        for product in ids:
            found = tree.product(product) if isinstance(product, str) else None
            if found is None or found.release is None:
                continue
            details, url, date = why.get(product, ("", "", None))
            said = _said(state, details, found.version)
            if said is None:
                continue
            status, fixed = said
            erratum = _ERRATUM.search(url)
            evidence = erratum[0] if erratum and fixed else ": ".join(filter(None, (id_, details or state)))
            link = url if erratum else f"https://access.redhat.com/security/cve/{cve}"
            (distro, suite), day = found.release, date or issued
            one = Statement(
                distro, found.package, cve, status, fixed, evidence, None, found.stream, suite, link, day, "redhat_csaf"
            )
            made[one] = None
    yield from made


def _said(state: str, details: str, version: str) -> tuple[StatementStatus, str] | None:
    """Return what a status of CSAF means; None where nothing is said of it yet."""
    if state in ("fixed", "first_fixed"):
        return (StatementStatus.FIXED, version) if version else (StatementStatus.UNDETERMINED, "")
    if state == "known_not_affected":
        return StatementStatus.NOT_AFFECTED, ""
    if state in ("known_affected", "first_affected", "last_affected"):
        return _redhat.STATES.get(details, StatementStatus.OPEN), ""
    return None


def _remedies(given: object) -> dict[str, tuple[str, str, datetime | None]]:
    """Return product id → (words, address, date) of its correction, or of why there is none."""
    found: dict[str, tuple[str, str, datetime | None]] = {}
    for one in given if isinstance(given, list) else []:
        match one:
            case {"category": "vendor_fix" | "no_fix_planned" | "none_available" as kind, "product_ids": list(ids)}:
                words = "" if kind == "vendor_fix" else str(one.get("details", ""))
                found |= {
                    id_: (words, str(one.get("url", "")), time(one.get("date"))) for id_ in ids if isinstance(id_, str)
                }
    return found


def _tree(given: dict[str, object]) -> _Tree:
    cpes: dict[str, str] = {}
    purls: dict[str, str] = {}
    for id_, helper in _products(given.get("branches")):
        cpes[id_], purls[id_] = str(helper.get("cpe", "")), str(helper.get("purl", ""))
    parents = {}
    relationships = given.get("relationships")
    for one in relationships if isinstance(relationships, list) else []:
        match one:
            case {
                "full_product_name": {"product_id": str(id_)},
                "product_reference": str(part),
                "relates_to_product_reference": str(platform),
            }:
                parents[id_] = (part, platform)
    return _Tree(cpes, purls, parents)


def _products(branches: object) -> Iterable[tuple[str, dict[str, object]]]:
    """Yield each product's id and what helps to identify it, however deep it lies."""
    waiting = [branches]
    while waiting:
        level = waiting.pop()
        for one in level if isinstance(level, list) else []:
            if not isinstance(one, dict):
                continue
            waiting.append(one.get("branches"))
            match one.get("product"):
                case {"product_id": str(id_), "product_identification_helper": dict(helper)}:
                    yield id_, helper
