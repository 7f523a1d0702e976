"""The catalogue: the shipped products and families, then the operator's files, which win."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import unquote

from feedbot.catalog import _families, _published
from feedbot.catalog._families import Families
from feedbot.catalog._file import CatalogFile, Product, parse, read_file
from feedbot.catalog._names import Note, Reading, maker, plain, readings
from feedbot.catalog._suggest import Likeness
from feedbot.errors import CatalogError

_SHIPPED = "products"
_FAMILIES = "families.toml"
_DISTRIBUTORS = frozenset(
    map(
        maker,
        (
            *(
                "Debian",
                "Canonical",
                "Ubuntu",
                "Ubuntu Developers",
                "Red Hat",
                "redhat",
                "レッドハット",
                "Fedora Project",
                "fedoraproject",
            ),
            *(
                "SUSE",
                "openSUSE project",
                "opensuse",
                "opensuse_project",
                "Gentoo Linux",
                "gentoo",
                "CentOS",
                "Mandriva, Inc.",
                "FreeBSD",
            ),
        ),
    )
)
"""Publishers name these as the vendor of what they package: the thing is still its maker's."""
_SUGGESTIONS = 5
_TELLING = 4
"""Letters below which a name nobody catalogued (X, V, Go, Fus) says nothing."""


class Installed(Protocol):
    """What the catalogue asks of a component; inventory.Component is one."""

    @property
    def scheme(self) -> str:
        """The scheme of its version: deb, rpm, generic …."""

    @property
    def name(self) -> str:
        """The name of the package."""

    @property
    def source(self) -> str:
        """The name of its source package, or empty."""


class How(StrEnum):
    """What led from a name to its product, or why there is none."""

    OPERATOR = "operator"
    CPE = "cpe"
    NAME = "name"
    READING = "reading"
    FAMILY = "family"
    PUBLISHED = "published"
    ITSELF = "itself"
    ELSEWHERE = "elsewhere"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Finding:
    """The product of a name and how it was found. `notes` are the pieces of the name that were taken off on the way.

    ELSEWHERE: the name is that of `near`, for a system that no Linux server runs; it has no product here.
    PUBLISHED: the catalogue does not know the product, but the publisher's CPE says which it is, and the name agrees.
    That is a fact that was given, no likeness, hence a mapping: to what inventories call by its name or its maker and
    name. No package of a distribution is known for it (the product has no deb, rpm or purl), and `how` says so.
    ITSELF: the catalogue does not know the name; `product` stands for whatever an inventory calls by exactly that name,
    and is no package. Such a name counts as unmapped: it is shown to a person.
    """

    product: Product | None
    how: How
    notes: tuple[Note, ...] = ()
    near: Product | None = None

    @property
    def mapped(self) -> bool:
        """Tell whether the catalogue knows the product."""
        return self.product is not None and self.how is not How.ITSELF


