"""The catalogue: shipped products.toml, then the operator's files, which win."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """One product. `name` is the spelling notices use; `names` are all spellings publishers use.

    `deb` are Debian source package names, `rpm` rpm names, `upstream` the names self-built software goes by in an
    inventory.
    """

    id: str
    name: str
    vendor: str = ""
    names: tuple[str, ...] = ()
    deb: tuple[str, ...] = ()
    rpm: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    cpe: tuple[str, ...] = ()


class Catalog:
    """A lookup of products by the name, vendor prefix or CPE a publisher wrote."""
