"""getVulnDetailInfo of the MyJVN API in JSON (feed=oka): `ft=jvncsaf` (myjvn_vuldef_1.0.csaf.json) and `ft=jvnstix`
(myjvn_vuldef_1.0.stix.json: the same documents inside the objects of a STIX bundle).

A document is a CSAF one with `jvn_extension`, in which the affected versions stand: read as CSAF alone, it would name
the products and not their versions.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from html import unescape

from feedbot.advisory import Advisory, Affected, Quarantined, Reference, Status, UnreadRange, identity
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.source import _facts, _json, _jvndb, _myjvn_json
from feedbot.source._jvndb_detail import Detail, advisory

_STATES = {"draft": Status.DRAFT, "interim": Status.DRAFT}
Product = tuple[str, str, str, str]
"""(vendor, product, version or "", CPE name)"""


def is_detail(answer: _json.Node) -> bool:
    """Say whether an answer is one of the two forms."""
    return "jvn_extension" in answer.fields or answer.text("type") == "bundle"


def advisories(document: Document, answer: _json.Node, publisher: str) -> Iterator[Advisory | Quarantined]:
    """Yield an advisory a document of the answer. Raises SourceError where it holds none."""
    found = [answer] if "jvn_extension" in answer.fields else list(_embedded(answer))
    if not found:
        raise SourceError(document.url, "a STIX bundle without a detail of JVN iPedia")
    for index, one in enumerate(found, 1):
        where = f"{document.url} item {index}"
        try:
            yield _advisory(document, one, where, publisher)
        except SourceError as error:
            yield Quarantined(where, error, one.raw())


def _embedded(bundle: _json.Node) -> Iterator[_json.Node]:
    for item in bundle.each("objects"):
        yield from item.each("VULDEF-Document")


def _advisory(document: Document, form: _json.Node, where: str, publisher: str) -> Advisory:
    said, tracking = form.at("document"), form.at("document", "tracking")
    number = identity.normalise(tracking.text("id") or form.text("jvn_extension", "vulnid"))
    title = said.text("title")
    if not number.startswith("JVNDB-"):
        raise SourceError(where, "no advisory number")
    if not title:
        raise SourceError(where, "no title")
    flaws = list(form.each("vulnerabilities"))
    scores = (score for one in flaws for each in one.each("metrics") for score in _myjvn_json.scores(each))
    detail = Detail(
        number=number,
        title=title,
        overview=_jvndb.plain(_notes(said)),
        impact=_details(flaws, "threats"),
        solution=_details(flaws, "remediations"),
        status=_STATES.get(tracking.text("status"), _facts.status_of(title)),
        published=_facts.moment(tracking.text("initial_release_date"), where),
        updated=_facts.moment(tracking.text("current_release_date"), where),
        named=tuple(_named(said, flaws)),
        severity=tuple(dict.fromkeys(scores)),
        affected=tuple(dict.fromkeys(_affected(form, flaws))),
        references=tuple(_reference(one) for one in said.each("references") if one.text("url")),
        history=tuple(
            (one.text("summary"), _facts.moment(one.text("date"), where)) for one in tracking.each("revision_history")
        ),
        more=tuple((one.text("cve"), _notes(one)) for one in flaws),
    )
    return advisory(document, detail, publisher)


def _reference(one: _json.Node) -> Reference:
    """Read a reference; the publisher writes `&amp;` in JSON too."""
    return Reference(unescape(one.text("url")), unescape(" ".join(filter(None, map(one.text, ("source", "summary"))))))


def _notes(node: _json.Node) -> str:
    return "\n".join(text for one in node.each("notes") if (text := one.text("text")))


def _details(flaws: list[_json.Node], kind: str) -> str:
    """Return what the flaws say of impact or remedy, each text once."""
    return "\n".join(dict.fromkeys(text for one in flaws for each in one.each(kind) if (text := each.text("details"))))


def _named(said: _json.Node, flaws: list[_json.Node]) -> Iterator[str]:
    """Yield the CVE names of the flaws, and the numbers that other publishers' advisories have."""
    for one in flaws:
        yield from identity.names_in(one.text("cve"))
    for one in said.each("references"):
        if one.text("type") in ("advisory", "") and identity.NAME.fullmatch(one.text("summary")):
            yield from identity.names_in(one.text("summary"))


