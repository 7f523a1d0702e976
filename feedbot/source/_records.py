"""CVE records in JSON as projects keep them of their own: form 5 (CVEProject, `cveMetadata`) and the older form 4 of
MITRE's (`CVE_data_meta`). One file is one record and one advisory."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import reduce
from typing import Literal

from feedbot import version
from feedbot.advisory import Advisory, Affected, Fixed, HistoryEntry, Reference, Section, Severity, Status, UnreadRange
from feedbot.errors import SourceError, VersionError
from feedbot.fetch import Document
from feedbot.reading import text as texts
from feedbot.source import _facts, _json
from feedbot.version import Constraint, VersionRange

_NUMBER = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_RELEASE = r"[0-9]+(?:\.[0-9]+)+[a-z]?"
_RELEASED = re.compile(rf"(?P<version>{_RELEASE}) released?|released in (?P<in>{_RELEASE})")
_STATES = {"REJECT": Status.WITHDRAWN, "REJECTED": Status.WITHDRAWN, "DRAFT": Status.DRAFT, "RESERVED": Status.DRAFT}
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+~_-]*")
_SIGNS: dict[str, Literal["<", "<=", ">", ">="]] = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "!<": ">="}
"""Signs of form 4. `!<` says that what is older is not affected."""
_NO_DATE = "--"
"""What form 4 has where a day was never known."""
_ANY = ("0", "", "unspecified", "*", "n/a")


@dataclass(frozen=True, slots=True)
class Record:
    """One record, from whichever of the forms it came."""

    number: str
    title: str
    state: str
    description: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    affected: tuple[Affected, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    severity: tuple[Severity, ...] = ()
    solutions: tuple[str, ...] = ()
    workarounds: tuple[str, ...] = ()
    links: tuple[Reference, ...] = ()
    history: tuple[HistoryEntry, ...] = field(default=())


def advisory(document: Document, source: str, publisher: str, address: str) -> Advisory:
    """Return the advisory of a record; `address` is the page that shows it, with a place for the number.

    Raises SourceError where the document is no record, or has no number, title or readable date.
    """
    tree = _json.load(document)
    if "cveMetadata" in tree.fields:
        record = _form_5(tree, document.url, publisher)
    elif "CVE_data_meta" in tree.fields:
        record = _form_4(tree, document.url, publisher)
    else:
        raise SourceError(document.url, "not a CVE record")
    last = record.updated or record.published
    return Advisory(
        source=source,
        number=record.number,
        revision=last.date().isoformat() if last else "",
        title=record.title,
        language="en",
        signature=_facts.unsigned(document),
        status=_STATES.get(record.state.upper(), Status.FINAL),
        published=record.published,
        updated=record.updated,
        summary=next(map(texts.joined, texts.paragraphs(record.description)), ""),
        severity=record.severity,
        affected=record.affected,
        fixed=record.fixed,
        workarounds=record.workarounds,
        sections=tuple(
            Section(heading, "\n\n".join(parts))
            for heading, parts in (("Description", (record.description,)), ("Solution", record.solutions))
            if any(parts)
        ),
        references=record.links,
        history=record.history,
        url=address.format(number=record.number),
        publisher=publisher,
    )


def _form_5(tree: _json.Node, where: str, scale: str) -> Record:
    meta, cna = tree.at("cveMetadata"), tree.at("containers", "cna")
    history = tuple(_history(cna.each("timeline")))
    description = _english(cna.each("descriptions")) or _english(cna.each("rejectedReasons"))
    products = list(cna.each("affected"))
    return Record(
        number=_number(meta.text("cveId"), where),
        title=_titled(cna.text("title"), description, where),
        state=meta.text("state"),
        description=description,
        published=_facts.moment(cna.text("datePublic") or meta.text("datePublished"), where, UTC) or _released(history),
        updated=_facts.moment(meta.text("dateUpdated"), where, UTC),
        affected=tuple(one for product in products for one in _affected_5(product)),
        fixed=tuple(dict.fromkeys((*_ends_5(products), *_releases(history, _product(products))))),
        severity=tuple(_severity(cna.each("metrics"), scale)),
        solutions=tuple(_values(cna.each("solutions"))),
        workarounds=tuple(_values(cna.each("workarounds"))),
        links=tuple(_links(cna.each("references"))),
        history=history,
    )


def _form_4(tree: _json.Node, where: str, scale: str) -> Record:
    meta = tree.at("CVE_data_meta")
    history = tuple(_history(tree.each("timeline")))
    description = _english(tree.each("description", "description_data"))
    products = [
        (vendor.text("vendor_name"), product)
        for vendor in tree.each("affects", "vendor", "vendor_data")
        for product in vendor.each("product", "product_data")
    ]
    return Record(
        number=_number(meta.text("ID"), where),
        title=_titled(meta.text("TITLE"), description, where),
        state=meta.text("STATE"),
        description=description,
        published=_facts.moment(meta.text("DATE_PUBLIC").replace(_NO_DATE, ""), where, UTC) or _released(history),
        affected=tuple(one for vendor, product in products for one in _affected_4(product, vendor)),
        fixed=tuple(
            dict.fromkeys(_releases(history, products[0][1].text("product_name") if len(products) == 1 else ""))
        ),
        severity=tuple(Severity(scale, "", word) for one in tree.each("impact") if (word := one.text("other"))),
        solutions=tuple(_values(tree.each("solution"))),
        workarounds=tuple(_values(tree.each("work_around"))),
        links=tuple(_links(tree.each("references", "reference_data"))),
        history=history,
    )


def _number(text: str, where: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise SourceError(where, "no advisory number")
    return text


def _titled(title: str, description: str, where: str) -> str:
    """Return the title, or the first sentence of the description: records of before 2022 often have no title."""
    found = title or next((one for run in texts.paragraphs(description) for one in texts.sentences(run)), "")
    if not found:
        raise SourceError(where, "no title")
    return found


def _affected_5(product: _json.Node) -> Iterator[Affected]:
    """Read the versions of a product (form 5: from `version` to `lessThan` or `lessThanOrEqual`, or that one alone)."""
    name, vendor = product.text("product"), product.text("vendor")
    entries = list(product.each("versions"))
    healthy = tuple(
        Constraint("!=", one.text("version"))
        for one in entries
        if one.text("status") == "unaffected" and _bound(one) is None and _VERSION.fullmatch(one.text("version"))
    )
    odd = any(one.text("status") == "unaffected" and _bound(one) for one in entries)
    for entry in (one for one in entries if one.text("status") == "affected"):
        said = _shown(entry)
        shown = f"{name} {said}"
        versions = None if odd or "changes" in entry.fields else _range_5(entry, healthy)
        if versions is None:
            yield Affected(name, UnreadRange(said), shown, vendor)
        else:
            yield Affected(name, versions, shown, vendor)
    if product.text("defaultStatus") == "affected":
        said = ", ".join(["defaultStatus affected", *(f"{one.text('status')} {_shown(one)}" for one in entries)])
        yield Affected(name, _by_default(entries) or UnreadRange(said), f"{name} {said}", vendor)


def _by_default(entries: Iterable[_json.Node]) -> VersionRange | None:
    """Return the versions that no entry names; None where an entry cannot be read, or names all there are."""
    left = VersionRange(_facts.SCHEME)
    for entry in entries:
        named = None if "changes" in entry.fields else _range_5(entry, ())
        if named is None:
            return None
        try:
            left = left.without(named)
        except VersionError:
            return None
    return left


def _bound(entry: _json.Node) -> Constraint | None:
    if text := entry.text("lessThan"):
        return Constraint("<", text)
    if text := entry.text("lessThanOrEqual"):
        return Constraint("<=", text)
    return None


def _range_5(entry: _json.Node, healthy: tuple[Constraint, ...]) -> VersionRange | None:
    low, bound = entry.text("version"), _bound(entry)
    if bound is not None and not _VERSION.fullmatch(bound.version):
        return None
    if low not in _ANY and not _VERSION.fullmatch(low):
        return None
    floor = () if low in _ANY else (Constraint(">=", low),)
    try:
        if bound is None:
            return VersionRange(_facts.SCHEME, (Constraint("=", low),)) if floor else None
        if floor and version.compare(_facts.SCHEME, low, bound.version) > 0:
            # Turned around, the bounds would say everything but what is meant.
            return None
        found = VersionRange(_facts.SCHEME, (*floor, bound))
        return reduce(lambda made, one: made.intersection(VersionRange(_facts.SCHEME, (one,))), healthy, found)
    except VersionError:
        return None


def _shown(entry: _json.Node) -> str:
    bound = _bound(entry)
    behind = "" if bound is None else f" {'before' if bound.comparator == '<' else 'through'} {bound.version}"
    return entry.text("version") + behind


def _ends_5(products: Iterable[_json.Node]) -> Iterator[Fixed]:
    """Yield the first versions that are no longer affected: what `lessThan` names."""
    for product in products:
        for entry in list(product.each("versions")):
            end = entry.text("lessThan")
            if entry.text("status") == "affected" and _VERSION.fullmatch(end):
                yield from _facts.fixed(product.text("product"), end, _shown(entry))


def _product(products: list[_json.Node]) -> str:
    return products[0].text("product") if len(products) == 1 else ""


def _affected_4(product: _json.Node, vendor: str) -> Iterator[Affected]:
    """Read the versions of a product (form 4: a sign and a version each). Versions named one by one are one range;
    bounds of one product are cut with one another; `?=` (not known whether) stays unread."""
    name = product.text("product_name")
    signs: dict[str, list[str]] = {}
    for entry in product.each("version", "version_data"):
        signs.setdefault(entry.text("version_affected") or "=", []).append(entry.text("version_value"))
    for sign, values in list(signs.items()):
        if (sign != "=" and sign not in _SIGNS) or not all(map(_VERSION.fullmatch, values)):
            del signs[sign]
            said = f"{sign} {', '.join(values)}"
            yield Affected(name, UnreadRange(said), f"{name} {said}", vendor)
    if one_by_one := signs.pop("=", None):
        constraints = tuple(Constraint("=", value) for value in dict.fromkeys(one_by_one))
        yield _made(name, vendor, constraints, ", ".join(one_by_one))
    if signs:
        bounds = tuple(Constraint(_SIGNS[sign], value) for sign, values in signs.items() for value in values)
        yield _made(name, vendor, bounds, ", ".join(f"{one.comparator} {one.version}" for one in bounds))


def _made(name: str, vendor: str, constraints: tuple[Constraint, ...], said: str) -> Affected:
    try:
        versions = VersionRange(_facts.SCHEME, constraints)
    except VersionError:
        return Affected(name, UnreadRange(said), f"{name} {said}", vendor)
    signs = [one.comparator[0] for one in versions.constraints]
    turned = signs[0] == "<" and ">" in signs
    return Affected(name, UnreadRange(said) if turned else versions, f"{name} {said}", vendor)


def _severity(metrics: Iterable[_json.Node], scale: str) -> Iterator[Severity]:
    for metric in metrics:
        word = metric.text("other", "content", "text")
        if word and word != "unknown":
            yield Severity(scale, "", word)
        for key in metric.fields:
            if key.startswith("cvssV") and (vector := metric.text(key, "vectorString")):
                score = metric.text(key, "baseScore")
                yield _facts.cvss(key.removeprefix("cvssV").replace("_", "."), vector, score)


def _links(references: Iterable[_json.Node]) -> Iterator[Reference]:
    for one in references:
        if url := one.text("url"):
            yield Reference(url, one.text("name"))


def _history(timeline: Iterable[_json.Node]) -> Iterator[HistoryEntry]:
    for one in timeline:
        moment = _facts.moment(one.text("time").replace(_NO_DATE, ""), "", UTC)
        yield HistoryEntry(moment.date() if moment else None, one.text("value"))


def _released(history: tuple[HistoryEntry, ...]) -> datetime | None:
    """Return when it was made public, else when the first release with the correction was."""
    for wanted in (r"public\b", _RELEASED):
        dated = [one.date for one in history if one.date and re.match(wanted, one.text)]
        if dated:
            return datetime.combine(min(dated), datetime.min.time(), UTC)
    return None


def _releases(history: tuple[HistoryEntry, ...], product: str) -> Iterator[Fixed]:
    """Yield the releases that a timeline names: each holds the correction."""
    for one in history:
        found = _RELEASED.fullmatch(one.text.strip())
        if found and product:
            yield from _facts.fixed(product, found["version"] or found["in"], one.text)


def _values(values: Iterable[_json.Node]) -> Iterator[str]:
    for one in values:
        if text := one.text("value"):
            yield text


def _english(values: Iterable[_json.Node]) -> str:
    return next((text for one in values if one.text("lang").startswith("en") and (text := one.text("value"))), "")
