"""What other programs print of a machine: scanners, SBOM makers, osquery, Ansible, pip, npm, dpkg's own database."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot import inventory, members
from feedbot.errors import InventoryError
from feedbot.inventory import Component, HostPackages, RefusedRow

DEB = "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&distro=debian-12&upstream=openssl%403.0.9-1"
RPM = (
    "pkg:rpm/almalinux/bind-libs@9.16.23-18.el9?arch=x86_64&epoch=32&distro=almalinux-9.4"
    "&upstream=bind-9.16.23-18.el9.src.rpm"
)
CYCLONEDX = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "metadata": {"component": {"type": "application", "name": "Web01"}},
    "components": [
        {"type": "operating-system", "name": "debian", "version": "12.5"},
        {"type": "library", "name": "libssl3", "version": "3.0.9-1", "purl": DEB},
        {"type": "library", "name": "libx", "version": "1-2", "purl": "pkg:deb/debian/libx@1-2",
         "properties": [{"name": "aquasecurity:trivy:SrcName", "value": "x"}]},
        {"type": "application", "name": "Example Server", "version": "2.1",
         "components": [{"type": "library", "name": "Django", "purl": "pkg:pypi/Django@4.2"}]},
        {"type": "file", "name": "/etc/passwd"},
    ],
}  # fmt: skip
XML = """<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.4" version="1">
  <metadata><component type="application"><name>web01</name></component></metadata>
  <components>
    <component type="operating-system"><name>debian</name><version>12.5</version></component>
    <component type="library"><name>libssl3</name><version>3.0.9-1</version>
      <purl>pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&amp;distro=debian-12&amp;upstream=openssl%403.0.9-1</purl></component>
    <component type="library"><name>libx</name><version>1-2</version><purl>pkg:deb/debian/libx@1-2</purl>
      <properties><property name="aquasecurity:trivy:SrcName">x</property></properties></component>
    <component type="application"><name>Example Server</name><version>2.1</version>
      <components><component type="library"><name>Django</name><purl>pkg:pypi/Django@4.2</purl></component></components>
    </component>
    <component type="file"><name>/etc/passwd</name></component>
  </components>
</bom>
"""
SBOM = (
    Component("deb", "libssl3", "3.0.9-1", "openssl", "3.0.9-1", "amd64", "debian:12"),
    Component("deb", "libx", "1-2", "x", "1-2", "", "debian:12"),
    Component("generic", "Example Server", "2.1", "Example Server"),
    Component("pep440", "django", "4.2", "django"),
)
SPDX = {
    "spdxVersion": "SPDX-2.3",
    "name": "db01",
    "packages": [
        {"name": "bind-libs", "versionInfo": "x", "externalRefs": [{"referenceType": "purl", "referenceLocator": RPM}]},
        {"name": "Example Server", "versionInfo": "2.1"},
        {"name": "nobody knows", "versionInfo": "NOASSERTION"},
        {"name": "almalinux", "versionInfo": "9", "primaryPackagePurpose": "OPERATING-SYSTEM"},
    ],
}
TAGS = f"""SPDXVersion: SPDX-2.3
DocumentName: db01
DocumentComment: <text>two lines,
PackageName: not one</text>

PackageName: bind-libs
PackageVersion: x
PackageDownloadLocation: NONE
ExternalRef: PACKAGE-MANAGER purl {RPM}

PackageName: Example Server
PackageVersion: 2.1
PackageDownloadLocation: NONE

