"""Inventories in JSON: decoded by msgspec into the fields that are looked at, each package by itself.

A package with a field of the wrong kind is refused alone; the document only where it is no such document as a whole.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

import msgspec

from feedbot.errors import InventoryError
from feedbot.inventory._lines import Line, Refusal, once
from feedbot.inventory._model import Component, HostPackages, RefusedRow
from feedbot.messages import tr

Kind = TypeVar("Kind")
Raws = Iterable[msgspec.Raw]
PACKAGES = 1 << 18
"""Packages that a format keeps in its cache."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file: its name and its text in UTF-8."""

    name: str
    body: bytes

    def decoded(self, kind: type[Kind]) -> Kind:
        """Return the whole as `kind`. Raises InventoryError where it is not."""
        try:
            return msgspec.json.decode(self.body, type=kind)
        except (msgspec.DecodeError, RecursionError) as error:
            raise InventoryError(
                self.name,
                "not such a document: {detail}",
                hint="make it again; if it was cut, fetch it again",
                detail=_detail(error),
            ) from error

    def refused(self, raw: bytes, refusal: Refusal) -> RefusedRow:
        """Return a piece of the document as a row that is not taken in."""
        at = self.body.find(raw)
        text = " ".join(raw.decode("utf-8", "replace").split())
        return Line(self.name, self.body.count(b"\n", 0, at) + 1 if at >= 0 else 0, text).refused(
            refusal.reason, refusal.hint
        )


def decoder(kind: type[Kind]) -> Callable[[bytes], Kind | Refusal]:
    """Return what decodes one package, or says why not."""
    decode = msgspec.json.Decoder(kind).decode

    def read(raw: bytes) -> Kind | Refusal:
        try:
            return decode(raw)
        except (msgspec.DecodeError, RecursionError) as error:
            return Refusal(tr("not such a package: {detail}", detail=_detail(error)))

    return read


def _detail(error: Exception) -> str:
    return str(error) if isinstance(error, msgspec.DecodeError) else tr("nested too deep")


def host(
    server: str,
    distro: str,
    found: Iterable[tuple[bytes, object]],
    document: Document,
    *,
    guessed: bool = False,
    kernel: str = "",
) -> Iterator[HostPackages | RefusedRow]:
    """Yield the refused packages, then the server with the others, those of its distribution with its release.

    `found` are packages and refusals with the bytes they stand in; what is neither is passed.
    """
    # What stands twice is the same object twice, out of the format's cache: only few are compared field by field.
    components: dict[int, Component] = {}
    for raw, one in found:
        if one.__class__ is Component:
            components[id(one)] = one
        elif isinstance(one, Refusal):
            yield document.refused(raw, one)
    yield from machine(server, distro, components.values(), guessed=guessed, kernel=kernel)


def machine(
    server: str, distro: str, found: Iterable[Component], *, guessed: bool = False, kernel: str = ""
) -> Iterator[HostPackages]:
    """Yield the server with its packages, those of its distribution with its release, where there are any."""
    components = once(_placed(one, distro) for one in found) if distro else once(found)
    if components:
        distro = distro or next((one.distro for one in components if one.distro), "")
        yield HostPackages(server, components, distro, guessed and bool(server), kernel)


@lru_cache(maxsize=PACKAGES)
def _placed(one: Component, distro: str) -> Component:
    return replace(one, distro=distro) if not one.distro and one.scheme in ("deb", "rpm") else one
