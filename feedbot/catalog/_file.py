"""Read a catalogue file: the shipped products/*.toml, and the operator's files of the same form."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from feedbot.errors import CatalogError


@dataclass(frozen=True, slots=True)
class Product:
    """One product. `name` is the spelling notices use; `names` are all spellings publishers use.

    `makers` are further spellings of `vendor`, or earlier makers;
    `deb` are Debian source package names, `rpm` rpm names, `upstream` the names self-built software goes by in an
    inventory, `cpe` vendor:product pairs, `purl` package URLs without a version. `provenance` says where the names were
    looked up. `kind` is the family of a plugin or module (families.toml). Where `alone` is false the names are common
    words (file, audit): they find the product only with its maker or a CPE.
    """

    id: str
    name: str
    vendor: str = ""
    makers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    deb: tuple[str, ...] = ()
    rpm: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    cpe: tuple[str, ...] = ()
    purl: tuple[str, ...] = ()
    provenance: tuple[str, ...] = ()
    kind: str = ""
    alone: bool = True


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """One file: products by key, each with the fields that it gives, and single spellings of products."""

    name: str
    products: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    spellings: Mapping[str, str] = field(default_factory=dict)


_FIELDS = {"from" if f.name == "provenance" else f.name: f.name for f in fields(Product) if f.name != "id"}
_TEXTS = {"name", "vendor", "kind"}
_FLAGS = {"alone"}


def read_file(path: Path) -> CatalogFile:
    """Read one file. Raises CatalogError, naming the file, where it cannot be read or is not TOML."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(str(path), "the catalogue cannot be read: {detail}", detail=error) from error
    return parse(text, str(path))


def parse(text: str, name: str) -> CatalogFile:
    """Read the text of a file. Raises CatalogError naming file and field for whatever is not of the form."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(name, "the catalogue is not TOML: {detail}", detail=error) from error
    for key in table:
        if key not in {"products", "spellings"}:
            raise _wrong(name, key, hint="known: products, spellings")
    products = {key: _product(entry, f"products.{key}", name) for key, entry in _table(table, "products", name).items()}
    spellings = _table(table, "spellings", name)
    for spelling, key in spellings.items():
        if not isinstance(key, str):
            raise _wrong(name, f"spellings.{spelling}", hint="a spelling is given the key of a product")
    return CatalogFile(name, products, spellings)


def _table(table: Mapping[str, Any], key: str, name: str) -> Mapping[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise _wrong(name, key, hint="a table is expected")
    return value


def _product(entry: Any, place: str, name: str) -> Mapping[str, Any]:
    if not isinstance(entry, dict):
        raise _wrong(name, place, hint="a table is expected")
    values = {str(key): _value(value, str(key), f"{place}.{key}", name) for key, value in entry.items()}
    return {_FIELDS[key]: value for key, value in values.items()}


def _value(value: Any, key: str, place: str, name: str) -> str | bool | tuple[str, ...]:
    if key not in _FIELDS:
        raise CatalogError(
            name,
            "{field} is not known",
            field=place,
            hint="known fields: name, vendor, makers, names, deb, rpm, upstream, cpe, purl, from, kind, alone",
        )
    if key in _FLAGS:
        if not isinstance(value, bool):
            raise _wrong(name, place, hint="true or false is expected")
        return value
    if key in _TEXTS:
        if not isinstance(value, str) or not value.strip():
            raise _wrong(name, place, hint="a text is expected")
        return value
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise _wrong(name, place, hint="a list of texts is expected")
    return tuple(value)


def _wrong(name: str, place: str, *, hint: str) -> CatalogError:
    return CatalogError(name, "{field} cannot be used", hint=hint, field=place)