def _affected(detail: _json.Node, flaws: list[_json.Node]) -> Iterator[Affected]:
    """Yield the versions that the extension tells, then what else the flaws name: a version of the tree, or a product
    of which nobody wrote down any."""
    tree = {name: product for branch in detail.each("product_tree", "branches") for name, product in _tree(branch)}
    cpes = {(vendor, product): cpe for vendor, product, version, cpe in tree.values() if not version}
    told: set[tuple[str, str]] = set()
    for line in detail.each("jvn_extension", "affected"):
        vendor, product = line.text("vendor"), line.text("product")
        for one in line.each("versions"):
            told.add((vendor, product))
            for wording in _wordings(one):
                yield _row(one, wording, vendor, product, cpes.get((vendor, product), ""))
    named = dict.fromkeys(name for one in flaws for name in one.texts("product_status", "known_affected"))
    known = [tree[name] for name in named if name in tree]
    told |= {(vendor, product) for vendor, product, version, _ in known if version}
    for vendor, product, version, cpe in known:
        shown = f"{vendor} {product} {version}".strip()
        if version:
            yield _facts.affected(version, product=product, vendor=vendor, cpe=cpe, evidence=shown)
        elif (vendor, product) not in told:
            yield Affected(product, UnreadRange(""), shown, vendor, cpe)
    for name in (name for name in named if name not in tree):
        yield Affected(name, UnreadRange(""), name)


def _wordings(one: _json.Node) -> list[str]:
    """Return the wordings of an entry, which has several behind one another where it has no bounds of its own."""
    said = one.text("description")
    bounded = any(one.text(name) for name in ("version", "lessThan", "lessThanOrEqual"))
    return [said] if bounded else said.split(", ")


def _row(one: _json.Node, wording: str, vendor: str, product: str, cpe: str) -> Affected:
    """Read an entry by its Japanese wording, or by its bounds where it has none. Another status than affected, and what
    is not read, stays as it was said."""
    status = one.text("status")
    bounds = " ".join(
        f"{name} {text}" for name in ("version", "lessThan", "lessThanOrEqual") if (text := one.text(name))
    )
    evidence = f"{vendor} {product} {wording or bounds}".strip()
    if status not in ("affected", ""):
        return Affected(product, UnreadRange(f"{status}: {wording or bounds}"), evidence, vendor, cpe)
    named = _jvndb.edition(product, wording)
    make = partial(_facts.affected, product=named, vendor=vendor, cpe=cpe, evidence=evidence)
    if wording:
        return make(wording)
    alone = set(one.fields) & {"lessThan", "lessThanOrEqual"} == set()
    return make(one.text("version")) if alone else Affected(product, UnreadRange(bounds), evidence, vendor, cpe)


def _tree(branch: _json.Node, above: Mapping[str, str] | None = None, deep: int = 0) -> Iterator[tuple[str, Product]]:
    """Yield product_id → product of a branch and those below it, at most ten deep."""
    names = {**(above or {}), branch.text("category"): branch.text("name")}
    product = branch.at("product")
    if product.text("product_id"):
        cpe = product.text("product_identification_helper", "cpe")
        version = names.get("product_version", "") or names.get("product_version_range", "")
        name = names.get("product_name", "") or product.text("name")
        yield product.text("product_id"), (names.get("vendor", ""), name, version, cpe)
    for one in branch.each("branches") if deep < 10 else ():
        yield from _tree(one, names, deep + 1)
