"""What a case means for what runs here, in the forms other programs read: OpenVEX, CycloneDX VEX, CSAF VEX.

Statements are about packages (package URLs), of the whole fleet or of one customer; no server and no customer is named
in them. Of several servers with one package the worst verdict counts. Status:

    AFFECTED           affected (CycloneDX: exploitable), with the fixed version where one is known
    FIXED_BY_DISTRO    fixed (CycloneDX: resolved)
    NOT_AFFECTED       not_affected, vulnerable_code_not_present: the installed version is outside the range
    UNKNOWN            under_investigation (CycloneDX: in_triage)
    set aside          not_affected, inline_mitigations_already_exist, with the person's reason

Form: OpenVEX 0.2.0; CycloneDX 1.5; CSAF 2.0 profile csaf_vex (its sections 4.5 and 3.2).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from packageurl import PackageURL

from feedbot import __version__
from feedbot.errors import InventoryError
from feedbot.inventory import Component
from feedbot.matching import Match, MatchVerdict
from feedbot.notice import Provider
from feedbot.pipeline._edges import Edges
from feedbot.pipeline.match import CaseMatch
from feedbot.store import Transaction, inventory

_WORST = (MatchVerdict.AFFECTED, MatchVerdict.UNKNOWN, MatchVerdict.FIXED_BY_DISTRO, MatchVerdict.NOT_AFFECTED)
_OPENVEX = {
    MatchVerdict.AFFECTED: "affected",
    MatchVerdict.UNKNOWN: "under_investigation",
    MatchVerdict.FIXED_BY_DISTRO: "fixed",
    MatchVerdict.NOT_AFFECTED: "not_affected",
}
_CYCLONEDX = {
    "affected": "exploitable",
    "under_investigation": "in_triage",
    "fixed": "resolved",
    "not_affected": "not_affected",
}
_REASONS = {
    "vulnerable_code_not_present": "code_not_present",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
}
"""OpenVEX's justification, which CSAF's flags share → CycloneDX's."""
_CSAF = {
    "affected": "known_affected",
    "under_investigation": "under_investigation",
    "fixed": "fixed",
    "not_affected": "known_not_affected",
}
_TYPES = {"pep440": "pypi", "gem": "gem", "maven": "maven", "npm": "npm", "composer": "composer"}
"""Scheme → type of package URL. One that several ecosystems share (semver: Go, Cargo …) says none of them."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One vulnerability and one package."""

    cve: str
    purl: str
    status: str
    justification: str = ""
    note: str = ""


def statements(found: Iterable[CaseMatch], customer: str = "") -> tuple[Statement, ...]:
    """Return what is known of each package that a case with CVEs names, of one customer where he is given; sorted."""
    made: dict[tuple[str, str], Statement] = {}
    for one in found:
        for match, reason in sorted(_each(one, customer), key=lambda pair: _order(*pair)):
            for cve in one.case.cves:
                purl = purl_of(match.component)
                made.setdefault((cve, purl), _statement(cve, purl, match, reason))
    return tuple(made[key] for key in sorted(made))


def _each(found: CaseMatch, customer: str) -> Iterable[tuple[Match, str]]:
    """Yield each match with the reason why it is set aside, empty where it is not."""
    for exposure in found.exposures:
        if customer in ("", exposure.customer.id):
            yield from ((match, "") for match in exposure.matches)
    for one in found.suppressed:
        if customer in ("", one.exposure.customer.id):
            yield one.match, one.by.reason


def _order(match: Match, reason: str) -> tuple[object, ...]:
    return (bool(reason), _WORST.index(match.verdict), match.component.name, match.component.version)


def _statement(cve: str, purl: str, match: Match, reason: str) -> Statement:
    if reason:
        return Statement(cve, purl, "not_affected", "inline_mitigations_already_exist", reason)
    status = _OPENVEX[match.verdict]
    note = match.because.distro or match.because.evidence or match.because.range
    if match.verdict is MatchVerdict.AFFECTED:
        fixed = ", ".join(match.fixed)
        note = f"update to {fixed}" if fixed else "no fixed version is known"
    return Statement(cve, purl, status, "vulnerable_code_not_present" if status == "not_affected" else "", note)


def purl_of(component: Component) -> str:
    """Return a component's package URL."""
    vendor, _, release = component.distro.partition(":")
    qualifiers = {}
    if component.arch:
        qualifiers["arch"] = component.arch
    if component.distro:
        qualifiers["distro"] = f"{vendor}-{release}"
    packaged = component.scheme in ("deb", "rpm")
    epoch, version = "", component.version
    if component.scheme == "rpm" and ":" in version:
        epoch, _, version = version.partition(":")
    if epoch:
        qualifiers["epoch"] = epoch
    kind = component.scheme if packaged else _TYPES.get(component.scheme, "generic")
    namespace = (vendor or None) if packaged else None
    return PackageURL(kind, namespace, component.name, version or None, qualifiers).to_string()


def author(edges: Edges, tx: Transaction, customer: str, brand: str | None) -> Provider:
    """Return in whose name a document is: that of `brand`, else the one by which a customer knows the provider.

    Raises InventoryError for a customer who knows several, NoticeError for a brand that is not configured.
    """
    known = {one.brand for one in inventory.contracts(tx) if one.customer == customer} if brand is None else {brand}
    if len(known) > 1:
        names = ", ".join(f'"{name}" ({edges.brand(name).provider.name})' for name in sorted(known))
        raise InventoryError(
            customer, "his contracts are in several names: {names}", hint="name one: --brand", names=names
        )
    return edges.brand(next(iter(known), "")).provider


