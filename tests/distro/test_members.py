"""Each member's own forms on made-up records, and all of them on what nobody meant for them."""

import gzip
import json
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot import members
from feedbot.advisory import Quarantined
from feedbot.distro import (
    Silent,
    Statement,
    debian_list,
    debian_osv,
    member_of,
    redhat_csaf,
    redhat_cve,
    rocky,
    ubuntu_cve,
    ubuntu_osv,
    ubuntu_usn,
)
from feedbot.errors import ConfigError, SourceError
from tests.distro.reading import read, statements

CVE = "CVE-2026-0001"
NAMES = members.names("feedbot.distro")


def told(found: list[Statement]) -> list[tuple[str, str, str, str, str]]:
    """Return what tests look at: release, suite, package, status, version."""
    return [(one.distro, one.suite, one.package, str(one.status), one.fixed_version) for one in found]


LIST = """\
[05 Nov 2026] DSA-9001-1 foo - security update
\t{CVE-2026-0001 CVE-2026-0002}
\t[bookworm] - foo 1.2-3+deb12u1
\t[trixie] - foo <not-affected> (Vulnerable code not present)
\tNOTE: a remark
[06 Nov 2026] DSA-9002-1 bar - regression update
\t[bookworm] - bar 2-2
"""


def test_a_list_of_advisories() -> None:
    """Each package and release is a statement for each CVE; an advisory without CVE is silent."""
    found = read(debian_list, LIST.encode())
    said = [one for one in found if isinstance(one, Statement)]
    assert told(said)[::2] == [
        ("debian:12", "", "foo", "fixed", "1.2-3+deb12u1"),
        ("debian:13", "", "foo", "not_affected", ""),
    ]
    assert {one.cve for one in said} == {CVE, "CVE-2026-0002"}
    assert [one.issued.day for one in said if one.issued] == [5] * 4
    assert [one for one in found if isinstance(one, Silent)] == [Silent("DSA-9002-1", "names no CVE")]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["- foo 1.4-1", "[bookworm] - foo <no-dsa> (Minor issue)"],
            [("sid", "fixed", "1.4-1"), ("12", "open", "1.4-1")],
        ),
        (["- foo <unfixed>", "[bookworm] - foo <ignored> (x)"], [("sid", "open", ""), ("12", "open", "")]),
        (["{DLA-9-1}", "- foo <removed>", "[bookworm] - foo <no-dsa>"], [("12", "undetermined", "")]),
        (["{DLA-9-1}", "- foo 2", "[bookworm] - foo <postponed>"], [("sid", "fixed", "2"), ("12", "open", "2")]),
        (["[bookworm] - foo <end-of-life>", "- foo <itp> (bug #1)"], [("12", "end_of_life", "")]),
        (["[bookworm] - foo 1", "[bookworm] - foo  2"], [("12", "fixed", "2")]),
    ],
)
def test_the_list_of_cves(lines: list[str], expected: list[tuple[str, str, str]]) -> None:
    """A flag of a release stands beside unstable's correction, or gives way to an advisory that is named."""
    body = "\n\t".join([f"{CVE} (foo does bar ...)", *lines]) + "\n"
    assert [(one.distro[7:], str(one.status), one.fixed_version) for one in statements(debian_list, body.encode())] == [
        *expected
    ]


@pytest.mark.parametrize("line", ["[nosuch] - foo 1", "- foo <strange>", "- Foo 1", "?", "[bookworm] - foo foo"])
def test_a_line_that_is_not_understood(line: str) -> None:
    """It is set aside with its entry, and the entry's other lines are read."""
    body = f"{CVE} (x)\n\t{line}\n\t- bar 1-1\n"
    assert [type(one) for one in read(debian_list, body.encode())] == [Quarantined, Statement]


def osv(place: str, **more: object) -> bytes:
    """Make an OSV record of one package."""
    events = [{"introduced": "0"}, {"fixed": "1.2-3"}]
    affected = [{"package": {"ecosystem": place, "name": "foo"}, "ranges": [{"events": events}]}]
    return json.dumps({"id": "X-1", "related": [CVE], "affected": affected, **more}).encode()


