"""Details of JVN iPedia in XML and JSON: tags, corrections, names of the matter, and the versions of the extension."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from feedbot.advisory import Advisory, Status, UnreadRange
from feedbot.source import _jvndb, _matter, jvn_ipedia
from tests.source.reading import advisory, document, fixture, read, reasons

QUESTION = "https://jvndb.example/myjvn?method=getVulnDetailInfo&feed=hnd&vulnId=JVNDB-2026-900001"


def detail(**changed: object) -> dict[str, Any]:
    """Return a detail as `ft=jvncsaf` has it, in our own words; `changed` fields are those of the extension."""
    helper = {"cpe": "cpe:2.3:a:kakudo:dengon:*:*:*:*:*:*:*:*"}
    named = {"product_id": "jvnpid:1.0::kakudo:dengon", "name": "Dengon", "product_identification_helper": helper}
    numbered = {"product_id": "jvnpid:1.0::kakudo:dengon:5.0", "name": "Dengon 5.0"}
    return {
        "$schema": "https://jvndb.example/schema/myjvn_vuldef_1.0.csaf.json?20260101",
        "document": {
            "title": "Dengon における複数の脆弱性",
            "notes": [
                {"category": "description", "text": "次の不備があります。<ul><li>題名 - CVE-2026-90002</li></ul>"}
            ],
            "tracking": {
                "id": "JVNDB-2026-900001",
                "initial_release_date": "2026-11-02T12:00:00+09:00",
                "current_release_date": "2026-11-05T09:30:00+09:00",
                "status": "final",
                "revision_history": [{"date": "2026-11-05T09:30:00+09:00", "summary": "[2026年11月02日] 掲載"}],
            },
            "references": [
                {"summary": "JVN#99000001", "url": "https://jvn.example/99000001", "type": "advisory"},
                {"summary": "題名の話 CVE-2026-90009", "url": "https://kakudo.example/", "type": "advisory"},
                {"source": "架空堂 Q&amp;A", "summary": "", "url": "https://kakudo.example/?a=1&amp;b=2"},
                {"summary": "JVNDB-2025-900009", "url": "https://jvndb.example/9", "type": "advisory"},
            ],
        },
        "product_tree": {
            "branches": [
                {
                    "category": "vendor",
                    "name": "架空堂",
                    "branches": [
                        {"category": "product_name", "name": "Dengon", "product": named},
                        {
                            "category": "product_name",
                            "name": "Dengon",
                            "branches": [{"category": "product_version", "name": "5.0", "product": numbered}],
                        },
                    ],
                }
            ]
        },
        "vulnerabilities": [
            {
                "cve": "CVE-2026-90001",
                "product_status": {"known_affected": [named["product_id"], numbered["product_id"], "elsewhere"]},
                "threats": [{"category": "impact", "details": "題名が変わります。"}],
                "remediations": [
                    {"category": "vendor_fix", "details": "以下のバージョンで修正されています。<ul><li>3.1.5</li></ul>"}
                ],
                "metrics": [
                    {"content": {"cvss_v3": {"version": "3.0", "vectorString": "CVSS:3.0/AV:N", "baseScore": 9.8}}}
                ],
            }
        ],
        "jvn_extension": {
            "vulnid": "JVNDB-2026-900001",
            "affected": [
                {
                    "vendor": "架空堂",
                    "product": "Dengon",
                    "versions": [
                        {"version": "0", "status": "affected", "lessThan": "3.1.5", "description": "3.1.5 未満"},
                        {"version": "4.0", "status": "affected"},
                        {"version": "4.1", "status": "affected", "lessThan": "4.3"},
                        {"version": "4.4", "status": "unknown"},
                    ],
                }
            ],
        }
        | changed,
        "status": {"retCd": 0, "totalRes": 1, "totalResRet": 1, "firstRes": 1, "ft": "jvncsaf"},
    }


def given(tree: object) -> Advisory:
    """Return the advisory of an answer."""
    return advisory("jvn_ipedia", document(json.dumps(tree).encode()))


def bundle(*inside: object) -> dict[str, object]:
    """Return details as `ft=jvnstix` has them."""
    objects = [{"type": "identity"}, {"type": "jvn-jp-sdo", "VULDEF-Document": list(inside)}]
    return {"type": "bundle", "objects": objects, "status": {"retCd": 0}}


def test_a_detail_in_json() -> None:
    """Versions come from the extension, else from the tree, else the product stays with none; nothing is left out."""
    found = given(detail())
    assert (found.number, found.revision, found.status) == ("JVNDB-2026-900001", "2026-11-05", Status.FINAL)
    assert found.aliases == ("CVE-2026-90001", "JVN#99000001", "CVE-2026-90002")
    assert [(one.vendor, one.product, one.cpe[:10]) for one in found.affected[:4]] == [
        ("架空堂", "Dengon", "cpe:2.3:a:")
    ] * 4
    assert [one.range.text if isinstance(one.range, UnreadRange) else str(one.range) for one in found.affected] == [
        "vers:generic/<3.1.5",
        "vers:generic/4.0",
        "version 4.1 lessThan 4.3",
        "unknown: version 4.4",
        "vers:generic/5.0",
        "",
    ]
    assert found.affected[-1].product == "elsewhere"
    assert [f"{one.product} {one.versions[0]}" for one in found.fixed] == [" 3.1.5"]
    assert [(one.heading, one.text) for one in found.sections] == [
        ("概要", "次の不備があります。\n* 題名 - CVE-2026-90002"),
        ("想定される影響", "題名が変わります。"),
        ("対策", "以下のバージョンで修正されています。\n* 3.1.5"),
    ]
    assert [(str(one.date), one.text) for one in found.history] == [("2026-11-02", "掲載")]
    assert [(one.system, one.score) for one in found.severity] == [("CVSSv3.0", "9.8")]


def test_a_product_of_which_nobody_wrote_down_a_version() -> None:
    """Without the extension's versions and the tree's, the product stays with none; so do those outside the tree."""
    tree = detail(affected=[])
    (vendor,) = tree["product_tree"]["branches"]
    del vendor["branches"][1]
    found = given(tree).affected
    assert [(one.product, one.range) for one in found] == [
        ("Dengon", UnreadRange("")),
        ("jvnpid:1.0::kakudo:dengon:5.0", UnreadRange("")),
        ("elsewhere", UnreadRange("")),
    ]


def test_several_wordings_behind_one_another() -> None:
    """An entry without bounds has all the wordings that the form in XML has one by one, and is read like them."""
    said = {
        "version": "",
        "status": "affected",
        "lessThanOrEqual": "",
        "description": "for A 5.8 未満, for B 6.0 未満, 7.1",
    }
    found = given(detail(affected=[{"vendor": "架空堂", "product": "Dengon", "versions": [said]}])).affected
    assert [(one.product, str(one.range), one.complete) for one in found[:3]] == [
        ("Dengon for A", "vers:generic/<5.8", True),
        ("Dengon for B", "vers:generic/<6.0", True),
        ("Dengon", "vers:generic/7.1", True),
    ]


def test_a_bundle_holds_the_same_details() -> None:
    """The form for STIX is read as the other one, each of its documents; a bundle of something else is refused."""
    assert given(bundle(detail())) == given(detail())
    assert len(read("jvn_ipedia", document(json.dumps(bundle(detail(), detail())).encode()))) == 2
    assert reasons(read("jvn_ipedia", document(json.dumps(bundle()).encode()))) == [
        "a STIX bundle without a detail of JVN iPedia"
    ]


def test_a_broken_detail_is_quarantined_alone() -> None:
    """Its neighbours in the bundle are read."""
    broken = detail()
    broken["document"]["tracking"]["current_release_date"] = "おととい"
    found = read("jvn_ipedia", document(json.dumps(bundle(broken, detail())).encode()))
    assert reasons(found) == ["unreadable date: おととい"]
    assert [one.number for one in found if isinstance(one, Advisory)] == ["JVNDB-2026-900001"]


@pytest.mark.parametrize("body", [json.dumps(detail()).encode(), fixture("jvn_ipedia/detail.xml").body])
def test_details_may_stand_in_a_sources_url(body: bytes) -> None:
    """A question for details names its items, as a feed does; asked since a day, it stays the same question."""
    named = [getattr(one, "number", "") for one in jvn_ipedia.listing(document(body, QUESTION))]
    assert named[0] == "JVNDB-2026-900001"
    since, now = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 8, tzinfo=UTC)
    assert jvn_ipedia.addresses(QUESTION, since, now) == (QUESTION,)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            b'{"$schema": "https://a.example/jvnpid_1.0.json?2026"}',
            "an answer of MyJVN that is no advisory: jvnpid_1.0.json",
        ),
        (b'{"a": 1}', "not a list of JVN iPedia"),
        (
            b'<Result><s:Status xmlns:s="urn:s" method="getVendorList" retCd="0" totalRes="1"/></Result>',
            "an answer of MyJVN that is no advisory: getVendorList",
        ),
        (b"<rdf:RDF><item/></rdf:RDF>", "not XML: the prefix of rdf:RDF is not declared"),
    ],
)
def test_what_is_no_advisory_is_refused_for_that(body: bytes, reason: str) -> None:
    """The reason says what the answer is, not only what it is not."""
    assert reasons(read("jvn_ipedia", document(body))) == [reason]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("前。<ul><li>一</li><li class='a'>二</li></ul>後", "前。\n* 一\n* 二\n後"),
        ("前<br/>後<BR>末", "前\n後\n末"),
        ("<a href='https://a.example/'>案内</a>を見る", "案内を見る"),
        ("<script> タグと 1 < 2 > 0 が出る", "<script> タグと 1 < 2 > 0 が出る"),
    ],
)
def test_tags_of_a_page_become_lines(text: str, plain: str) -> None:
    """Lists and breaks are lines; what the text is about stays, though it looks like a tag."""
    assert _jvndb.plain(text) == plain


@pytest.mark.parametrize(
    ("solution", "told"),
    [
        ("以下のバージョンで修正されています。 <ul><li>Dengon バージョン 7.6.2以降</li></ul>", ["Dengon 7.6.2"]),
        (
            "以下のバージョンが提供されています。\\n* 版 1\\n* Dengon 2.17.1\\n* Dengon 2.3.2  当初は 2.0 でした。",
            ["Dengon 2.17.1", "Dengon 2.3.2"],
        ),
        ("Dengon を 3.1.5 以降に更新してください。", ["Dengon 3.1.5"]),
        ("以下のバージョンは影響を受けます。\\n* Dengon 1.0.0", []),
        ("次のバージョンで修正されました。\\n* 3.1.5", ["伝言 3.1.5"]),
        ("次のバージョンで修正されました。\\n案内をご覧ください。\\n* 3.1.5", []),
    ],
)
def test_what_a_solution_calls_corrected(solution: str, told: list[str]) -> None:
    """A list below a sentence that says so, and what to update to; of the only product where none is named."""
    assert [f"{one.product} {one.versions[0]}" for one in _jvndb.corrected(solution, "伝言")] == told


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "* 題名の不備 (CWE-79) - CVE-2026-90001\n* 本文の不備 - ＣＶＥ-2026-90002",
            ("CVE-2026-90001", "CVE-2026-90002"),
        ),
        ("なお、本脆弱性は CVE-2026-90003 とは異なる問題です。", ()),
        ("CVE-2026-90003 の修正が不十分であったため生じました。", ()),
        ("JVN#99000001 と同じです。", ()),
    ],
)
def test_cve_names_of_the_matter_itself(text: str, names: tuple[str, ...]) -> None:
    """An overview names its own flaws; a sentence that sets the matter apart from another names the other."""
    assert _matter.cves(text) == names


def test_an_overview_names_aliases_in_feeds_and_details() -> None:
    """Where the references leave a flaw out, the overview has it, in each of the forms."""
    feed, xml = fixture("jvn_ipedia/jvndb_new.rdf").body, fixture("jvn_ipedia/detail.xml").body
    said = "投稿を読んだ人に影響が及びます。".encode()
    (first, *_) = read("jvn_ipedia", document(xml.replace(said, said + b"CVE-2026-90077")))
    assert isinstance(first, Advisory)
    assert "CVE-2026-90077" in first.aliases
    changed = feed.replace(b"<description>", b"<description>CVE-2026-90077 ")
    assert changed != feed
    found = [one for one in read("jvn_ipedia", document(changed)) if isinstance(one, Advisory)]
    assert all("CVE-2026-90077" in one.aliases for one in found)


def test_an_ampersand_that_was_escaped_twice_is_one() -> None:
    """JSON knows no `&amp;`; an address with it would lead elsewhere."""
    found = [one for one in given(detail()).references if "kakudo.example/?" in one.url]
    assert [(one.url, one.label) for one in found] == [("https://kakudo.example/?a=1&b=2", "架空堂 Q&A")]


@pytest.mark.parametrize(
    ("wording", "product"),
    [
        ("for Storage 6.0 (Build 1284) 未満", "Dengon for Storage"),
        ("for Old Lamps ver 5.8 未満", "Dengon for Old Lamps"),
        ("5.8 未満 for Storage", "Dengon"),
        ("3.1.5 未満", "Dengon"),
    ],
)
def test_an_edition_before_the_versions_is_a_product_of_its_own(wording: str, product: str) -> None:
    """What is corrected in one edition may be affected in another, although both are listed under one product."""
    assert _jvndb.edition("Dengon", wording) == product
    xml = fixture("jvn_ipedia/detail.xml").body.replace("3.1.5 より前のバージョン".encode(), wording.encode())
    (found, *_) = read("jvn_ipedia", document(xml))
    assert isinstance(found, Advisory)
    assert found.affected[0].product == product