PackageName: nobody knows
PackageVersion: NOASSERTION
PackageDownloadLocation: NOASSERTION
PackageName: almalinux
PackageDownloadLocation: NONE
PrimaryPackagePurpose: OPERATING-SYSTEM
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-1
"""
SPDX_FOUND = (
    Component("rpm", "bind-libs", "32:9.16.23-18.el9", "bind", "9.16.23-18.el9", "x86_64", "almalinux:9"),
    Component("generic", "Example Server", "2.1", "Example Server"),
    Component("generic", "nobody knows", "", "nobody knows"),
)
DEB_ROWS = [
    {"name": "libssl3", "version": "3.0.9-1", "source": "openssl", "arch": "amd64", "revision": "1",
     "status": "install ok installed", "maintainer": "A", "admindir": "/var/lib/dpkg"},
    {"name": "gone", "version": "1-1", "source": "", "arch": "amd64", "status": "deinstall ok config-files",
     "maintainer": "A", "admindir": "/var/lib/dpkg"},
]  # fmt: skip
RPM_ROWS = [
    {"name": "bind-libs", "version": "9.16.23", "release": "18.el9", "epoch": "32", "arch": "x86_64", "sha1": "",
     "source": "bind-9.16.23-18.el9.src.rpm", "package_group": "x"},
    {"name": "gpg-pubkey", "version": "1", "release": "2", "sha1": "", "package_group": "x"},
]  # fmt: skip
PYTHON_ROWS = [{"name": "Django", "version": "4.2", "summary": "x", "author": "y", "directory": "/usr/lib"}]
LOG = "".join(
    json.dumps(one) + "\n"
    for one in (
        {
            "name": "debs",
            "hostIdentifier": "web01",
            "action": "snapshot",
            "snapshot": [{**DEB_ROWS[0], "version": "1-1"}],
        },
        {"name": "debs", "hostIdentifier": "web01", "action": "snapshot", "snapshot": DEB_ROWS},
        {"name": "python", "hostIdentifier": "web01", "action": "snapshot", "snapshot": PYTHON_ROWS},
        {"name": "rpms", "hostIdentifier": "db01", "action": "snapshot", "snapshot": RPM_ROWS},
        {"name": "rpms", "hostIdentifier": "db01", "action": "added", "columns": {"name": "x"}},
    )
)
FACTS = {
    "ansible_facts": {
        "packages": {
            "bash": [{"name": "bash", "version": "5.2.15-2", "source": "apt", "arch": "amd64"}],
            "bind-libs": [
                {"name": "bind-libs", "version": "9.16.23", "release": "18.el9", "epoch": 32, "source": "rpm"}
            ],
        },
        "ansible_hostname": "web01",
        "ansible_distribution": "Debian",
        "ansible_distribution_version": "12.5",
        "ansible_kernel": "6.1.0-21-amd64",
    }
}
PRINTED = f'web01 | SUCCESS => {json.dumps(FACTS, indent=4)}\ndb01 | UNREACHABLE! => {{\n    "unreachable": true\n}}\n'
VULS = {
    "jsonVersion": 4,
    "serverName": "web01",
    "family": "debian",
    "release": "12.5",
    "runningKernel": {"release": "6.1.0-21-amd64", "version": "", "rebootRequired": False},
    "packages": {
        "libssl3": {"name": "libssl3", "version": "3.0.9-1", "arch": "amd64"},
        "bash": {"name": "bash", "version": "5.2-2"},
    },
    "SrcPackages": {"openssl": {"name": "openssl", "version": "3.0.9-1", "binaryNames": ["libssl3"]}},
    "libraries": [{"Type": "pip", "Libs": [{"Name": "Django", "Version": "4.2"}]}],
    "wordPressPackages": [
        {"name": "core", "version": "6.4", "type": "core"},
        {"name": "sample-form", "version": "1.2", "type": "plugin"},
    ],
}
PIP = "# server: web01\nDjango==4.2\nsample_lib @ file:///tmp/sample\n-e git+https://x.example/y#egg=Sample.Two\n"
NPM = {
    "name": "app",
    "dependencies": {
        "left": {"version": "1.2.3", "resolved": "https://x.example/l", "overridden": False,
                 "dependencies": {"@scope/right": {"version": "2.0.0"}, "left": {"version": "1.2.3"}}},
        "wanted": {"required": "^1", "missing": True},
    },
}  # fmt: skip
PLAIN = "# server: web01\nApache HTTP Server 2.4.58\nnginx=1.24.0\nOpenSSL: v3.0.7\n"
STATUS = """# server: web01
Package: base-files
Status: install ok installed
Architecture: amd64
Version: 12.4+deb12u5