@pytest.mark.parametrize(
    ("member", "place", "distro", "suite"),
    [
        ("debian_osv", "Debian:12", "debian:12", ""),
        ("debian_osv", "Debian:6.0", "debian:6", ""),
        ("ubuntu_osv", "Ubuntu:22.04:LTS", "ubuntu:22.04", ""),
        ("ubuntu_osv", "Ubuntu:Pro:16.04:LTS", "ubuntu:16.04", "esm"),
        ("ubuntu_osv", "Ubuntu:Pro:FIPS-updates:20.04:LTS", "ubuntu:20.04", "fips"),
        ("ubuntu_osv", "Ubuntu:Pro:Realtime:22.04:LTS", "ubuntu:22.04", "realtime"),
        ("ubuntu_osv", "Ubuntu:Pro:22.04:LTS:Realtime:Kernel", "ubuntu:22.04", "realtime"),
        ("ubuntu_osv", "Ubuntu:25.10", "ubuntu:25.10", ""),
        ("rocky", "Rocky Linux:9", "rocky:9", ""),
        ("redhat_osv", "Red Hat:enterprise_linux:9::appstream", "rhel:9", ""),
        ("redhat_osv", "Red Hat:rhel_eus:9.2::baseos", "rhel:9", "eus-9.2"),
    ],
)
def test_a_place_of_osv(member: str, place: str, distro: str, suite: str) -> None:
    """An ecosystem is a release and a suite as an inventory and matching know them."""
    assert told(statements(members.load("feedbot.distro", member), osv(place))) == [
        (distro, suite, "foo", "fixed", "1.2-3")
    ]


@pytest.mark.parametrize("place", ["Ubuntu:Nvidia-BlueField:22.04:LTS", "Ubuntu:22.04:LTS:for:NVIDIA:BlueField"])
def test_another_line_of_the_distributor_s(place: str) -> None:
    """A line that is not the release's own says nothing of it."""
    assert read(ubuntu_osv, osv(place)) == [Silent("X-1", "another product")]


def test_a_place_that_is_not_known() -> None:
    """A release without a number is set aside, not guessed."""
    assert [type(one) for one in read(ubuntu_osv, osv("Ubuntu:next"))] == [Quarantined, Silent]


def test_a_record_of_a_cve_bears_its_name() -> None:
    """UBUNTU-CVE-… and DEBIAN-CVE-… are about that CVE; a USN names them so too."""
    (one,) = statements(ubuntu_osv, osv("Ubuntu:22.04:LTS", id=f"UBUNTU-{CVE}", related=[]))
    (other,) = statements(debian_osv, osv("Debian:12", related=[], upstream=[f"DEBIAN-{CVE}"]))
    assert (one.cve, other.cve) == (CVE, CVE)


@pytest.mark.parametrize(
    ("urgency", "fixed", "status"),
    [
        ("unimportant", "1.2-3", "not_affected"),
        ("unimportant", "", "not_affected"),
        ("end-of-life", "", "end_of_life"),
        ("end-of-life", "1.2-3", "fixed"),
        ("low", "", "open"),
    ],
)
def test_debian_s_urgency(urgency: str, fixed: str, status: str) -> None:
    """Its OSV weighs a fault as its tracker does."""
    body = json.loads(osv("Debian:12"))
    body["affected"][0]["ecosystem_specific"] = {"urgency": urgency}
    if not fixed:
        del body["affected"][0]["ranges"][0]["events"][1]
    (made,) = statements(debian_osv, json.dumps(body).encode())
    assert made.status == status


def test_the_cloud_s_errata() -> None:
    """RXSA is of a SIG's builds, not of the release's."""
    assert told(statements(rocky, osv("Rocky Linux:8", id="RXSA-2026:1"))) == [
        ("rocky:8", "sig-cloud", "foo", "fixed", "1.2-3")
    ]


STATUSES = [
    ("jammy", "security", "released", "1-1ubuntu2", ("ubuntu:22.04", "", "fixed", "1-1ubuntu2")),
    ("xenial", "esm-infra", "released", "1-1+esm1", ("ubuntu:16.04", "esm", "fixed", "1-1+esm1")),
    ("jammy", "security", "not-affected", "code not present", ("ubuntu:22.04", "", "not_affected", "")),
    ("jammy", "security", "needed", "", ("ubuntu:22.04", "", "open", "")),
    ("jammy", "security", "deferred", "2026-11-01", ("ubuntu:22.04", "", "open", "")),
    ("jammy", "security", "ignored", "changes too intrusive", ("ubuntu:22.04", "", "open", "")),
    ("xenial", "security", "ignored", "end of standard support", ("ubuntu:16.04", "", "end_of_life", "")),
    ("bionic", "security", "ignored", "superseded by linux-hwe-5.4", ("ubuntu:18.04", "", "end_of_life", "")),
    ("focal", "fips-updates", "released", "1.fips.2", ("ubuntu:20.04", "fips", "fixed", "1.fips.2")),
]


