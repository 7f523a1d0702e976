"""CycloneDX 1.2 to 1.7, JSON or XML: what SBOM makers (syft, trivy, cdxgen …) find on a machine.

A component goes by its package URL; one without, by name and version as self-built software. Files, devices and
certificates are no software that has versions. The document seldom says which machine it is of: what it names as its
subject counts as a guess.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import cast
from xml.parsers import expat

import msgspec

from feedbot.errors import InventoryError
from feedbot.inventory import _json, _purl
from feedbot.inventory._lines import Refusal, fault, server_name
from feedbot.inventory._model import Component, HostPackages, RefusedRow
from feedbot.inventory._release import release_of
from feedbot.messages import language, tr

TITLE = "CycloneDX (JSON, XML)"

_SOFTWARE = ("application", "framework", "library", "firmware", "platform", "")
_KNOWN = re.compile(r"1\.[2-7]")
_XMLNS = re.compile(r"http://cyclonedx\.org/schema/bom/(\d+\.\d+)")
_SOURCES = {"aquasecurity:trivy:SrcName": "name", "aquasecurity:trivy:SrcVersion": "version"}
"""Properties in which trivy tells the source package."""


class _Property(msgspec.Struct, frozen=True):
    name: str = ""
    value: str = ""


class _Part(msgspec.Struct, frozen=True):
    name: str
    type: str = ""
    version: str | None = ""
    purl: str = ""
    properties: tuple[_Property, ...] = ()
    components: tuple[msgspec.Raw, ...] = ()


class _Metadata(msgspec.Struct, frozen=True):
    component: _Part | None = None


class _Bom(msgspec.Struct, frozen=True):
    specVersion: str  # noqa: N815 (the format's name)
    metadata: _Metadata | None = None
    components: tuple[msgspec.Raw, ...] = ()


@dataclass(frozen=True, slots=True)
class _System:
    """The operating system, which gives the release."""

    distro: str


@dataclass(frozen=True, slots=True)
class _Whole:
    """A component that has others in it."""

    said: "_Said"
    parts: "tuple[tuple[bytes, _Said], ...]"


_Said = Component | Refusal | _System | _Whole | None
_part = _json.decoder(_Part)


def detect(text: str) -> bool:
    """Tell whether the text is CycloneDX's."""
    start = text.lstrip()[:1]
    return (start == "{" and '"CycloneDX"' in text) or (start == "<" and bool(_XMLNS.search(text)))


def read(text: str, name: str) -> Iterator[HostPackages | RefusedRow]:
    """Yield the refused components, then the machine. Raises InventoryError where it is no CycloneDX as a whole."""
    body = _as_json(text, name) if text.lstrip().startswith("<") else text.encode()
    document = _json.Document(name, body)
    bom = document.decoded(_Bom)
    if not _KNOWN.fullmatch(bom.specVersion):
        raise InventoryError(name, "CycloneDX {version} is not known; 1.2 to 1.7 are", version=bom.specVersion)
    known = _known(language())
    raws = list(map(bytes, bom.components))
    found = list(map(known.__getitem__, raws))
    kinds = set(map(type, found))
    subject = bom.metadata.component if bom.metadata else None
    server = server_name(subject.name) if subject else ""
    if kinds <= {Component, type(None)}:  # nearly always, and then none is looked at one by one
        return _json.machine(server, "", cast("Iterable[Component]", filter(None, found)), guessed=True)
    pairs = list(chain.from_iterable(map(_flat, raws, found)))
    system = next((one.distro for _, one in pairs if isinstance(one, _System)), "")
    return _json.host(server, system, pairs, document, guessed=True)


def _flat(raw: bytes, one: "_Said") -> "Iterator[tuple[bytes, _Said]]":
    """Yield what a component says and what those in it say, in their order."""
    if not isinstance(one, _Whole):
        yield raw, one
        return
    yield raw, one.said
    for part, said in one.parts:
        yield from _flat(part, said)


class _Known(dict[bytes, "_Said"]):
    """What components say, each read when it is first asked for: a fleet has its components a thousand times over."""

    def __missing__(self, raw: bytes) -> "_Said":
        if len(self) >= _json.PACKAGES:
            self.clear()
        part = _part(raw)
        said = part if isinstance(part, Refusal) else _component(part)
        if isinstance(part, _Part) and part.components:
            said = _Whole(said, tuple((inner, self[inner]) for inner in map(bytes, part.components)))
        self[raw] = said
        return said


@cache
def _known(_language: str) -> _Known:
    """Refusals are in somebody's language."""
    return _Known()


def _component(part: _Part) -> _Said:
    if part.type == "operating-system":
        return _System(release_of(f"{part.name} {part.version or ''}"))
    if part.purl:
        source = {_SOURCES[one.name]: one.value for one in part.properties if one.name in _SOURCES}
        return _purl.component(part.purl, source.get("name", ""), source.get("version", ""))
    if part.type not in _SOFTWARE:
        return None
    if not part.name or len(part.name) > _purl.MAX or fault(part.name):
        return Refusal(tr("not a package name: {name}", name=part.name[: _purl.MAX]))
    return Component("generic", part.name, (part.version or "")[: _purl.MAX], part.name)


def _as_json(text: str, name: str) -> bytes:
    """Return an XML document in the shape of the JSON one. A DOCTYPE is refused: without one there are no entities."""
    body = text.encode()
    checker = expat.ParserCreate("utf-8")
    checker.StartDoctypeDeclHandler = _refuse
    try:
        checker.Parse(body, True)
        root = ET.fromstring(body)  # noqa: S314 (no DOCTYPE, so nothing to expand)
    except (expat.ExpatError, ET.ParseError) as error:
        raise InventoryError(name, "not XML: {detail}", detail=error) from error
    except _DoctypeError as error:
        raise InventoryError(name, "it has a DOCTYPE, which is refused") from error
    space = _XMLNS.search(root.tag)
    if not space:
        raise InventoryError(name, "the root element is {name}, not {root}", name=root.tag, root="bom")
    made = {
        "specVersion": space[1],
        "metadata": {
            "component": _xml_part(one) if (one := _child(root, "metadata", "component")) is not None else None
        },
        "components": [_xml_part(one) for one in _inner(root)],
    }
    return msgspec.json.encode(made)


class _DoctypeError(Exception):
    pass


def _refuse(*_: object) -> None:
    raise _DoctypeError


def _child(element: ET.Element, *path: str) -> ET.Element | None:
    found: ET.Element | None = element
    for one in path:
        found = found.find(f"{{*}}{one}") if found is not None else None
    return found


def _inner(element: ET.Element) -> list[ET.Element]:
    holder = _child(element, "components")
    return [] if holder is None else holder.findall("{*}component")


def _xml_part(element: ET.Element) -> dict[str, object]:
    properties = _child(element, "properties")
    return {
        "type": element.get("type", ""),
        "name": _text(element, "name"),
        "version": _text(element, "version"),
        "purl": _text(element, "purl"),
        "properties": [
            {"name": one.get("name", ""), "value": (one.text or "").strip()}
            for one in (() if properties is None else properties)
        ],
        "components": [_xml_part(one) for one in _inner(element)],
    }


def _text(element: ET.Element, name: str) -> str:
    found = _child(element, name)
    return "" if found is None else (found.text or "").strip()
