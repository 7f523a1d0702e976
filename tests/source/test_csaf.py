"""CSAF documents and listings: what the golden files do not show, and the real ones counted by other means."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.advisory import Advisory, Quarantined, Status, UnreadRange
from feedbot.errors import SourceError
from feedbot.source import ListedItem, csaf
from feedbot.version import VersionRange
from tests.source.reading import advisory, document, fixture, read, reasons

WHOLE = json.loads(fixture("csaf/advisory.json").body)
FOLDERS = ("cisa-csaf", "redhat/csaf", "redhat/vex")


def body(category: str = "product_version_range", name: str = "<2.0", **tracking: object) -> bytes:
    """Return a document with one affected product, its last branch of this category and name."""
    leaf = {"category": category, "name": name, "product": {"name": "Dial", "product_id": "1"}}
    named = {"category": "product_name", "name": "Dial", "branches": [leaf]}
    head = WHOLE["document"] | {"tracking": WHOLE["document"]["tracking"] | tracking}
    return json.dumps(
        {
            "document": head,
            "product_tree": {"branches": [{"category": "vendor", "name": "Hidokei", "branches": [named]}]},
            "vulnerabilities": [{"product_status": {"known_affected": ["1"]}}],
        }
    ).encode()


@pytest.mark.parametrize(
    ("category", "name", "expected"),
    [
        ("product_version_range", "vers:deb/>=1.0|<1:2.0-1", "vers:deb/>=1.0|<1:2.0-1"),
        ("product_version_range", "vers:pypi/>=1.0|<2.0", "vers:pypi/>=1.0|<2.0"),
        ("product_version_range", "vers:all/*", "vers:generic/*"),
        ("product_version_range", "all versions", "vers:generic/*"),
        ("product_version_range", "0 < 8.0.1", "vers:generic/>=0|<8.0.1"),
        ("product_version_range", "<=26", "vers:generic/<=26"),
        ("product_version_range", ">= V6.2 < V7.1", "vers:generic/>=6.2|<7.1"),
        ("product_version_range", ">=1.2 | <1.4", "vers:generic/>=1.2|<1.4"),
        ("product_version", "9.x", "vers:generic/>=9|<10"),
        ("product_version", "1", "vers:generic/1"),
        ("product_version", "3.0.7 | 3.0.8", "vers:generic/3.0.7|3.0.8"),
    ],
)
def test_versions_that_are_read(category: str, name: str, expected: str) -> None:
    """VERS, comparators as tools write them, and single versions."""
    (found,) = advisory("csaf", document(body(category, name))).affected
    assert found.complete
    assert str(found.range) == expected


@pytest.mark.parametrize(
    ("category", "name"),
    [
        ("product_version_range", "vers:all/<V2.1"),
        ("product_version_range", "vers:deb/<2.0|>=1.0"),
        ("product_version_range", "vers:nosuch/>=1.0"),
        ("product_version_range", "< V17.0 Upd 2"),
        ("product_version_range", "Versions including the lamp"),
        ("product_version", "Corefix 14"),
        ("product_version", "RLC-4XX series"),
        ("patch_level", "7"),
    ],
)
def test_versions_that_are_not(category: str, name: str) -> None:
    """What is not VERS of an order known here, or no version at all, is kept for a person; nothing is guessed."""
    (found,) = advisory("csaf", document(body(category, name))).affected
    assert not found.complete
    assert found.stated
    assert name in found.evidence


@pytest.mark.parametrize(
    ("tracking", "status"), [("draft", Status.DRAFT), ("interim", Status.DRAFT), ("final", Status.FINAL)]
)
def test_status(tracking: str, status: Status) -> None:
    """Interim is 暫定."""
    assert advisory("csaf", document(body(status=tracking))).status is status


@pytest.mark.parametrize(
    ("tracking", "reason"),
    [({"id": ""}, "no advisory number"), ({"current_release_date": "soon"}, "unreadable date: soon")],
)
def test_what_a_document_must_have(tracking: dict[str, object], reason: str) -> None:
    """A document without it is quarantined for that."""
    assert reasons(read("csaf", document(body("product_version", "1", **tracking)))) == [reason]


def metadata(*distributions: object) -> bytes:
    """Return a provider's metadata."""
    canonical = "https://hidokei.example/.well-known/csaf/provider-metadata.json"
    return json.dumps({"canonical_url": canonical, "metadata_version": "2.0", "distributions": distributions}).encode()


