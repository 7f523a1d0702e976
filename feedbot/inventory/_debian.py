"""What the members dpkg and dpkg_status share: a package of Debian or Ubuntu, and the release that base-files tells."""

import re
from collections.abc import Iterable

from feedbot.inventory._lines import Refusal
from feedbot.inventory._model import Component
from feedbot.messages import tr

NAME = r"[a-z0-9][a-z0-9+.-]+(?::[a-z0-9-]+)?"
_PACKAGE = re.compile(NAME)
_VERSION = re.compile(r"[A-Za-z0-9.+~:-]{1,256}")
# base-files carries Debian's own release number; Ubuntu's and other derivatives' numbers are not the release's.
_BASE_FILES = re.compile(r"(\d+)(?:\.\d+)?(?:\+deb\d+u\d+|wheezy\d+)?")


def made(name: str, version: str, source: str = "", source_version: str = "", arch: str = "") -> Component | Refusal:
    """Return a binary package; `name` may have its architecture behind a colon."""
    if not _PACKAGE.fullmatch(name):
        return Refusal(tr("not a package name: {name}", name=name))
    if not _VERSION.fullmatch(version):
        return Refusal(tr("not a package version: {version}", version=version))
    plain, _, named_arch = name.partition(":")
    return Component("deb", plain, version, source or plain, source_version or version, arch or named_arch)


def release(components: Iterable[Component]) -> str:
    """Read the release off base-files, which Debian numbers by it; empty where that does not tell it."""
    for one in components:
        found = _BASE_FILES.fullmatch(one.version) if one.name == "base-files" else None
        if found:
            return f"debian:{found[1]}"
    return ""