Package: libssl3
Status: hold ok installed
Architecture: amd64
Source: openssl (3.0.9-1)
Version: 3.0.9-1+b2
Description: two lines
 Version: 9

Package: gone
Status: deinstall ok config-files
Version: 1-1
"""
SAMPLES = {
    "cyclonedx": json.dumps(CYCLONEDX),
    "cyclonedx-xml": XML,
    "spdx": json.dumps(SPDX, indent=1),
    "spdx-tags": TAGS,
    "osquery": json.dumps(DEB_ROWS),
    "osquery-rpm": json.dumps(RPM_ROWS),
    "osquery-log": LOG,
    "ansible": json.dumps(FACTS),
    "ansible-printed": PRINTED,
    "vuls": json.dumps(VULS),
    "pip": PIP,
    "npm": json.dumps(NPM),
    "plain": PLAIN,
    "dpkg_status": STATUS,
}


def hosts(text: str, name: str = "list.txt", named: str = "") -> list[HostPackages]:
    """Return the servers that a file gives."""
    return [one for one in inventory.read(text, name, named) if isinstance(one, HostPackages)]


def refused(text: str, name: str = "list.txt", named: str = "") -> list[RefusedRow]:
    """Return the rows that are refused."""
    return [one for one in inventory.read(text, name, named) if isinstance(one, RefusedRow)]


@pytest.mark.parametrize("sample", SAMPLES)
def test_each_format_is_told_from_the_others(sample: str) -> None:
    """Without a name given, exactly the format itself takes a file."""
    found = [
        one
        for one in members.names("feedbot.inventory")
        if members.load("feedbot.inventory", one).detect(SAMPLES[sample])
    ]
    assert found == [sample.partition("-")[0]]


@pytest.mark.parametrize("text", [json.dumps(CYCLONEDX), XML], ids=["json", "xml"])
def test_cyclonedx(text: str) -> None:
    """Package URLs, nested components, trivy's source names and the operating system; what is no software is not."""
    (host,) = hosts(text)
    assert (host.server, host.distro, host.guessed) == ("web01", "debian:12", True)
    assert host.components == SBOM


@pytest.mark.parametrize("text", [json.dumps(SPDX), TAGS], ids=["json", "tag-value"])
def test_spdx(text: str) -> None:
    """Package URLs, packages without one, a version that is not told; a text over lines makes no package."""
    (host,) = hosts(text)
    assert (host.server, host.distro, host.components) == ("db01", "almalinux:9", SPDX_FOUND)


def test_osquery_tables() -> None:
    """One table as osqueryi prints it: what is installed, with its source package; keys and removed ones are not."""
    (debs,) = hosts(json.dumps(DEB_ROWS))
    assert debs.components == (Component("deb", "libssl3", "3.0.9-1", "openssl", "3.0.9-1", "amd64"),)
    (rpms,) = hosts(json.dumps(RPM_ROWS))
    assert rpms.components == (Component("rpm", "bind-libs", "32:9.16.23-18.el9", "bind", "9.16.23-18.el9", "x86_64"),)


def test_osquery_log() -> None:
    """Of a log, the last snapshot of each query and host."""
    web, db = hosts(LOG)
    assert (web.server, [(one.name, one.version) for one in web.components]) == (
        "web01",
        [("libssl3", "3.0.9-1"), ("django", "4.2")],
    )
    assert (db.server, db.components[0].name) == ("db01", "bind-libs")