WHITE = {"tlp_label": "WHITE", "url": "https://hidokei.example/csaf/white.json"}
AMBER = {"tlp_label": "AMBER", "url": "https://hidokei.example/csaf/amber.json"}
DIRECTORY = {"directory_url": "https://hidokei.example/csaf/"}
DIRECTORY_21 = {"directory": {"tlp_label": "CLEAR", "url": "https://hidokei.example/clear/"}}


@pytest.mark.parametrize(
    ("distributions", "listed"),
    [
        (({"rolie": {"feeds": [WHITE, AMBER]}}, DIRECTORY), ["https://hidokei.example/csaf/white.json"]),
        ((DIRECTORY, DIRECTORY), ["https://hidokei.example/csaf/changes.csv"]),
        (({"rolie": {"feeds": [AMBER]}}, DIRECTORY_21), ["https://hidokei.example/clear/changes.csv"]),
    ],
)
def test_metadata_is_a_listing_of_listings(distributions: tuple[object, ...], listed: list[str]) -> None:
    """The feeds that everybody may read, or else the directories."""
    found = list(csaf.listing(document(metadata(*distributions))))
    assert found == [ListedItem("", url, listing=True) for url in listed]


def test_metadata_that_leads_nowhere() -> None:
    """Without a listing for everybody the provider is refused; an address of another kind is quarantined."""
    with pytest.raises(SourceError, match="no listing for everybody"):
        list(csaf.listing(document(metadata({"rolie": {"feeds": [AMBER]}}))))
    (found,) = csaf.listing(document(metadata({"directory_url": "file:///etc"})))
    assert isinstance(found, Quarantined)


def test_what_lies_beside_a_document() -> None:
    """A feed says which files vouch for it, a directory has them by their names."""
    first, *_ = csaf.listing(fixture("csaf/listing-rolie.json"))
    assert isinstance(first, ListedItem)
    assert (first.hash_urls, first.signature_url) == ((), f"{first.url}.asc")
    listed = document(b'"2026/a.json","2026-11-18T12:30:00Z"', "https://hidokei.example/csaf/changes.csv")
    (second,) = csaf.listing(listed)
    assert isinstance(second, ListedItem)
    assert second.hash_urls == (f"{second.url}.sha256", f"{second.url}.sha512")
    assert second.signature_url == "https://hidokei.example/csaf/2026/a.json.asc"


@pytest.mark.parametrize("text", ["a,b\nc,d\n", '{"feed": {}}', '{"document": {"csaf_version": "2.0"}}', "[]"])
def test_a_listing_must_be_one(text: str) -> None:
    """Whatever else is refused as a whole."""
    with pytest.raises(SourceError, match="not a listing of CSAF documents"):
        list(csaf.listing(document(text.encode())))


def test_deep_and_circular_trees() -> None:
    """A tree as deep as JSON may be, and a product that is its own component, end."""
    branch: dict[str, object] = {
        "category": "product_version",
        "name": "1",
        "product": {"name": "x", "product_id": "1"},
    }
    for _ in range(300):
        branch = {"category": "product_family", "name": "y", "branches": [branch]}
    itself = {"product_reference": "2", "full_product_name": {"name": "z", "product_id": "2"}}
    status = {"product_status": {"known_affected": ["1", "2"]}}
    whole = WHOLE | {"product_tree": {"branches": [branch], "relationships": [itself]}, "vulnerabilities": [status]}
    assert len(advisory("csaf", document(json.dumps(whole).encode())).affected) == 2


NAMES = (*WHOLE["document"], *WHOLE["vulnerabilities"][0], "branches", "product", "product_id", "name", "relationships")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(VALUES, st.sampled_from(("product_tree", "vulnerabilities")))
def test_values_of_other_types(value: object, place: str) -> None:
    """Fields of a type nobody expects raise nothing; the document is still one item."""
    assert len(read("csaf", document(json.dumps(WHOLE | {place: value}).encode()))) == 1
    assert (
        len(read("csaf", document(json.dumps(WHOLE | {"document": {"csaf_version": "2.0", "notes": value}}).encode())))
        == 1
    )


