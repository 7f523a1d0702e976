"""RPM distributions: what `rpm -qa` prints.

Best is COMMAND, because it gives the epoch and the source package; from release 8 on COMMAND_8, which gives the module
stream too, that errata speak of (rpm of release 7 does not know it).
Also read: the plain `name-version-release.arch`, with an epoch before the name or the version where there is one.
A version without epoch stands for "not told": matching then leaves the epoch of the other side out.
"""

import re
from collections.abc import Iterable, Iterator

from feedbot.inventory._lines import Found, Reading, Refusal, looks_like, one_host
from feedbot.inventory._model import Component, HostPackages, RefusedRow
from feedbot.inventory._release import release_of, stream_of
from feedbot.messages import tr

TITLE = "rpm -qa"
COMMAND = r"rpm -qa --qf '%{NAME}\t%{EPOCHNUM}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\n'"
COMMAND_8 = COMMAND.replace(r"\n'", r"\t%{MODULARITYLABEL}\n'")

_ARCHES = "noarch|x86_64|i[3-6]86|aarch64|armv7hl|ppc64|ppc64le|s390x|riscv64|src|\\(none\\)"
_PART = r"[A-Za-z0-9._+~^]+"
_NEVRA = re.compile(
    rf"(?:(?P<early>\d+):)?(?P<name>[A-Za-z0-9._+-]+)-(?:(?P<epoch>\d+):)?(?P<version>{_PART})"
    rf"-(?P<release>{_PART}?)(?:\.(?P<arch>{_ARCHES}))?"
)
_COLUMNS = r"[A-Za-z0-9._+-]+\t(?:\d+|\(none\))\t\S+\t\S+\t\S+\t(?:\S+\.rpm|\(none\))(?:\t\S*)?\s*$"
_FORM = re.compile(rf"{_COLUMNS}|(?:\d+:)?[A-Za-z0-9._+-]+-(?:\d+:)?{_PART}-")
_NAME = re.compile(r"[A-Za-z0-9._+-]+")
_EPOCH = re.compile(r"\d{1,9}|\(none\)|")
_VERSION = re.compile(rf"{_PART}-{_PART}")
_SOURCE = re.compile(rf"(?P<name>[A-Za-z0-9._+-]+)-(?P<version>{_PART}-{_PART})\.(?:no)?src\.rpm")
# The package that says which release this is, one a distribution.
_RELEASES = {
    "almalinux-release": "almalinux",
    "rocky-release": "rocky",
    "redhat-release": "rhel",
    "redhat-release-server": "rhel",
    "centos-release": "centos",
    "centos-linux-release": "centos",
    "centos-stream-release": "centos",
    "oraclelinux-release": "oracle linux",
    "fedora-release-common": "fedora",
    "system-release": "amazon linux",
}
_NAMING = "-release"


def detect(text: str) -> bool:
    """Tell whether the text is rpm's."""
    return looks_like(text, _FORM)


def read(text: str, name: str) -> Iterator[HostPackages | RefusedRow]:
    """Yield the refused rows, then the server with its installed packages."""
    return one_host(text, name, _component, _NAMING, _release)


@Reading
def _component(line: str) -> Found:
    if "\t" in line:
        return _columns(line)
    found = _NEVRA.fullmatch(line.strip())
    if not found:
        return Refusal(tr("not a line of rpm -qa"), _hint())
    if found["name"] == "gpg-pubkey":
        return None
    epoch = found["epoch"] or found["early"] or ""
    return _made(found["name"], epoch, f"{found['version']}-{found['release']}", found["arch"] or "", "")


def _hint() -> str:
    return tr("make the list with: {command}", command=COMMAND)


def _columns(line: str) -> Found:
    fields = [field.strip() for field in line.split("\t")]
    if len(fields) not in (6, 7):
        return Refusal(tr("{count} columns instead of {right}", count=len(fields), right=6), _hint())
    name, epoch, version, release, arch, source, *label = fields
    if name == "gpg-pubkey":
        return None
    return _made(name, epoch, f"{version}-{release}", arch, source, stream_of("".join(label)))


def _made(name: str, epoch: str, version: str, arch: str, source: str, stream: str = "") -> Component | Refusal:
    if not _NAME.fullmatch(name):
        return Refusal(tr("not a package name: {name}", name=name))
    if not (_EPOCH.fullmatch(epoch) and _VERSION.fullmatch(version)):
        return Refusal(tr("not a package version: {version}", version=f"{epoch}:{version}"))
    built = _SOURCE.fullmatch(source)
    prefix = "" if epoch in ("", "0", "(none)") else f"{epoch}:"
    return Component(
        "rpm",
        name,
        prefix + version,
        built["name"] if built else name,
        built["version"] if built else version,
        "" if arch == "(none)" else arch,
        stream=stream,
    )


def _release(components: Iterable[Component]) -> str:
    for one in components:
        if one.name in _RELEASES:
            return release_of(f"{_RELEASES[one.name]} {one.version.rpartition(':')[2]}")
    return ""
