"""Vuls: the result file of a scan (JSON), one host a file: packages, libraries, WordPress and its plugins."""

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from feedbot.inventory import _json, _purl
from feedbot.inventory._lines import Refusal, fault, kernel_name, server_name
from feedbot.inventory._model import Component, HostPackages, RefusedRow
from feedbot.inventory._release import release_of, scheme_of, stream_of
from feedbot.messages import language, tr

TITLE = "Vuls (JSON)"

_LIBRARIES = {
    "pip": "pypi",
    "pipenv": "pypi",
    "poetry": "pypi",
    "python-pkg": "pypi",
    "npm": "npm",
    "node-pkg": "npm",
    "yarn": "npm",
    "pnpm": "npm",
    "bundler": "gem",
    "gemspec": "gem",
    "composer": "composer",
    "jar": "maven",
    "pom": "maven",
    "gomod": "golang",
    "gobinary": "golang",
    "cargo": "cargo",
}
"""Vuls's word for a kind of library → type of package URL."""


class _Package(msgspec.Struct, frozen=True):
    name: str
    version: str
    release: str = ""
    arch: str = ""
    modularitylabel: str = ""


class _Source(msgspec.Struct, frozen=True):
    name: str
    version: str = ""
    binaryNames: tuple[str, ...] = ()  # noqa: N815 (the format's name)


class _Library(msgspec.Struct, frozen=True):
    Name: str = ""
    Version: str = ""
    PURL: str = ""


class _Libraries(msgspec.Struct, frozen=True):
    Type: str = ""
    Libs: tuple[msgspec.Raw, ...] = ()


class _WordPress(msgspec.Struct, frozen=True):
    name: str = ""
    version: str = ""
    type: str = ""


class _Kernel(msgspec.Struct, frozen=True):
    release: str = ""


class _Result(msgspec.Struct, frozen=True):
    jsonVersion: int  # noqa: N815
    serverName: str  # noqa: N815
    family: str = ""
    release: str = ""
    runningKernel: _Kernel | None = None  # noqa: N815
    packages: dict[str, msgspec.Raw] = {}  # msgspec copies an empty default
    SrcPackages: dict[str, _Source] | None = None
    libraries: tuple[_Libraries, ...] | None = None
    wordpress: tuple[msgspec.Raw, ...] | None = msgspec.field(default=None, name="wordPressPackages")


_package, _library, _wordpress = _json.decoder(_Package), _json.decoder(_Library), _json.decoder(_WordPress)
_Pieces = Iterator[tuple[bytes, Component | Refusal | None]]


def detect(text: str) -> bool:
    """Tell whether the text is a result of Vuls."""
    return text.lstrip().startswith("{") and '"jsonVersion"' in text and '"serverName"' in text


def read(text: str, name: str) -> Iterator[HostPackages | RefusedRow]:
    """Yield the refused packages, then the host. Raises InventoryError where it is no result of Vuls as a whole."""
    document = _json.Document(name, text.encode())
    result = document.decoded(_Result)
    distro = release_of(f"{result.family} {result.release}")
    found = [*_packages(result, scheme_of(distro)), *_libraries(result), *_wordpresses(result)]
    kernel = kernel_name(result.runningKernel.release) if result.runningKernel else ""
    return _json.host(server_name(result.serverName), distro, found, document, kernel=kernel)


def _packages(result: _Result, scheme: str) -> _Pieces:
    sources = {binary: one for one in (result.SrcPackages or {}).values() for binary in one.binaryNames}
    for raw in map(bytes, result.packages.values()):
        found = _found(raw, scheme, language())
        source = sources.get(found.name) if isinstance(found, Component) else None
        if source and isinstance(found, Component):
            found = Component(
                scheme, found.name, found.version, source.name, source.version or found.version, found.arch
            )
        yield raw, found


@lru_cache(maxsize=_json.PACKAGES)
def _found(raw: bytes, scheme: str, _language: str) -> Component | Refusal | None:
    one = _package(raw)
    if isinstance(one, Refusal):
        return one
    if not scheme:
        return Refusal(tr("no order of versions is known for packages of type {type}", type="family"))
    if not one.name or fault(one.name + one.version) or len(one.name) > _purl.MAX:
        return Refusal(tr("not a package name: {name}", name=one.name[: _purl.MAX]))
    if one.name == "gpg-pubkey":
        return None
    version = f"{one.version}-{one.release}" if one.release else one.version
    plain = version.partition(":")[2] or version if scheme == "rpm" else version
    stream = stream_of(one.modularitylabel)
    return Component(scheme, one.name, version.removeprefix("0:"), one.name, plain, one.arch, stream=stream)


def _libraries(result: _Result) -> _Pieces:
    for group in result.libraries or ():
        kind = _LIBRARIES.get(group.Type, group.Type)
        for raw in map(bytes, group.Libs):
            one = _library(raw)
            if isinstance(one, Refusal):
                yield raw, one
            elif one.PURL:
                yield raw, _purl.component(one.PURL)
            else:
                yield raw, _named(_purl.scheme_of(kind), one.Name, one.Version, kind)


def _wordpresses(result: _Result) -> _Pieces:
    """WordPress itself, its plugins and its themes, by their slugs, whether they are switched on or not."""
    for raw in map(bytes, result.wordpress or ()):
        one = _wordpress(raw)
        if isinstance(one, Refusal):
            yield raw, one
        else:
            yield raw, _named("generic", "WordPress" if one.type == "core" else one.name, one.version, one.type)


def _named(scheme: str, name: str, version: str, kind: str) -> Component | Refusal:
    if not scheme:
        return Refusal(tr("no order of versions is known for packages of type {type}", type=kind))
    if not name or len(name) > _purl.MAX or fault(name + version):
        return Refusal(tr("not a package name: {name}", name=name[: _purl.MAX]))
    return Component(scheme, name, version[: _purl.MAX], name)