def real(corpus: Path) -> list[bytes]:
    """Return the documents of the corpus, VINCE's among them."""
    paths = [path for folder in FOLDERS for path in sorted((corpus / "feeds" / folder).rglob("*.json*"))]
    paths.append(corpus / "feeds/certcc/vince-api_examples/csaf-vu-257161.json")
    return [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in paths]


def test_real_documents(corpus: Path) -> None:
    """Each is one advisory, with every CVE name, every affected product and every score that jq would find."""
    bodies = real(corpus)
    assert len(bodies) > 50
    for data in bodies:
        (found,) = read("csaf", document(data))
        assert isinstance(found, Advisory)
        whole = json.loads(data)
        vulnerabilities = whole.get("vulnerabilities", [])
        assert found.revision == whole["document"]["tracking"]["version"]
        assert set(found.cves) == {one["cve"] for one in vulnerabilities if one.get("cve")}
        stated = {id_ for one in vulnerabilities for id_ in one["product_status"].get("known_affected", [])}
        assert bool(found.affected) == bool(stated)
        assert len(found.affected) <= len(stated)
        vectors = set()
        for score in (score for one in vulnerabilities for score in one.get("scores", [])):
            vectors |= {score[name]["vectorString"] for name in ("cvss_v2", "cvss_v3") if name in score}
        assert {one.vector for one in found.severity if one.vector} == vectors


def test_unread_wordings_of_cisa(corpus: Path) -> None:
    """Of CISA's affected products four in five are read completely; of the rest the wording is kept."""
    found = [one for data in real(corpus)[:40] for one in advisory("csaf", document(data)).affected]
    read_ones = [one for one in found if one.complete]
    assert (len(found), len(read_ones)) == (244, 200)
    assert all(
        isinstance(one.range, VersionRange) or (isinstance(one.range, UnreadRange) and one.stated) for one in found
    )


@pytest.mark.parametrize(("path", "lines"), [("cisa-csaf/OT/changes_head200.csv", 200), ("redhat/csaf/changes.csv", 0)])
def test_real_directories(corpus: Path, path: str, lines: int) -> None:
    """Every line of the providers' own lists is an item with its date."""
    data = (corpus / "feeds" / path).read_bytes()
    found = list(csaf.listing(document(data, f"https://csirt-a.example/{path}")))
    assert len(found) == (lines or len(data.splitlines()))
    assert all(isinstance(one, ListedItem) and one.updated and one.url.endswith(".json") for one in found)


def test_details_of_jvn_ipedia(corpus: Path) -> None:
    """MyJVN's details in JSON look like CSAF 2.1 and keep their versions elsewhere: jvn_ipedia reads them."""
    paths = sorted((corpus / "feeds/myjvn-api/np/oka").glob("getVulnDetailInfo*.json"))
    assert len(paths) == 7
    found = {reason for path in paths for reason in reasons(read("csaf", document(path.read_bytes())))}
    assert found == {"a detail of MyJVN, not CSAF alone", "not a CSAF document"}


def stated(status: str, name: str) -> Advisory:
    """Return the document with its product under another status."""
    return advisory("csaf", document(body("product_version", name).replace(b"known_affected", status.encode())))


@pytest.mark.parametrize("status", ["known_affected", "first_affected", "last_affected"])
def test_what_counts_as_affected(status: str) -> None:
    """Each of the three names affected products."""
    assert [str(one.range) for one in stated(status, "1.4").affected] == ["vers:generic/1.4"]


@pytest.mark.parametrize("status", ["fixed", "first_fixed", "recommended"])
def test_what_counts_as_corrected(status: str) -> None:
    """Each of the three names corrections, by vendor and product; one not understood completely is none."""
    (found,) = stated(status, "1.4").fixed
    assert (found.product, str(found.range)) == ("Hidokei Dial", "vers:generic/1.4")
    assert stated(status, "1.4 Upd 2").fixed == ()
    assert stated(status, "Solstice edition").fixed == ()


