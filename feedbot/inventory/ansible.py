"""Ansible: what package_facts gathers, as a fact cache keeps it (a JSON file a host), as `ansible -m package_facts`
prints it, or the result of the module alone.

package_facts names no source package: a package is then found under its own name.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePath

import msgspec

from feedbot.inventory import _json, _purl
from feedbot.inventory._lines import Refusal, fault, kernel_name, server_name
from feedbot.inventory._model import Component, HostPackages, RefusedRow
from feedbot.inventory._release import release_of
from feedbot.messages import language, tr

TITLE = "Ansible package_facts"

_PRINTED = re.compile(r"^(\S{1,253}) \| (SUCCESS|CHANGED|FAILED!?|UNREACHABLE!?) => ", re.MULTILINE)
_MANAGERS = {"apt": "deb", "rpm": "rpm", "pip": "pep440"}
"""The module's word for where a package is from → scheme of versions."""


class _Package(msgspec.Struct, frozen=True):
    name: str
    version: str
    source: str = ""
    release: str | None = None
    epoch: int | str | None = None
    arch: str | None = None


class _Facts(msgspec.Struct, frozen=True):
    packages: dict[str, tuple[msgspec.Raw, ...]] = {}  # msgspec copies an empty default
    ansible_hostname: str = ""
    ansible_fqdn: str = ""
    ansible_distribution: str = ""
    ansible_distribution_version: str = ""
    ansible_kernel: str = ""
    ansible_facts: "_Facts | None" = None


_package = _json.decoder(_Package)


def detect(text: str) -> bool:
    """Tell whether the text is Ansible's."""
    if _PRINTED.match(text):
        return True
    return text.lstrip().startswith("{") and '"packages"' in text and '"source"' in text and ('"ansible_' in text)


def read(text: str, name: str) -> Iterator[HostPackages | RefusedRow]:
    """Yield the refused packages, then the machines. Raises InventoryError where it is none of these."""
    printed = list(_PRINTED.finditer(text))
    if not printed:
        server = server_name(PurePath(name).stem)
        yield from _host(text, name, server, guessed=True)
        return
    ends = [one.start() for one in printed[1:]] + [len(text)]
    for head, end in zip(printed, ends, strict=True):
        if head[2] in ("SUCCESS", "CHANGED"):
            yield from _host(text[head.end() : end], name, server_name(head[1]), guessed=False)
        else:
            yield RefusedRow(
                name, text.count("\n", 0, head.start()) + 1, head[1], tr("Ansible could not ask this host")
            )


def _host(text: str, name: str, server: str, *, guessed: bool) -> Iterator[HostPackages | RefusedRow]:
    document = _json.Document(name, text.encode())
    given = document.decoded(_Facts)
    facts = given.ansible_facts or given
    named = server_name(facts.ansible_fqdn or facts.ansible_hostname) if guessed else server
    raws = [bytes(raw) for part in facts.packages.values() for raw in part]
    distro = release_of(f"{facts.ansible_distribution} {facts.ansible_distribution_version}")
    found = [(raw, _found(raw, language())) for raw in raws]
    kernel = kernel_name(facts.ansible_kernel)
    return _json.host(named or server, distro, found, document, guessed=guessed and not named, kernel=kernel)


@lru_cache(maxsize=_json.PACKAGES)
def _found(raw: bytes, _language: str) -> Component | Refusal | None:
    one = _package(raw)
    if isinstance(one, Refusal):
        return one
    scheme = _MANAGERS.get(one.source)
    if not scheme:
        return Refusal(tr("no such ecosystem: {name}", name=one.source))
    if not one.name or fault(one.name + one.version) or len(one.name) > _purl.MAX:
        return Refusal(tr("not a package name: {name}", name=one.name[: _purl.MAX]))
    if one.name == "gpg-pubkey":
        return None
    version = f"{one.version}-{one.release}" if scheme == "rpm" and one.release else one.version
    epoch = str(one.epoch or "")
    prefix = f"{epoch}:" if scheme == "rpm" and epoch not in ("", "0") else ""
    return Component(scheme, one.name, prefix + version, one.name, version, one.arch or "")
