"""Faults of a configuration that one key alone does not show. Each function yields them as lines `key: what`.

`raw` is the file as TOML gave it, whatever is wrong with it: every fault is told at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from os.path import normpath
from pathlib import Path
from typing import Any

from feedbot.messages import tr


def across(raw: dict[str, Any], sources: Sequence[str]) -> Iterator[str]:
    """Yield the faults that one key alone does not show."""
    for name, table in _sources(raw):
        member = table.get("member", name)
        if sources and member not in sources:
            near = get_close_matches(str(member), sources, n=1, cutoff=0.5) or [", ".join(sources)]
            yield tr("sources.{name}: no source member {member}; known: {near}", name=name, member=member, near=near[0])
    delivery = raw.get("delivery", {})
    if isinstance(delivery, dict) and delivery.get("mode", "shadow") == "shadow" and not delivery.get("operator"):
        yield tr('delivery.operator: mode "shadow" needs the address that receives every mail')
    yield from _ladder(raw)
    signing = raw.get("signing", {})
    if isinstance(signing, dict) and (signing.get("mails") or signing.get("posts")):
        for key in ("key", "home"):
            if not signing.get(key):
                yield tr("signing.{key}: signing mails or posts needs it", key=key)
    brands = raw.get("brands", {})
    tables = brands.values() if isinstance(brands, dict) else ()
    keys = [one for one in tables if isinstance(one, dict) and one.get("signing_key")]
    if keys and not (isinstance(signing, dict) and signing.get("mails")):
        yield tr("signing.mails: a brand has a signing_key, but mails are not signed")


def _ladder(raw: dict[str, Any]) -> Iterator[str]:
    """Yield the rungs of the ladder that lead nowhere."""
    oncall, channels, alarms = raw.get("oncall", {}), raw.get("channels", {}), raw.get("alarms", {})
    for one in oncall.get("ladder", ()) if isinstance(oncall, dict) else ():
        table = channels.get(one) if isinstance(channels, dict) else None
        carries = table.get("carries", ()) if isinstance(table, dict) else ()
        webhook = one == "webhook" and isinstance(alarms, dict) and alarms.get("webhook")
        if "@" not in str(one) and not webhook and "alarms" not in carries:
            yield tr("oncall.ladder: {one} is no address, and no channel that carries alarms", one=one)


def sites(pages: Mapping[str, tuple[Path, str]]) -> Iterator[str]:
    """Yield the pages that would stand where another's do: each would take the other's away, and show its own to the
    other's readers. `pages` are the folder and the address of each, by the table that names them."""
    plain = {name: (Path(normpath(folder)), address) for name, (folder, address) in pages.items()}
    for name, (folder, address) in plain.items():
        for other, (taken, reached) in plain.items():
            if other == name:
                break  # each two are held against one another once
            if folder == taken or taken in folder.parents or folder in taken.parents:
                yield tr(
                    "{name}.site: one folder with the pages of [{other}]; each needs its own", name=name, other=other
                )
            if _plain(address) == _plain(reached):
                yield tr("{name}.site_url: the address of the pages of [{other}] too", name=name, other=other)


def _plain(address: str) -> str:
    return address.rstrip("/").casefold()


def unknown_distros(raw: dict[str, Any], distros: Sequence[str]) -> Iterator[str]:
    """Yield the tables of distributors that no member reads."""
    tables = raw.get("distro", {})
    for name, table in tables.items() if isinstance(tables, dict) and distros else ():
        member = table.get("member", name) if isinstance(table, dict) else name
        if member not in distros:
            near = get_close_matches(str(member), distros, n=1, cutoff=0.5) or [", ".join(distros)]
            yield tr("distro.{name}: no distro member {member}; known: {near}", name=name, member=member, near=near[0])


def addressless(raw: dict[str, Any], sources: Sequence[str], has_address: Callable[[str], bool]) -> Iterator[str]:
    """Yield the sources that nobody could ask: no address, or a mailbox without its password."""
    for name, table in _sources(raw):
        member, url = table.get("member", name), table.get("url", "")
        if not url and member in sources and not has_address(member):
            yield tr("sources.{name}.url: the member {member} needs the address to ask", name=name, member=member)
        if str(url).startswith("imaps:") and not table.get("password_file"):
            yield tr("sources.{name}.password_file: a mailbox needs the file that holds its password", name=name)


def _sources(raw: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    tables = raw.get("sources", {})
    for name, table in tables.items() if isinstance(tables, dict) else ():
        if isinstance(table, dict):
            yield name, table


def keyless(raw: dict[str, Any], pinned: Callable[[str], Sequence[str]]) -> Iterator[str]:
    """Yield the sources whose keys do not suffice, counting what was imported: looked up only where it matters."""
    for name, table in _sources(raw):
        keyring, required = table.get("keyring"), table.get("signed") == "required"
        if (keyring and table.get("pins")) or not (keyring or required) or pinned(name):
            continue
        if keyring:
            yield tr("sources.{name}.pins: a keyring needs the pinned primary fingerprints beside it", name=name)
        if required and not keyring:
            yield tr(
                'sources.{name}.keyring: signed = "required" needs a keyring, or keys that are imported and pinned',
                name=name,
            )