@pytest.mark.parametrize("status", ["known_not_affected", "under_investigation"])
def test_what_is_neither(status: str) -> None:
    """A product that is not affected, or not known to be, is in neither."""
    found = stated(status, "1.4")
    assert (found.affected, found.fixed) == ((), ())


def whole(**vulnerability: object) -> Advisory:
    """Return the advisory of a document with one vulnerability of this sort, in what is affected below 2.0."""
    tree = json.loads(body("product_version_range", "<2.0 SP1"))
    head = tree["document"]
    head["notes"] = []
    head["aggregate_severity"] = {"text": "Moderate"}
    head["publisher"] = {"name": "Hidokei PSIRT"}
    number = head["tracking"]["id"].lower()
    head["references"] = [
        {"category": "self", "summary": "Another's", "url": "https://other.example/ssa-1.html"},
        {"category": "self", "summary": "JSON", "url": f"https://hidokei.example/{number}.json"},
    ]
    page = {"category": "self", "summary": "Web", "url": f"https://hidokei.example/news/{number}"}
    tree["vulnerabilities"] = [tree["vulnerabilities"][0] | {"references": [page]} | vulnerability]
    return advisory("csaf", document(json.dumps(tree).encode()))


def test_a_publishers_own_severity() -> None:
    """The severity that a publisher says in a word of its own stands beside scores."""
    assert [(one.system, one.score) for one in whole().severity] == [("Hidokei PSIRT", "Moderate")]


def test_the_page_is_the_one_with_the_number() -> None:
    """Of its own addresses the advisory's page is the one that names it, also where a vulnerability gives it."""
    found = whole()
    assert found.url == f"https://hidokei.example/news/{found.number.lower()}"


def test_the_only_vulnerabilitys_words_are_the_summary() -> None:
    """A VEX has its words at the vulnerability: its description, else its summary, where the document says nothing."""
    said = [{"category": "summary", "text": "Short."}, {"category": "description", "text": "Long and good."}]
    assert whole(notes=said).summary == "Long and good."
    assert whole(notes=said[:1]).summary == "Short."


def test_a_title_that_is_the_name_heads_once() -> None:
    """A vulnerability whose title is its CVE name is headed by that once."""
    found = whole(cve="CVE-2099-1", title="CVE-2099-1", notes=[{"category": "summary", "text": "It burns."}])
    assert [one.heading for one in found.sections] == ["CVE-2099-1"]


@pytest.mark.parametrize(
    ("category", "details", "fixed"),
    [
        ("vendor_fix", "Update to V2.0 SP1 or later version", ["2.0_SP1"]),
        ("vendor_fix", "Hidokei has patched this in 2.0_SP1.", ["2.0_SP1"]),
        ("vendor_fix", "Update to V12.0 SP1, or to 2.0 SP10", []),
        ("vendor_fix", "Update to a later version", []),
        ("mitigation", "Versions below V2.0 SP1 may be put into a drawer", []),
    ],
)
def test_a_correction_that_ends_the_range(category: str, details: str, fixed: list[str]) -> None:
    """The version below which a product is affected is the corrected one, where the vendor's correction names it."""
    tree = json.loads(body("product_version_range", "<2.0_SP1"))
    remedy = {"category": category, "details": details, "product_ids": ["1", "unheard-of"]}
    tree["vulnerabilities"][0]["remediations"] = [remedy]
    found = advisory("csaf", document(json.dumps(tree).encode())).fixed
    assert [version for one in found for version in one.versions] == fixed
    assert [(one.product, one.evidence) for one in found] == [("Hidokei Dial", details)] * len(fixed)


def test_that_there_will_be_no_correction() -> None:
    """Whose product is out of support is told so; the category says what the words alone do not."""
    found = whole(remediations=[{"category": "no_fix_planned", "details": "Out of support scope", "product_ids": []}])
    assert [(one.heading, one.text) for one in found.sections] == [
        ("Remediation", "no_fix_planned: Out of support scope")
    ]
    assert found.workarounds == ()
