"""The product tree of CSAF 2.0 and 2.1 (section 3.2): which product, and which of its versions, an id names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from feedbot.advisory import Affected, Fixed, UnreadRange
from feedbot.source import _facts, _json, _vers
from feedbot.version import VersionRange

_STARTS_LIKE_VERSIONS = re.compile(
    r"\s*(?:[<>=]|[vV]?[0-9]|全|すべて|バージョン"
    r"|(?:all|any|prior|before|versions?|firmware|up to|through|earlier)\b)",
    re.IGNORECASE,
)
_SPAN = re.compile(r"(>=?\s*[^|<>]+?)\s*\|\s*(<=?\s*[^|<>]+)")
_LIST = re.compile(r"[vV]?[0-9][^|<>\s]*(?:\s*\|\s*[vV]?[0-9][^|<>\s]*)+")
_NOBODY = ("", "unknown", "n/a")
_LONGEST = 400
"""Characters of a wording of versions; what is longer is prose, and would cost the patterns above its square."""


@dataclass(frozen=True, slots=True)
class Product:
    """What a product id stands for. `shown` is its full name with its versions; `unread`, `notes` and `two_senses` are
    those of an Affected."""

    name: str
    vendor: str
    shown: str
    range: VersionRange | UnreadRange
    unread: tuple[str, ...] = ()
    cpe: str = ""
    purl: str = ""
    notes: tuple[str, ...] = ()
    two_senses: tuple[str, ...] = ()

    def affected(self) -> Affected:
        """Return it as a product that is affected."""
        return Affected(
            self.name,
            self.range,
            self.shown,
            self.vendor,
            self.cpe,
            self.purl,
            self.unread,
            self.notes,
            self.two_senses,
        )

    def fixed(self) -> Fixed | None:
        """Return it as what holds the correction; None where its versions are not understood completely."""
        if not isinstance(self.range, VersionRange) or self.unread or not self.range.constraints:
            return None
        return Fixed(self._called, self.range, self.shown)

    @property
    def end(self) -> str:
        """The version below which it is affected; empty where its range does not end like that."""
        if not isinstance(self.range, VersionRange) or self.range.scheme != _facts.SCHEME or self.unread:
            return ""
        last = next(reversed(self.range.constraints), None)
        return last.version if last and last.comparator == "<" else ""

    def ended(self, details: str) -> Iterator[Fixed]:
        """Yield the version below which it is affected as the corrected one, where `details` name that version."""
        if self.end and _names(details, self.end):
            yield from _facts.fixed(self._called, self.end, details)

    @property
    def _called(self) -> str:
        """A correction names no vendor of its own, so its product is called with it."""
        return self.name if self.name.startswith(self.vendor) else f"{self.vendor} {self.name}"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a branch stands: the names of those above it. `product` is the last product_name or product_family."""

    vendor: str = ""
    product: str = ""
    version: str = ""
    ranged: bool = False


def _names(words: str, version: str) -> bool:
    """Say whether words name just this version ("V3.2 SP2" is 3.2_SP2, and no 3.2)."""
    wanted = re.escape(version.replace(" ", "_"))
    return bool(re.search(rf"(?<![0-9.]){wanted}(?![0-9A-Za-z]|[._][0-9])", words.replace(" ", "_")))


def products(tree: _json.Node) -> Mapping[str, Product]:
    """Return every product of a tree by its id: of branches, of full_product_names and of relationships."""
    found = dict(_of_branches(tree))
    for full in tree.each("full_product_names"):
        found.setdefault(full.text("product_id"), _product(full, _Place()))
    for one in tree.each("relationships"):
        full = one.at("full_product_name")
        part = found.get(one.text("product_reference"))
        if full.text("product_id"):
            found[full.text("product_id")] = _component(full, part) if part else _product(full, _Place())
    return found


def unknown(id_: str) -> Product:
    """Return what stands for an id that the tree does not hold: shown, never dropped."""
    return Product(id_, "", id_, UnreadRange(id_))


def _of_branches(tree: _json.Node) -> Iterator[tuple[str, Product]]:
    # A stack, not recursion: hostile trees nest deeper than the interpreter's.
    stack = [(branch, _Place()) for branch in tree.each("branches")]
    while stack:
        branch, above = stack.pop()
        place = _below(above, branch.text("category"), branch.text("name"))
        full = branch.at("product")
        if full.text("product_id"):
            yield full.text("product_id"), _product(full, place)
        stack += [(one, place) for one in branch.each("branches")]


def _below(above: _Place, category: str, name: str) -> _Place:
    if category == "vendor":
        return replace(above, vendor="" if name.lower() in _NOBODY else name)
    versions = category in ("product_version", "product_version_range")
    # Red Hat hangs components below the vendor, each as a version of nothing.
    if category == "product_name" or (not above.product and (versions or category == "product_family")):
        return replace(above, product=name)
    if versions:
        return replace(above, version=name, ranged=category == "product_version_range")
    if category in ("service_pack", "patch_level"):
        return replace(above, version=f"{above.version} {category.replace('_', ' ')} {name}".strip())
    return above


def _product(full: _json.Node, place: _Place) -> Product:
    helper = full.at("product_identification_helper")
    purl = helper.text("purl") or next(iter(helper.texts("purls")), "")
    shown = full.text("name") or place.product
    package = _vers.package(purl)
    stated = _vers.exactly(package.scheme, package.version) if package and package.scheme and package.version else None
    called, vendor = place.product or shown, place.vendor
    cpe, evidence = helper.text("cpe"), shown if place.version in shown else f"{shown}: {place.version}"
    if not place.product:
        # A full product name alone: its versions, if any, stand in the name.
        wording = shown if _facts.names_version(shown) else ""
        return Product(called, vendor, evidence, stated or UnreadRange(wording), cpe=cpe, purl=purl)
    if stated and not place.ranged:
        return Product(called, vendor, evidence, stated, cpe=cpe, purl=purl)
    read = _versions(place.version, place.product)
    return Product(called, vendor, evidence, read.range, read.unread, cpe, purl, read.notes, read.two_senses)


def _component(full: _json.Node, part: Product) -> Product:
    """Return a component of something: named with what it is a component of, in its own versions."""
    shown = full.text("name") or part.shown
    helper = full.at("product_identification_helper")
    return replace(
        part, name=shown, shown=shown, cpe=helper.text("cpe") or part.cpe, purl=helper.text("purl") or part.purl
    )


def _versions(wording: str, product: str) -> Affected:
    """Read the name of a product_version or product_version_range: VERS, comparators, or a wording."""
    if wording.startswith("vers:"):
        return Affected(product, _vers.parse(wording) or UnreadRange(wording), wording)
    if len(wording) > _LONGEST or not _STARTS_LIKE_VERSIONS.match(wording):
        return Affected(product, UnreadRange(wording), wording)
    span, listed = _SPAN.fullmatch(wording), _LIST.fullmatch(wording)
    plain = f"{span[1]} {span[2]}" if span else wording.replace("|", ",") if listed else wording
    read = _facts.affected(plain, product=product)
    return replace(read, range=UnreadRange(wording)) if isinstance(read.range, UnreadRange) else read
