"""The upstream part of a distributor's version, so that a publisher's range can be held against a package."""

import re

_REALLY = re.compile(r"[+.~]really\.?(?=[0-9])")
# What Debian and its children add to an upstream number: repacked sources, snapshots, rebuilds, backports.
_DEBIAN_ADDS = re.compile(
    r"[+.~-](?:dfsg|ds|debian|repack|git|svn|bzr|hg|cvs|bpo|deb\d|ubuntu|nmu|esm|b\d+$|lts).*", re.IGNORECASE
)
_SNAPSHOT_BEFORE = re.compile(r"~(?:git|svn|bzr|hg|cvs)", re.IGNORECASE)
# Red Hat keeps ISC's patch level in the release: bind 9.11.4-26.P2.el7 is 9.11.4-P2.
_RPM_PATCH = re.compile(r"(?:\d+\.)+(P\d+)(?:[._-]|$)")
# Fedora's older habit: 2.0-0.1.rc1.fc9 is 2.0rc1.
_RPM_CANDIDATE = re.compile(r"0\.(?:\d+\.)*((?:alpha|beta|rc|pre|dev)\d*)(?:[._-]|$)", re.IGNORECASE)


def upstream_of(scheme: str, version: str) -> str:
    """Return the upstream part of a deb or rpm version: epoch, revision and the distributor's additions left out.

    1:4.2.6.p5+dfsg-7+deb8u3 gives 4.2.6.p5. A version that took back an upgrade gives what it really is
    (2.4.1+really2.3.9 gives 2.3.9). A snapshot after a release (1.0+git…) gives the release, one before it (1.0~git…)
    stays, as it is older than 1.0. Other schemes are upstream's own.
    """
    if scheme == "deb":
        return _of_deb(version)
    if scheme == "rpm":
        return _of_rpm(version)
    return version


def _without_epoch(version: str) -> str:
    return re.sub(r"^[0-9]+:", "", version)


def _of_deb(version: str) -> str:
    upstream, dash, _ = _without_epoch(version).rpartition("-")
    upstream = upstream if dash else _without_epoch(version)
    upstream = _REALLY.split(upstream)[-1]
    if _SNAPSHOT_BEFORE.search(upstream):
        return upstream
    return _DEBIAN_ADDS.sub("", upstream) or upstream


def _of_rpm(version: str) -> str:
    upstream, _, release = _without_epoch(version).partition("-")
    upstream = upstream.split("^")[0]
    if match := _RPM_PATCH.match(release):
        return f"{upstream}-{match[1]}"
    if match := _RPM_CANDIDATE.match(release):
        return upstream + match[1]
    return upstream