@pytest.mark.parametrize(("codename", "pocket", "status", "note", "expected"), STATUSES)
def test_a_status_of_ubuntu(codename: str, pocket: str, status: str, note: str, expected: tuple[str, ...]) -> None:
    """The three forms of Ubuntu's tracker say the same."""
    given = {"release_codename": codename, "pocket": pocket, "status": status, "description": note}
    answer = {"cves": [{"id": CVE, "packages": [{"name": "foo", "statuses": [given]}]}]}
    where = codename if pocket == "security" else f"{pocket}/{codename}"
    record = {"candidate": CVE, "packages": {"foo": {"releases": {where: {"status": status, "note": note}}}}}
    text = f"Candidate: {CVE}\nPatches_foo:\n{where}_foo: {status} ({note})\nupstream_foo: released (9)\n"
    for body in (json.dumps(answer), json.dumps(record), text):
        (made,) = statements(ubuntu_cve, body.encode())
        assert (made.distro, made.suite, str(made.status), made.fixed_version) == expected


@pytest.mark.parametrize(
    ("status", "kind"),
    [("DNE", Silent), ("needs-triage", Silent), ("released", Quarantined), ("strange", Quarantined)],
)
def test_a_status_that_says_nothing(status: str, kind: type) -> None:
    """A package that is not there, or not looked at, is silent; a state without its version is set aside."""
    body = f"Candidate: {CVE}\njammy_foo: {status}\n"
    assert [type(one) for one in read(ubuntu_cve, body.encode())] == [kind]


def test_a_notice_of_ubuntu() -> None:
    """The source package's version corrects; binary packages, and notices of old without versions, say nothing."""
    source = {"is_source": True, "name": "foo", "version": "1-1ubuntu2"}
    binary = {"is_source": False, "name": "libfoo", "version": "9"}
    esm = {"is_source": True, "name": "foo", "version": "1-1ubuntu1+esm3"}
    notice = {
        "id": "USN-9-1",
        "cves_ids": [CVE],
        "published": "2026-11-05T01:17:50",
        "release_packages": {"jammy": [source, binary], "xenial": [esm]},
    }
    found = statements(ubuntu_usn, json.dumps({"notices": [notice]}).encode())
    assert told(found) == [
        ("ubuntu:22.04", "", "foo", "fixed", "1-1ubuntu2"),
        ("ubuntu:16.04", "esm", "foo", "fixed", "1-1ubuntu1+esm3"),
    ]
    old = {**notice, "release_packages": {"jammy": [{**source, "version": ""}]}}
    assert read(ubuntu_usn, json.dumps(old).encode()) == [Silent("USN-9-1", "names no version of a source package")]


def test_an_erratum_of_rocky_s_api() -> None:
    """Each build is a statement with its module's stream; a module's source that is listed without it is of none."""
    packages = [
        {"nevra": "foo-1:1.2-3.el9.x86_64.rpm", "product_name": "Rocky Linux 9 x86_64"},
        {
            "nevra": "bar-0:8.2.1-1.module+el9+1+a.noarch.rpm",
            "product_name": "Rocky Linux 9 x86_64",
            "module_name": "bar",
            "module_stream": "8.2",
        },
        {"nevra": "bar-0:8.2.1-1.module+el9+1+a.src.rpm", "product_name": "Rocky Linux 9 x86_64"},
        {"nevra": "strange", "product_name": "Rocky Linux 9 x86_64"},
    ]
    body = {"name": "RLSA-2026:1", "synopsis": "x", "cves": [{"cve": CVE}], "packages": packages}
    found = read(rocky, json.dumps(body).encode())
    assert [(one.package, one.fixed_version, one.stream) for one in found if isinstance(one, Statement)] == [
        ("foo", "1:1.2-3.el9", ""),
        ("bar", "0:8.2.1-1.module+el9+1+a", "bar:8.2"),
        ("bar", "0:8.2.1-1.module+el9+1+a", ":"),
    ]
    assert sum(isinstance(one, Quarantined) for one in found) == 1


