"""The catalogue: shipped products.toml, then the operator's files, which win."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import unquote

from feedbot.catalog._file import CatalogFile, Product, parse, read_file
from feedbot.errors import CatalogError

_SHIPPED = "products.toml"
_SUGGESTIONS = 5
_CLOSE = 0.6
_COMPANY = (
    r"\b(?:the|inc|llc|ltd|co|corp|corporation|company|foundation|project|team|development|group|software|technologies"
    r"|enterprises|networks|consortium|stichting|labs|org|net|gmbh|ab|b\.v)\b\.?|[,.]|株式会社|有限会社|プロジェクト|ユーザー会"
)


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


class Catalog:
    """A lookup of products by the name, vendor prefix or CPE a publisher wrote.

    Names are compared exactly, but for case, width, blanks, `-` and `_`. Nothing is found by likeness: `suggest` offers
    what is like a name to a person.
    """

    def __init__(self, files: Iterable[CatalogFile]) -> None:
        """Put files together, later ones over earlier. Raises CatalogError where two products of one file share a
        spelling, or a spelling is given to a product that is not there."""
        given = tuple(files)
        self.products: Mapping[str, Product] = _merged(given)
        self._names: dict[str, Product] = {}
        self._chosen: dict[str, Product] = {}
        for file in given:
            self._add_names(file)
            self._add_chosen(file)
        self._makers = {key: frozenset(_makers(product)) for key, product in self.products.items()}
        self._cpe = {pair: product for product in self.products.values() for pair in map(_plain_cpe, product.cpe)}
        self._components = {
            (kind, name): product
            for product in self.products.values()
            for kind, names in (("deb", product.deb), ("rpm", product.rpm), ("", map(_plain, product.upstream)))
            for name in names
        }

    @classmethod
    def load(cls, *paths: Path) -> Self:
        """Read the shipped catalogue and the operator's files over it. Raises CatalogError naming file and field."""
        text = (resources.files(__package__) / _SHIPPED).read_text(encoding="utf-8")
        return cls([parse(text, _SHIPPED), *map(read_file, paths)])

    def find(self, product: str, vendor: str = "", cpe: str = "") -> Product | None:
        """Return the product of that CPE (form 2.2 or 2.3, with or without a version) or of that name.

        1. A spelling that the operator gave decides.
        2. A CPE that the catalogue has decides.
        3. A name decides, with its own maker before it or not. A vendor that the publisher or its CPE names must be
           the product's maker: another maker's thing of the same name is another thing.
        """
        name = _plain(product)
        if chosen := self._chosen.get(name):
            return chosen
        pair = _cpe_pair(cpe)
        if found := self._cpe.get(pair):
            return found
        named = self._names.get(name)
        maker = vendor or pair.partition(":")[0]
        return named if named and (not maker or _maker(maker) in self._makers[named.id]) else None

    def by_component(self, component: Installed) -> Product | None:
        """Return the product that a component of an inventory belongs to: by source package, then by name."""
        for name in (component.source, component.name):
            if component.scheme in {"deb", "rpm"}:
                found = self._components.get((component.scheme, name))
            else:
                found = self._components.get(("", _plain(name))) or self._names.get(_plain(name))
            if found and name:
                return found
        return None

    def suggest(self, product: str) -> tuple[Product, ...]:
        """Return up to five products whose spellings are like this one, the nearest first; for a person to choose."""
        near = difflib.get_close_matches(_plain(product), self._names, n=4 * _SUGGESTIONS, cutoff=_CLOSE)
        return tuple({self._names[name].id: self._names[name] for name in near}.values())[:_SUGGESTIONS]

    def _add_names(self, file: CatalogFile) -> None:
        mine: dict[str, Product] = {}
        for key, entry in file.products.items():
            product = self.products[key]
            for name in _spellings(entry, product.vendor):
                other = mine.setdefault(_plain(name), product)
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
            self._chosen[_plain(spelling)] = self.products[key]


_NO_PRODUCT = "give the key of a product, as in [products.KEY]"


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


def _spellings(entry: Mapping[str, Any], vendor: str) -> Iterator[str]:
    own = (entry["name"],) if "name" in entry else ()
    for name in (*own, *entry.get("names", ())):
        yield name
        if vendor:
            yield f"{vendor} {name}"


def _plain(name: str) -> str:
    return re.sub(r"[\s_‐-―-]+", "", unicodedata.normalize("NFKC", name)).casefold()


def _makers(product: Product) -> Iterator[str]:
    """Yield how the maker may be called: by its names, by the product's, and as CPE has it."""
    spoken = (product.vendor, *product.makers, product.name, *product.names)
    return (_maker(text) for text in (*spoken, *(pair.partition(":")[0] for pair in product.cpe)) if text)


def _maker(vendor: str) -> str:
    """Leave out what only says that it is a company or a project (ISC, Inc.; 株式会社…; … Foundation; ….org)."""
    words = unicodedata.normalize("NFKC", vendor).replace("_", " ")
    bare = re.sub(_COMPANY, " ", words, flags=re.IGNORECASE)
    return _plain(bare) or _plain(vendor)


def _cpe_pair(cpe: str) -> str:
    parts = re.split(r"(?<!\\):", cpe.removeprefix("cpe:2.3:").removeprefix("cpe:/"))
    return _plain_cpe(":".join(parts[1:3]))


def _plain_cpe(pair: str) -> str:
    return unquote(pair).replace("\\", "").casefold()