def openvex(made: Iterable[Statement], provider: Provider, now: datetime) -> dict[str, object]:
    """Return an OpenVEX document. Its id is a digest of what it says, so that the same says the same."""
    rows = [
        {
            "vulnerability": {"name": one.cve},
            "products": [{"@id": one.purl}],
            "status": one.status,
            **({"justification": one.justification} if one.justification else {}),
            **({"action_statement": one.note} if one.status == "affected" else {}),
            **({"impact_statement": one.note} if one.note and one.status == "not_affected" else {}),
        }
        for one in made
    ]
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": f"{provider.site_url.rstrip('/')}/vex/{_digest(rows)}",
        "author": provider.name,
        "timestamp": now.isoformat(),
        "version": 1,
        "tooling": f"feedbot {__version__}",
        "statements": rows,
    }


def cyclonedx(made: Iterable[Statement], provider: Provider, now: datetime) -> dict[str, object]:
    """Return a CycloneDX VEX document: the packages as components, each vulnerability with its analysis."""
    rows = tuple(made)
    purls = sorted({one.purl for one in rows})
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": now.isoformat(),
            "supplier": {"name": provider.name},
            "tools": {"components": [{"type": "application", "name": "feedbot", "version": __version__}]},
        },
        "components": [_component(purl) for purl in purls],
        "vulnerabilities": [
            {
                "id": one.cve,
                "analysis": {
                    "state": _CYCLONEDX[one.status],
                    **({"justification": _REASONS[one.justification]} if one.justification else {}),
                    **({"detail": one.note} if one.note else {}),
                    **({"response": ["update"]} if one.status == "affected" else {}),
                },
                "affects": [{"ref": one.purl}],
            }
            for one in rows
        ],
    }


def _component(purl: str) -> dict[str, object]:
    found = PackageURL.from_string(purl)
    return {"type": "library", "bom-ref": purl, "name": found.name, "version": found.version or "", "purl": purl}


def csaf(made: Iterable[Statement], provider: Provider, now: datetime) -> dict[str, object]:
    """Return a CSAF 2.0 document of the profile csaf_vex."""
    rows = sorted(made, key=lambda one: (one.cve, one.purl))
    ids = {purl: f"P{number}" for number, purl in enumerate(sorted({one.purl for one in rows}), start=1)}
    tracking = _digest([(one.cve, one.purl, one.status) for one in rows])
    moment = now.isoformat()
    return {
        "document": {
            "category": "csaf_vex",
            "csaf_version": "2.0",
            "lang": "en",
            "title": "Exploitability of vulnerabilities in installed packages",
            "publisher": {"category": "user", "name": provider.name, "namespace": provider.site_url},
            "tracking": {
                "id": f"VEX-{tracking}",
                "status": "final",
                "version": "1",
                "initial_release_date": moment,
                "current_release_date": moment,
                "revision_history": [{"number": "1", "date": moment, "summary": "exported"}],
                "generator": {"engine": {"name": "feedbot", "version": __version__}},
            },
        },
        "product_tree": {
            "full_product_names": [
                {"product_id": ids[purl], "name": purl, "product_identification_helper": {"purl": purl}} for purl in ids
            ]
        },
        "vulnerabilities": [
            _vulnerability(cve, [one for one in rows if one.cve == cve], ids)
            for cve in sorted({one.cve for one in rows})
        ],
    }


def _vulnerability(cve: str, rows: list[Statement], ids: dict[str, str]) -> dict[str, object]:
    """Each known_affected has an action, each known_not_affected a reason (CSAF 2.0, section 4.5)."""
    status: dict[str, list[str]] = {}
    remedies: dict[str, list[str]] = {}
    flags: dict[str, list[str]] = {}
    threats: dict[str, list[str]] = {}
    for one in rows:
        status.setdefault(_CSAF[one.status], []).append(ids[one.purl])
        if one.status == "affected":
            remedies.setdefault(one.note, []).append(ids[one.purl])
        elif one.justification:
            flags.setdefault(one.justification, []).append(ids[one.purl])
            if one.note:
                threats.setdefault(one.note, []).append(ids[one.purl])
    found: dict[str, object] = {
        "cve": cve,
        "notes": [{"category": "description", "text": f"{cve} in the packages that are installed"}],
        "product_status": status,
    }
    if remedies:
        found["remediations"] = [_remedy(text, held) for text, held in remedies.items()]
    if flags:
        found["flags"] = [{"label": label, "product_ids": held} for label, held in flags.items()]
    if threats:
        found["threats"] = [
            {"category": "impact", "details": text, "product_ids": held} for text, held in threats.items()
        ]
    return found


def _remedy(text: str, products: list[str]) -> dict[str, object]:
    category = "vendor_fix" if text.startswith("update to") else "none_available"
    return {"category": category, "details": text, "product_ids": products}


def _digest(rows: object) -> str:
    return sha256(repr(rows).encode()).hexdigest()[:32]


FORMS: dict[str, Callable[[Iterable[Statement], Provider, datetime], dict[str, object]]] = {
    "openvex": openvex,
    "cyclonedx": cyclonedx,
    "csaf": csaf,
}