class Catalog:
    """A lookup of products by the name, vendor or CPE a publisher wrote.

    Names are compared by `_names.plain`, whole, then less what `_names.readings` takes off. Nothing is found by
    likeness: `suggest` offers what is like a name to a person.
    """

    def __init__(self, files: Iterable[CatalogFile], families: Families | None = None) -> None:
        """Put files together, later ones over earlier. Raises CatalogError where two products of one file share a
        spelling, or a spelling is given to a product that is not there."""
        given = tuple(files)
        self.products: Mapping[str, Product] = _merged(given)
        self._families = families or Families(())
        self._names: dict[str, Product] = {}
        self._chosen: dict[str, Product] = {}
        for file in given:
            self._add_names(file)
            self._add_chosen(file)
        self._makers = {key: frozenset(_makers(product)) for key, product in self.products.items()}
        self._selves = {key: frozenset(_selves(product)) for key, product in self.products.items()}
        self._with_maker = _with_makers(self.products.values())
        self._cpe = {pair: product for product in self.products.values() for pair in map(_plain_cpe, product.cpe)}
        self._components = {
            (kind, name): product
            for product in self.products.values()
            for kind, names in (("deb", product.deb), ("rpm", product.rpm), ("", map(plain, product.upstream)))
            for name in names
        }
        self._like: Likeness | None = None

    @classmethod
    def load(cls, *paths: Path, text: Mapping[str, str] | None = None) -> Self:
        """Read the shipped catalogue and the operator's files over it; `text` are further files by name, not on disk.

        The shipped files are parts of one: no spelling may be in two. Raises CatalogError naming file and field.
        """
        shipped, families = _shipped()
        given = (parse(body, name) for name, body in (text or {}).items())
        return cls([shipped, *map(read_file, paths), *given], families)

    def find(self, product: str, vendor: str = "", cpe: str = "", title: str = "") -> Product | None:
        """Return the product that `look` finds, or None where the catalogue does not know it."""
        found = self.look(product, vendor, cpe, title)
        return found.product if found.mapped else None

    def inventoried(self, product: str, vendor: str = "", cpe: str = "", title: str = "") -> Product | None:
        """Return what to look for in inventories: the product, or the name itself where nobody catalogued it."""
        return self.look(product, vendor, cpe, title).product

    def look(self, product: str, vendor: str = "", cpe: str = "", title: str = "") -> Finding:
        """Find the product of that CPE (form 2.2 or 2.3, with or without a version) or of that name.

        `title` is the advisory's: a line may say only "Example Slider" where the title has 「WordPress 用 X」.

        1. A spelling that the operator gave decides.
        2. A CPE that the catalogue has decides, but for a plugin that goes by the CPE of its host.
        3. A name decides, with its own maker before it or not. A vendor that the publisher or its CPE names must be
           the product's maker: another maker's thing of the same name is another thing.
        4. A name, or the title for it, that says whose plugin it is belongs to that family, never to the host.
        5. The same two for the name less version, series, edition, platform, brackets and description.
        6. A word of the name, or the maker, may belong to one family alone.
        7. The publisher's CPE of an application that nobody catalogued identifies it, where the name says the same:
           two statements, which agree. A plugin that was given the CPE of its host names two things, and counts not.
        8. What is left is itself: an inventory may hold software under exactly the publisher's name.
        """
        if chosen := self._chosen.get(plain(product)):
            return Finding(chosen, How.OPERATOR)
        pair = _cpe_pair(cpe)
        told = self._families.titled(product, vendor, pair, title) if title else None
        member = told or self._families.hosted(product, vendor, pair)
        by_cpe = self._cpe.get(pair)
        if by_cpe and (member is None or member.kind == by_cpe.kind):
            return Finding(by_cpe, How.CPE)
        if told:
            return self._known(told, Reading(product))
        for reading, settled in _settled(readings(product)):
            if found := self._by_name(plain(reading.name), vendor, pair):
                return _found(found, reading)
            if settled and (member := self._families.by_wording(reading.name, vendor, pair)):
                return self._known(member, reading)
        if not cpe or _is_application(cpe):
            member = self._families.by_word_or_maker(product, vendor, pair)
        known = self._known(member, Reading(product)) if member else self._published(product, vendor, cpe)
        return known or self._itself(product, vendor, cpe)

    def by_component(self, component: Installed) -> Product | None:
        """Return the product that a component of an inventory belongs to: by source package, then by name."""
        for name in (component.source, component.name):
            if component.scheme in {"deb", "rpm"}:
                found = self._components.get((component.scheme, name))
            else:
                found = self._components.get(("", plain(name))) or self._names.get(plain(name))
            if found and name:
                return found
        return None

    def suggest(self, product: str, vendor: str = "") -> tuple[Product, ...]:
        """Return up to five products that this name is like, with the maker or without, the nearest first.

        For a person to choose; nothing is found by it.
        """
        if self._like is None:
            self._like = Likeness(self.products.values(), self._names)
        words = [plain(reading.name) for reading in readings(product)]
        return tuple(self._like.nearest([*words, *([maker(vendor) + words[0]] if vendor else ())])[:_SUGGESTIONS])

    def _by_name(self, name: str, vendor: str, pair: str) -> Product | None:
        who = [maker(one) for one in (vendor, pair.partition(":")[0]) if one]
        found = self._names.get(name) or self._with_maker.get(name)
        if found and (found.alone or name not in self._names) and not who:
            return found
        if found and any(one in self._makers[found.id] or one in _DISTRIBUTORS for one in who):
            return found
        if found and not _is_other(pair, found) and any(one in self._selves[found.id] for one in who):
            return found
        both = (self._with_maker.get(one + name) or self._names.get(one + name) for one in who)
        return next((product for product in both if product), None)

    def _published(self, product: str, vendor: str, cpe: str) -> Finding | None:
        """Return the product that a CPE identifies whose product, or maker and product, is what the name says too.

        What the catalogue knows by the same name, or the name tells too little, goes by its maker and name alone.
        """
        pair = _cpe_pair(cpe)
        who, _, what = pair.partition(":")
        if not (who and what) or not _is_application(cpe) or not _published.agree(product, vendor, pair):
            return None
        name = " ".join(product.split())
        key = plain(name)
        own = (name, *_families.slugs(name, pair))
        taken = len(key) < _TELLING or key.isdecimal()
        if taken or any(plain(one) in self._names or ("", plain(one)) in self._components for one in own):
            name, own = f"{vendor or who} {name}", ()
        names = tuple(dict.fromkeys((f"{vendor or who} {product}".strip(), *own)))
        found = Product(
            id=f"cpe:{pair}", name=name, vendor=vendor, upstream=names, cpe=(pair,), provenance=("publisher's CPE",)
        )
        return Finding(found, How.PUBLISHED)

    def _itself(self, product: str, vendor: str, cpe: str) -> Finding:
        """Return the name as its own product; not where it is too short to tell anything, or another maker's."""
        name = " ".join(product.split())
        key = plain(name)
        if len(key) < _TELLING or key.isdecimal() or key in self._names or ("", key) in self._components:
            return Finding(None, How.NONE)
        if cpe and not _is_application(cpe):
            return Finding(None, How.NONE)
        names = tuple(dict.fromkeys((name, f"{vendor} {name}".strip(), *_families.slugs(name, _cpe_pair(cpe)))))
        return Finding(
            Product(id=f"name:{key}", name=name, vendor=vendor, upstream=names, provenance=("name",)), How.ITSELF
        )

    def _known(self, member: Product, reading: Reading) -> Finding:
        """Return the product that the catalogue has for a member of a family, else the member."""
        named = self._names.get(plain(member.name))
        return Finding(named if named and named.kind == member.kind else member, How.FAMILY, reading.notes)

    def _add_names(self, file: CatalogFile) -> None:
        mine: dict[str, Product] = {}
        for key, entry in file.products.items():
            product = self.products[key]
            for name in _spellings(entry):
                other = mine.setdefault(plain(name), product)
                if other is not product:
                    raise CatalogError(
                        file.name, "{name} names both {one} and {other}", name=name, one=other.id, other=product.id
                    )
        self._names |= mine

    def _add_chosen(self, file: CatalogFile) -> None:
        for spelling, key in file.spellings.items():
            if key not in self.products:
                raise CatalogError(
                    file.name, "{field} names no product", field=f"spellings.{spelling}", hint=_NO_PRODUCT
                )
            self._chosen[plain(spelling)] = self.products[key]