def test_osquery_differences_are_no_list() -> None:
    """A log without a snapshot says so, and what to set."""
    line = json.dumps({"name": "debs", "hostIdentifier": "web01", "action": "added", "columns": {}}) + "\n"
    with pytest.raises(InventoryError, match="differences") as caught:
        inventory.read(line, "osqueryd.results.log")
    assert '"snapshot": true' in caught.value.hint()


def test_ansible() -> None:
    """The facts of a host, as a cache keeps them or as ansible prints them; a host not reached is told."""
    (host,) = hosts(json.dumps(FACTS))
    assert (host.server, host.distro, host.guessed, host.kernel) == ("web01", "debian:12", False, "6.1.0-21-amd64")
    assert [(one.scheme, one.name, one.version, one.distro) for one in host.components] == [
        ("deb", "bash", "5.2.15-2", "debian:12"),
        ("rpm", "bind-libs", "32:9.16.23-18.el9", "debian:12"),
    ]
    assert hosts(PRINTED)[0].components == host.components
    assert [(one.line, one.row) for one in refused(PRINTED)] == [
        (PRINTED.count("\n", 0, PRINTED.index("db01")) + 1, "db01")
    ]


def test_vuls() -> None:
    """Packages with their source, libraries, WordPress and plugins."""
    (host,) = hosts(json.dumps(VULS))
    assert (host.server, host.distro, host.kernel) == ("web01", "debian:12", "6.1.0-21-amd64")
    assert host.components == (
        Component("deb", "libssl3", "3.0.9-1", "openssl", "3.0.9-1", "amd64", "debian:12"),
        Component("deb", "bash", "5.2-2", "bash", "5.2-2", "", "debian:12"),
        Component("pep440", "Django", "4.2", "Django"),
        Component("generic", "WordPress", "6.4", "WordPress"),
        Component("generic", "sample-form", "1.2", "sample-form"),
    )


def test_pip() -> None:
    """Names in one spelling; what comes from a file or a repository has a version that is not known."""
    (host,) = hosts(PIP)
    assert [(one.name, one.version) for one in host.components] == [
        ("django", "4.2"),
        ("sample-lib", ""),
        ("sample-two", ""),
    ]
    assert [(one.line, one.reason) for one in refused("Django==4.2\nx==1\nx y\n")] == [(3, "not a line of pip freeze")]


def test_npm() -> None:
    """Each package of the tree once; what is wanted but missing is not installed."""
    (host,) = hosts(json.dumps(NPM), "web01.npm")
    assert (host.server, [(one.name, one.version) for one in host.components]) == (
        "web01",
        [("left", "1.2.3"), ("@scope/right", "2.0.0")],
    )


def test_plain() -> None:
    """Names with blanks, three ways to part them from the version."""
    (host,) = hosts(PLAIN)
    assert [(one.name, one.version) for one in host.components] == [
        ("Apache HTTP Server", "2.4.58"),
        ("nginx", "1.24.0"),
        ("OpenSSL", "3.0.7"),
    ]
    assert [one.line for one in refused(PLAIN + "a line without one\n")] == [5]


def test_dpkg_status() -> None:
    """dpkg's own database: the source and its version, the release by base-files; a field in a description is none."""
    (host,) = hosts(STATUS)
    assert (host.server, host.distro) == ("web01", "debian:12")
    assert host.components[1:] == (
        Component("deb", "libssl3", "3.0.9-1+b2", "openssl", "3.0.9-1", "amd64", "debian:12"),
    )
    broken = STATUS.replace("hold ok installed", "hold ok half-installed")
    assert [one.line for one in refused(broken)] == [7]