def csaf(states: dict[str, list[str]], *remediations: dict[str, object], purl: str = "pkg:rpm/redhat/foo") -> bytes:
    """Make a VEX document: package p:c of release 9, and package q:c of another product."""
    cpes = {"p": "cpe:/o:redhat:enterprise_linux:9::baseos", "q": "cpe:/a:redhat:satellite:6"}
    branches = [{"product": {"product_id": k, "product_identification_helper": {"cpe": v}}} for k, v in cpes.items()]
    branches.append({"product": {"product_id": "c", "product_identification_helper": {"purl": purl}}})
    joined = [
        {
            "full_product_name": {"product_id": f"{one}:c"},
            "product_reference": "c",
            "relates_to_product_reference": one,
        }
        for one in cpes
    ]
    return json.dumps(
        {
            "document": {"csaf_version": "2.0", "tracking": {"id": CVE}},
            "product_tree": {"branches": [{"branches": branches}], "relationships": joined},
            "vulnerabilities": [{"cve": CVE, "product_status": states, "remediations": list(remediations)}],
        }
    ).encode()


@pytest.mark.parametrize(
    ("state", "remedy", "expected"),
    [
        ("known_not_affected", {}, "not_affected"),
        ("known_affected", {}, "open"),
        ("known_affected", {"category": "none_available", "details": "Fix deferred"}, "open"),
        ("known_affected", {"category": "no_fix_planned", "details": "Will not fix"}, "open"),
        ("known_affected", {"category": "no_fix_planned", "details": "Out of support scope"}, "end_of_life"),
    ],
)
def test_a_status_of_vex(state: str, remedy: dict[str, object], expected: str) -> None:
    """A package of Red Hat Enterprise Linux is spoken of; the remediation tells why there is no fix."""
    body = csaf({state: ["p:c", "q:c"]}, {**remedy, "product_ids": ["p:c"]})
    assert told(statements(redhat_csaf, body)) == [("rhel:9", "", "foo", expected, "")]


def test_a_fix_of_vex() -> None:
    """The purl tells version, epoch and module; the remediation which erratum, and when."""
    purl = "pkg:rpm/redhat/foo@1.2-3.module%2Bel9%2B1%2Ba?arch=src&epoch=1&rpmmod=foo:8.2:1:a"
    remedy = {
        "category": "vendor_fix",
        "product_ids": ["p:c"],
        "url": "https://access.redhat.com/errata/RHSA-2026:9",
        "date": "2026-11-05T00:00:00Z",
    }
    (made,) = statements(redhat_csaf, csaf({"fixed": ["p:c"]}, remedy, purl=purl))
    assert (made.fixed_version, made.stream, made.evidence) == ("1:1.2-3.module+el9+1+a", "foo:8.2", "RHSA-2026:9")
    assert made.issued is not None
    assert made.url == remedy["url"]


@pytest.mark.parametrize("purl", ["pkg:npm/foo", "pkg:oci/foo", ""])
def test_what_is_no_package_of_the_distribution(purl: str) -> None:
    """A container or a library says nothing of an rpm; what is still under investigation says nothing at all."""
    assert read(redhat_csaf, csaf({"known_affected": ["p:c"]}, purl=purl)) == [Silent(CVE, "another product")]
    assert read(redhat_csaf, csaf({"under_investigation": ["p:c"]})) == [Silent(CVE, "another product")]


def test_a_tree_that_leads_back_to_itself() -> None:
    """A relationship of a product with itself ends the search, not the program."""
    body = json.loads(csaf({"fixed": ["p:c"]}))
    body["product_tree"]["relationships"].append(
        {"full_product_name": {"product_id": "p"}, "product_reference": "c", "relates_to_product_reference": "p"}
    )
    assert len(read(redhat_csaf, json.dumps(body).encode())) == 1


def test_a_record_of_red_hat_s() -> None:
    """Corrected packages and states by release; a module's build is no version of a package."""
    main, eus = "cpe:/a:redhat:enterprise_linux:9", "cpe:/a:redhat:rhel_eus:9.2"
    body = {
        "name": CVE,
        "affected_release": [
            {"cpe": main, "advisory": "RHSA-2026:1", "package": "foo-0:1.2-3.el9_4"},
            {"cpe": eus, "advisory": "RHSA-2026:2", "package": "foo-0:1.1-9.el9_2"},
            {"cpe": main, "advisory": "RHSA-2026:3", "package": "python39:3.9-8100020240826142629.d47b87a4"},
            {"cpe": "cpe:/a:redhat:jboss:1", "advisory": "RHSA-2026:4", "package": "foo-0:1-1"},
        ],
        "package_state": [
            {"cpe": main, "fix_state": "Will not fix", "package_name": "bar:8/foo"},
            {"cpe": main, "fix_state": "Under investigation", "package_name": "foo"},
            {"cpe": main, "fix_state": "Strange", "package_name": "foo"},
        ],
    }
    found = read(redhat_cve, json.dumps(body).encode())
    assert told([one for one in found if isinstance(one, Statement)]) == [
        ("rhel:9", "", "foo", "fixed", "0:1.2-3.el9_4"),
        ("rhel:9", "eus-9.2", "foo", "fixed", "0:1.1-9.el9_2"),
        ("rhel:9", "", "foo", "open", ""),
    ]
    assert [type(one).__name__ for one in found] == [
        "Statement",
        "Statement",
        "Silent",
        "Silent",
        "Statement",
        "Silent",
        "Quarantined",
    ]