_NO_PRODUCT = "give the key of a product, as in [products.KEY]"


@cache
def _shipped() -> tuple[CatalogFile, Families]:
    """Read what is shipped, once a process: it takes a sixth of a second, most of it TOML."""
    here = resources.files(__package__)
    parts = sorted((one for one in (here / _SHIPPED).iterdir() if one.name.endswith(".toml")), key=lambda one: one.name)
    files = [parse(one.read_text(encoding="utf-8"), f"{_SHIPPED}/{one.name}") for one in parts]
    return _joined(files), _families.parse((here / _FAMILIES).read_text(encoding="utf-8"))


def _settled(given: Iterable[Reading]) -> Iterator[tuple[Reading, bool]]:
    """Tell of each reading whether the next takes off no more than what may be part of a plugin's name (Form 7)."""
    every = list(given)
    for at, reading in enumerate(every):
        piece = every[at + 1].notes[-1] if at + 1 < len(every) else None
        number = piece is not None and piece.kind == "version" and piece.text.isdigit()
        yield reading, piece is None or number or piece.kind not in ("range", "series", "version", "platform")


def _found(product: Product, reading: Reading) -> Finding:
    if reading.elsewhere:
        return Finding(None, How.ELSEWHERE, reading.notes, product)
    return Finding(product, How.READING if reading.notes else How.NAME, reading.notes)


