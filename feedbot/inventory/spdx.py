"""SPDX 2.2 and 2.3, JSON or tag-value: the packages of a document, by their package URLs.

Read here and not by a library: the one that is kept up joins packages of the same name and version whose package URLs
differ (measured). A package without a package URL is self-built software of its name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from feedbot.errors import InventoryError
from feedbot.inventory import _json, _purl
from feedbot.inventory._lines import Line, Refusal, fault, lines, server_name
from feedbot.inventory._model import Component, HostPackages, RefusedRow
from feedbot.messages import language, tr

TITLE = "SPDX (JSON, tag-value)"

_KNOWN = re.compile(r"SPDX-2\.[23]")
_TAG = re.compile(r"^SPDXVersion:", re.MULTILINE)
_LINE = re.compile(r"(\w+):\s*(.*)")
_REFERENCE = re.compile(r"(\S+)\s+(\S+)\s+(\S+)")
_NO_VERSION = ("NOASSERTION", "NONE")


class _Reference(msgspec.Struct, frozen=True):
    referenceType: str = ""  # noqa: N815 (the format's names)
    referenceLocator: str = ""  # noqa: N815


class _Package(msgspec.Struct, frozen=True):
    name: str
    versionInfo: str | None = ""  # noqa: N815
    primaryPackagePurpose: str = ""  # noqa: N815
    externalRefs: tuple[_Reference, ...] = ()  # noqa: N815


class _Bom(msgspec.Struct, frozen=True):
    spdxVersion: str  # noqa: N815
    name: str = ""
    packages: tuple[msgspec.Raw, ...] = ()


_package = _json.decoder(_Package)


def detect(text: str) -> bool:
    """Tell whether the text is SPDX's."""
    if text.lstrip().startswith("{"):
        return '"spdxVersion"' in text
    start = text[:4096]
    return "SPDXVersion:" in start and bool(_TAG.search(start))


def read(text: str, name: str) -> Iterator[HostPackages | RefusedRow]:
    """Yield the refused packages, then the machine. Raises InventoryError where it is no SPDX as a whole."""
    if text.lstrip().startswith("{"):
        document = _json.Document(name, text.encode())
        bom = document.decoded(_Bom)
        _check(bom.spdxVersion, name)
        found = [(bytes(raw), _found(bytes(raw), language())) for raw in bom.packages]
        return _json.host(server_name(bom.name), "", found, document, guessed=True)
    return _tag_value(text, name)


@lru_cache(maxsize=_json.PACKAGES)
def _found(raw: bytes, _language: str) -> Component | Refusal | None:
    package = _package(raw)
    return package if isinstance(package, Refusal) else _component(package)


def _component(package: _Package) -> Component | Refusal | None:
    purl = next((one.referenceLocator for one in package.externalRefs if one.referenceType == "purl"), "")
    if purl:
        return _purl.component(purl)
    if package.primaryPackagePurpose in ("OPERATING-SYSTEM", "OPERATING_SYSTEM", "CONTAINER", "DEVICE", "FILE"):
        return None
    if not package.name or len(package.name) > _purl.MAX or fault(package.name):
        return Refusal(tr("not a package name: {name}", name=package.name[: _purl.MAX]))
    installed = "" if package.versionInfo in _NO_VERSION else (package.versionInfo or "")
    return Component("generic", package.name, installed[: _purl.MAX], package.name)


def _check(version: str, name: str) -> None:
    if not _KNOWN.fullmatch(version):
        raise InventoryError(name, "{version} is not known; SPDX-2.2 and SPDX-2.3 are", version=version)


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """What stands from one PackageName to the next, and where that is; the first is the document's own."""

    at: Line
    tags: dict[str, str]


def _tag_value(text: str, name: str) -> Iterator[HostPackages | RefusedRow]:
    """A tag that is not looked at, also one whose text runs over lines, is passed."""
    paragraphs = [_Paragraph(Line(name, 0, ""), {})]
    for line in lines(re.sub(r"<text>.*?</text>", _blank, text, flags=re.DOTALL), name):
        if isinstance(line, RefusedRow):
            yield line
            continue
        match = _LINE.match(line.text)
        if match and match[1] == "PackageName":
            paragraphs.append(_Paragraph(line, {}))
        if match:
            reference = _REFERENCE.fullmatch(match[2].strip()) if match[1] == "ExternalRef" else None
            tag, value = (reference[2], reference[3]) if reference else (match[1], match[2].strip())
            paragraphs[-1].tags.setdefault(tag, value)
    head = paragraphs[0].tags
    _check(head.get("SPDXVersion", ""), name)
    found: dict[Component, None] = {}
    for paragraph in paragraphs[1:]:
        one = _component(_package_of(paragraph.tags)) if _whole(paragraph, paragraphs) else Refusal(tr("cut short"))
        if isinstance(one, Refusal):
            yield paragraph.at.refused(one.reason, one.hint)
        elif one:
            found[one] = None
    if found:
        server, distro = (
            server_name(head.get("DocumentName", "")),
            next((one.distro for one in found if one.distro), ""),
        )
        yield HostPackages(server, tuple(found), distro, bool(server))


def _whole(paragraph: _Paragraph, paragraphs: list[_Paragraph]) -> bool:
    """Tell whether a package was not cut: its location is mandatory and stands behind name and version. What the last
    one lacks may have been cut off, where others have a package URL; the relations that end most documents clear it."""
    tags = paragraph.tags
    if paragraph is not paragraphs[-1] or "purl" in tags or "Relationship" in tags:
        return "PackageDownloadLocation" in tags
    return (
        "PackageDownloadLocation" in tags and len(paragraphs) > 2 and not any("purl" in one.tags for one in paragraphs)
    )


def _package_of(tags: dict[str, str]) -> _Package:
    references = (_Reference("purl", tags["purl"]),) if "purl" in tags else ()
    return _Package(
        tags["PackageName"], tags.get("PackageVersion", ""), tags.get("PrimaryPackagePurpose", ""), references
    )


def _blank(match: re.Match[str]) -> str:
    """Leave the line ends of a text, so that the lines behind it keep their numbers."""
    return "\n" * match[0].count("\n")