@pytest.mark.parametrize(
    ("sample", "old", "new", "reason"),
    [
        ("cyclonedx", '"version": "1-2"', '"version": 1', "not such a package: Expected"),
        ("cyclonedx", "pkg:pypi/Django@4.2", "pkg:pypi", "not a package URL: pkg:pypi"),
        ("cyclonedx", "pkg:pypi/Django@4.2", "pkg:apk/alpine/musl@1",
         "no order of versions is known for packages of type apk"),
        ("spdx", '"versionInfo": "2.1"', '"versionInfo": ["2.1"]', "not such a package: Expected"),
        ("osquery-log", '"version": "3.0.9-1"', '"version": 3', "not such a package: Expected"),
        ("ansible", '"source": "apt"', '"source": "nix"', "no such ecosystem: nix"),
        ("vuls", '"version": "5.2-2"', '"version": null', "not such a package: Expected"),
        ("npm", '"version": "2.0.0"', '"version": 2', "not such a package: Expected"),
    ],
)  # fmt: skip
def test_a_broken_package_is_refused_alone(sample: str, old: str, new: str, reason: str) -> None:
    """One package of the wrong kind is listed with its line and reason; every other one is there."""
    text = SAMPLES[sample]
    assert old in text
    (bad,) = refused(text.replace(old, new, 1))
    assert bad.reason.startswith(reason)
    assert bad.line >= 1
    before, after = hosts(text)[0].components, hosts(text.replace(old, new, 1))[0].components
    assert len(after) == len(before) - 1
    assert set(after) <= set(before)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (json.dumps({**CYCLONEDX, "specVersion": "9.0"}), "CycloneDX 9.0 is not known"),
        (json.dumps({**SPDX, "spdxVersion": "SPDX-3.0"}), "SPDX-3.0 is not known"),
        (XML.replace("<bom", "<!DOCTYPE bom><bom"), "it has a DOCTYPE, which is refused"),
        (XML.replace("</bom>", ""), "not XML"),
        (json.dumps(VULS)[:-9], "not such a document"),
        ('{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": ' + "[" * 5000 + "]" * 5000 + "}",
         "not such a document"),
    ],
)  # fmt: skip
def test_what_is_no_such_document(text: str, reason: str) -> None:
    """A version of the format that is not known, a DOCTYPE, a cut, endless nesting: one error, nothing taken in."""
    with pytest.raises(InventoryError) as caught:
        inventory.read(text, "list.txt")
    assert caught.value.reason().startswith(reason)


@pytest.mark.parametrize("sample", SAMPLES)
@settings(max_examples=200, deadline=None)
@given(st.data())
def test_cut_anywhere(sample: str, data: st.DataObject) -> None:
    """A file cut at any byte gives whole packages of it or one error; no cut name or version is ever believed."""
    # The log without its first line, an older snapshot, which is what a cut may well leave in force.
    text = SAMPLES[sample].partition("\n")[2] if sample == "osquery-log" else SAMPLES[sample]
    cut = text.encode()[: data.draw(st.integers(0, len(text.encode()) - 1))]
    whole = {(one.name, one.version) for host in hosts(text) for one in host.components}
    try:
        rows = inventory.read(cut, "list.txt")
    except InventoryError:
        return
    assert {(one.name, one.version) for row in rows if isinstance(row, HostPackages) for one in row.components} <= whole


@pytest.mark.parametrize(
    "named", ["ansible", "cyclonedx", "dpkg_status", "npm", "osquery", "pip", "plain", "spdx", "vuls"]
)
@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300), st.sampled_from(sorted(SAMPLES.values()))))
def test_noise_is_refused(named: str, noise: bytes | str) -> None:
    """Whatever is called this format, another one's files too, the outcome is rows, refusals or an InventoryError."""
    try:
        rows = inventory.read(noise, "noise", named)
    except InventoryError:
        return
    assert all(isinstance(one, HostPackages | RefusedRow) for one in rows)


def test_every_format_has_a_sample() -> None:
    """A format that comes without one is found out."""
    sampled = {one.partition("-")[0] for one in SAMPLES}
    others = {path.stem for path in Path(inventory.__file__).parent.glob("[!_]*.py")} - {"dpkg", "rpm", "csv"}
    assert sampled == others