def _joined(parts: Iterable[CatalogFile]) -> CatalogFile:
    """Put the parts of the shipped catalogue together. Raises CatalogError for a key that two of them give."""
    products: dict[str, Mapping[str, Any]] = {}
    for part in parts:
        if twice := products.keys() & part.products.keys():
            raise CatalogError(part.name, "{field} is given twice", field=f"products.{min(twice)}")
        products |= part.products
    return CatalogFile(_SHIPPED, products)


def _merged(files: Iterable[CatalogFile]) -> Mapping[str, Product]:
    """Lay the fields that later files give over those of earlier ones; spellings are added to those there were."""
    merged: dict[str, dict[str, Any]] = {}
    for file in files:
        for key, entry in file.products.items():
            before = merged.setdefault(key, {})
            old = (before["name"],) if "name" in before and "name" in entry else ()
            names = dict.fromkeys((*before.get("names", ()), *entry.get("names", ()), *old))
            before |= {**entry, "names": tuple(names)}
            if "name" not in before:
                raise CatalogError(file.name, "{field} is missing", field=f"products.{key}.name")
    return {key: Product(id=key, **entry) for key, entry in merged.items()}


def _spellings(entry: Mapping[str, Any]) -> Iterator[str]:
    if "name" in entry:
        yield entry["name"]
    yield from entry.get("names", ())


def _with_makers(products: Iterable[Product]) -> Mapping[str, Product]:
    """Return the products by maker and name together; what would be two products is none."""
    made: dict[str, Product | None] = {}
    for product in products:
        for who in (product.vendor, *product.makers):
            for spoken in {plain(who), maker(who)} - {""}:
                for name in (product.name, *product.names):
                    key = spoken + plain(name)
                    made[key] = product if made.setdefault(key, product) is product else None
    return {key: product for key, product in made.items() if product}


def _makers(product: Product) -> Iterator[str]:
    """Yield how the maker may be called: by its names, and as CPE has it."""
    spoken = (product.vendor, *product.makers, *(pair.partition(":")[0] for pair in product.cpe))
    return (maker(text) for text in spoken if text)


def _selves(product: Product) -> Iterator[str]:
    """Yield the product's own names: publishers name a project by what it makes (Exim, uriparser project)."""
    return (maker(text) for text in (product.name, *product.names))


def _is_other(pair: str, product: Product) -> bool:
    """Tell whether a CPE names a project by its product (tar_project:tar), and not that of this product.

    The CPE dictionary calls every small project so: of the tar of GNU and that of npm, one is not the other.
    """
    who = pair.partition(":")[0]
    return who.endswith("_project") and bool(product.cpe)


def _is_application(cpe: str) -> bool:
    return cpe.removeprefix("cpe:2.3:").removeprefix("cpe:/").startswith("a:")


def _cpe_pair(cpe: str) -> str:
    parts = re.split(r"(?<!\\):", cpe.removeprefix("cpe:2.3:").removeprefix("cpe:/"))
    return _plain_cpe(":".join(parts[1:3]))


def _plain_cpe(pair: str) -> str:
    return unquote(pair).replace("\\", "").casefold()