def test_changed_documents() -> None:
    """changes.csv names documents and moments; another file is none."""
    body = b'"2026/cve-2026-0001.json","2026-11-05T11:45:05+00:00"\n\n'
    ((url, at),) = redhat_csaf.listing(body, "https://d.example/vex/changes.csv")
    assert (url, at.day) == ("https://d.example/vex/2026/cve-2026-0001.json", 5)
    for bad in (b"<html>", b'"../../x.json","2026-11-05T11:45:05+00:00"', b'"2026/a.json","yesterday"', b"\xff"):
        with pytest.raises(SourceError):
            list(redhat_csaf.listing(bad, "https://d.example/vex/changes.csv"))


def zipped(**files: bytes) -> bytes:
    """Return a zip of these files."""
    body = BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return body.getvalue()


def test_a_zip_and_a_gzip() -> None:
    """Many records in one file, and a packed one, are read as they are."""
    many = zipped(a=osv("Debian:12"), b=osv("Debian:11"), c=b"{", d=b"[1]")
    assert sum(isinstance(one, Quarantined) for one in read(debian_osv, many)) == 2
    assert [one.distro for one in statements(debian_osv, many)] == ["debian:12", "debian:11"]
    assert len(statements(debian_osv, gzip.compress(osv("Debian:12")))) == 1
    assert len(statements(debian_list, gzip.compress(LIST.encode()))) == 4


@pytest.mark.parametrize("body", [zipped(a=osv("Debian:12"))[:-30], gzip.compress(osv("Debian:12"))[:-9]])
def test_a_damaged_archive(body: bytes) -> None:
    """One that is cut short, or holds something else, is refused whole."""
    with pytest.raises(SourceError):
        read(debian_osv, body)


def test_an_archive_that_swells(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an archive inflates to is bounded, whatever it says of its size."""
    monkeypatch.setattr("feedbot.distro._files.RECORD", 1000)
    for body in (zipped(a=b" " * 5000), gzip.compress(b" " * 5000)):
        with pytest.raises(SourceError, match="1000"):
            read(debian_osv, body)


def test_which_member_reads_a_file() -> None:
    """It is known by how it begins, zipped or not; what fits none is refused, and a name that is none too."""
    for body, name in (
        (osv("Debian:12"), "debian_osv"),
        (zipped(a=osv("Rocky Linux:9")), "rocky"),
        (csaf({}), "redhat_csaf"),
    ):
        assert member_of(BytesIO(body), "x")[0] == name
    with pytest.raises(SourceError):
        member_of(BytesIO(b"hello"), "x")
    assert member_of(BytesIO(b"hello"), "x", "rocky")[0] == "rocky"
    with pytest.raises(ConfigError):
        member_of(BytesIO(b""), "x", "no_such")


WORDS = (
    "id name packages releases affected package ranges events cves notices statuses document product_tree "
    "vulnerabilities candidate header annotations line nevra CVE-2026-0001 csaf_version branches relationships cve "
    "product_status fixed status package_state"
)
SCRAPS = st.sampled_from(WORDS.split())


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(NAMES),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), SCRAPS),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(SCRAPS, inner, max_size=4)),
        max_leaves=14,
    ),
)
def test_any_json_is_read_or_refused(name: str, document: object) -> None:
    """Whatever JSON comes, the outcome is statements, silent or quarantined records, or a SourceError."""
    try:
        made = read(members.load("feedbot.distro", name), json.dumps(document).encode())
    except SourceError:
        return
    assert all(isinstance(one, Statement | Quarantined | Silent) for one in made)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"7", b"\xff\xfe", b"[" * 200_000, b"9" * 9_000, b"{" * 9, b"\x00"]
)
def test_what_is_nobody_s(name: str, body: bytes) -> None:
    """Nothing, another form, or nested without end: a SourceError, or (an empty list of records) nothing."""
    try:
        assert read(members.load("feedbot.distro", name), body) == []
    except SourceError:
        return
    assert body == b"[]"
