"""feedbot catalog: what a publisher's name leads to, which names lead nowhere, and the operator's own spellings."""

import os
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.errors import ConfigError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.catalog import Catalog, Finding, Product

Many = list[str] | None
_COMPONENTS = ("deb", "rpm", "upstream", "cpe", "purl")


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("product names and the packages they lead to"))
    app.add_typer(group, name="catalog")
    group.command("test", help=tr("what a product name leads to"))(look)
    group.command("suggest", help=tr("names that lead nowhere, and what they are like"))(suggest)
    group.command("add", help=tr("give a name to a product, or add a product, in your own file"))(add)


def look(
    names: Annotated[list[str], typer.Argument(metavar="NAME…")],
    vendor: Annotated[str, typer.Option(help=tr("the maker as the publisher names it"))] = "",
    cpe: Annotated[str, typer.Option(help=tr("the CPE as the publisher gives it"))] = "",
    title: Annotated[str, typer.Option(help=tr("the title of the advisory that names it"))] = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Print the product of each name, how it was found, and its packages; 1 where the catalogue does not know one."""
    catalog = _catalog()
    found = [(name, catalog.look(name, vendor, cpe, title)) for name in names]
    for name, finding in found:
        near = () if finding.mapped else catalog.suggest(name, vendor)
        if as_json:
            _shell.put(as_dict(name, finding, near))
        else:
            _tell(name, finding, near)
    return _shell.DONE if all(finding.mapped for _, finding in found) else _shell.NO


def suggest(
    names: Annotated[Many, typer.Argument(metavar="[NAME…]")] = None,
    newest: Annotated[int, typer.Option(min=1, help=tr("look at so many advisories, the newest"))] = 10_000,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Print what each name is like; without names, those of the advisories that the catalogue does not know.

    The most frequent come first. Nothing is applied: `catalog add` does that. 1 where a name is like no product.
    """
    catalog = _catalog()
    counted = dict.fromkeys(names, 0) if names else _unmapped(catalog, newest)
    rows = [(name, count, catalog.suggest(name)) for name, count in counted.items()]
    if as_json:
        for name, count, near in rows:
            _shell.put({"name": name, "advisories": count, "suggestions": [one.id for one in near]})
    else:
        cells = [(count, name, ", ".join(one.id for one in near) or "-") for name, count, near in rows]
        _shell.table(["seen in", "product name", "products like it"], cells)
    return _shell.NO if names and not all(near for _, _, near in rows) else _shell.DONE


def add(
    name: Annotated[str, typer.Argument(help=tr("the name as the publisher writes it"))],
    product: Annotated[str, typer.Argument(metavar="KEY", help=tr("the key of the product"))],
    vendor: Annotated[str, typer.Option(help=tr("the maker of a new product"))] = "",
    deb: Annotated[Many, typer.Option(help=tr("a source package of Debian or Ubuntu"))] = None,
    rpm: Annotated[Many, typer.Option(help=tr("a source package of RHEL and its rebuilds"))] = None,
    upstream: Annotated[Many, typer.Option(help=tr("what self-built software is called in your inventory"))] = None,
    cpe: Annotated[Many, typer.Option(help=tr("vendor:product of a CPE"))] = None,
) -> int:
    """Write NAME as a spelling of the product KEY into your catalogue file; with package names, as a new product."""
    from feedbot.catalog import Catalog, with_product, with_spelling

    files = _shell.load_config().notices.catalog
    if not files:
        raise ConfigError(
            "notices.catalog", "no catalogue file of your own is set", hint='write catalog = ["catalog.toml"] there'
        )
    path, others = files[-1], files[:-1]
    text = _shell.read_text(path) if path.exists() else ""
    packages = {"deb": deb or [], "rpm": rpm or [], "upstream": upstream or [], "cpe": cpe or []}
    if any(packages.values()):
        made = with_product(text, str(path), product, {"name": name, "vendor": vendor, **packages})
    else:
        made = with_spelling(text, str(path), name, product)
    Catalog.load(*others, text={str(path): made})
    _write(path, made)
    _shell.show("{name}: {product} in {path}", name=name, product=product, path=path)
    return _shell.DONE


def as_dict(name: str, finding: "Finding", near: "tuple[Product, ...]") -> dict[str, object]:
    """Return a finding in its JSON shape; `components` are what inventories are searched for."""
    product = finding.product
    return {
        "name": name,
        "mapped": finding.mapped,
        "product": product.id if product else None,
        "how": str(finding.how),
        "notes": [{"kind": note.kind, "text": note.text} for note in finding.notes],
        "components": {field: list(getattr(product, field)) for field in _COMPONENTS} if product else {},
        "suggestions": [one.id for one in near],
    }


def _tell(name: str, finding: "Finding", near: "tuple[Product, ...]") -> None:
    product, how = finding.product, f"found: {finding.how}"
    _shell.show("{name}: {product} ({how})", name=name, product=product.id if product else "-", how=tr(how))
    for note in finding.notes:
        kind = f"piece: {note.kind}"
        _shell.show("  taken off: {text} ({kind})", text=note.text, kind=tr(kind))
    for field in _COMPONENTS:
        if product and getattr(product, field):
            print(f"  {field}: {', '.join(getattr(product, field))}")
    if near:
        _shell.show("  like it: {names}", names=", ".join(f"{one.id} ({one.name})" for one in near))


def _catalog() -> "Catalog":
    """Load the catalogue; the shipped one alone where there is no configuration yet."""
    from feedbot.catalog import Catalog

    try:
        files = _shell.load_config().notices.catalog
    except ConfigError:
        if _shell.settings.config is not None:
            raise
        files = ()
    return Catalog.load(*files)


def _unmapped(catalog: "Catalog", newest: int) -> dict[str, int]:
    """Return the names of the newest advisories that the catalogue does not know, the most frequent first.

    What only the publisher's CPE identifies is among them: a distribution may package it under another name.
    """
    from feedbot import store
    from feedbot.catalog import How
    from feedbot.store import advisories

    edges = _shell.edges()
    seen: dict[str, set[tuple[str, str]]] = defaultdict(set)
    with store.reading(edges.database) as tx:
        for stored in advisories.listing(tx, newest):
            one = stored.advisory
            for line in one.affected:
                found = catalog.look(line.product, line.vendor, line.cpe, one.title)
                if line.product and not (found.mapped and found.how is not How.PUBLISHED):
                    seen[line.product].add((one.source, one.number))
    counted = Counter({name: len(by) for name, by in seen.items()})
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _write(path: Path, text: str) -> None:
    """Replace the file in one step: a reader sees the old text or the new. Raises ConfigError where it cannot."""
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(made).chmod(mode)
            Path(made).replace(path)
        finally:
            Path(made).unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(str(path), "cannot be written: {why}", why=_shell.cause(error)) from error
