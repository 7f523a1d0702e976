"""A made-up issuer's advisories, customers and servers. Every sentence is our own."""

from datetime import UTC, date, datetime, timedelta, timezone

from feedbot.advisory import (
    Advisory,
    Affected,
    Fixed,
    HistoryEntry,
    Reference,
    Section,
    Severity,
    Signature,
    UnreadRange,
    Verdict,
)
from feedbot.advisory.case import Case
from feedbot.inventory import Component, Contract, Customer, Plan, Server
from feedbot.matching import Because, Exposure, Match, MatchVerdict
from feedbot.notice import Provider
from feedbot.version import VersionRange

JST = timezone(timedelta(hours=9))
NOW = datetime(2026, 11, 24, 1, 5, tzinfo=UTC)
PROVIDER = Provider(
    name="みほん通信株式会社",
    service="みほんレンタルサーバー",
    from_address="info@mihon.example",
    contact="サポート窓口 support@mihon.example",
    site_url="https://info.mihon.example/",
    number_prefix="MIHON",
)
FINGERPRINT = "0123456789ABCDEF0123456789ABCDEF01234567"
SIGNED = Signature(
    Verdict.VERIFIED,
    transport="https",
    fingerprint=FINGERPRINT,
    primary_fingerprint=FINGERPRINT,
    signed_at=datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
    digest="SHA256",
)
UNSIGNED = Signature(Verdict.UNSIGNED, transport="https")

TIMED = Advisory(
    source="csirt_a",
    number="CSIRT-A-AT-2026-0007",
    revision="2026-11-20",
    title="時刻同期ソフトウェア timed の応答増幅に関する注意喚起",
    language="ja",
    signature=SIGNED,
    published=datetime(2026, 11, 20, tzinfo=JST),
    updated=datetime(2026, 11, 20, tzinfo=JST),
    aliases=("CVE-2026-10007", "JVNVU#90000007"),
    severity=(Severity("CVSSv3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "7.5"),),
    affected=(
        Affected(
            "timed",
            VersionRange.parse("vers:generic/<4.2.7p26"),
            "timed 4.2.7p26 より前のバージョン",
            vendor="Timed Project",
        ),
        Affected("timed", VersionRange.branch("generic", "4.1"), "timed 4.1 系のすべてのバージョン"),
        Affected("timed 組込み版", UnreadRange("一部の版"), "timed 組込み版の一部の版"),
    ),
    fixed=(Fixed("timed", VersionRange.parse("vers:generic/4.2.7p26")),),
    workarounds=("timed.conf に次の1行を追加し、統計の問い合わせを無効にする\n  disable stats",),
    sections=(
        Section("", "CSIRT-A-AT-2026-0007"),
        Section(
            "I. 概要",
            "Timed Project が提供する timed の一部のバージョンには、外部からの統計の問い合わ\n"
            "せに対して、要求よりも大きな応答を返す問題があります。この問題を悪用された場合、\n"
            "お使いのサーバが第三者へのサービス運用妨害に加担するおそれがあります。\n\n"
            "CSIRT-A では、この問題を探索する通信の増加を確認しています。\n",
        ),
        Section("II. 対象", "timed 4.2.7p26 より前のバージョン"),
        Section(
            "III. 想定される影響",
            "遠隔の第三者によって、サービス運用妨害攻撃の踏み台として使用される可能性があります。",
        ),
        Section(
            "IV. 対策", "Timed Project が修正済みのバージョンを公開しています。十分に検証のうえ、適用をご検討ください。"
        ),
    ),
    references=(Reference("https://timed.example/security/2026-1", "Timed Project Security Notice"),),
    history=(HistoryEntry(date(2026, 11, 20), "初版"),),
    url="https://www.csirt-a.example/at/2026/at260007.html",
    publisher="CSIRT-A",
)
VU = Advisory(
    source="cert_cc",
    number="VU#900007",
    revision="3",
    title="timed can be abused to amplify traffic",
    language="en",
    signature=UNSIGNED,
    published=datetime(2026, 11, 19, tzinfo=UTC),
    aliases=("CVE-2026-10007",),
    summary="Made up for a test.",
    url="https://vu.csirt-b.example/900007",
    publisher="CSIRT-B",
)
PHISHING = Advisory(
    source="csirt_a",
    number="CSIRT-A-AT-2026-0003",
    revision="2026-03-05",
    title="偽サイトの設置に関する注意喚起",
    language="ja",
    signature=UNSIGNED,
    published=datetime(2026, 3, 2, tzinfo=JST),
    updated=datetime(2026, 3, 5, tzinfo=JST),
    sections=(
        Section("I. 概要", "管理の行き届かないサーバに偽サイトを置かれる事例が続いています。"),
        Section(
            "II. 予防方法",
            "次の点をご確認ください。\n\n(1) 使わないサービスを止める\n(2) 接続元を限る\n(3) 更新を適用する",
        ),
    ),
    url="https://www.csirt-a.example/at/2026/at260003.html",
    publisher="CSIRT-A",
)
CASE = Case("C-2026-0012", (VU, TIMED))
CONTRACT_CASE = Case("C-2026-0003", (PHISHING,))

AOBA = Customer("K-1001", "株式会社あおば商店", "admin@aoba.example", organisation=True)
SATO = Customer("K-1002", "佐藤 みどり", "midori@sato.example", encoding="iso-2022-jp")


def match(scheme: str, name: str, version: str, distro: str, *, fixed: str = "", unknown: bool = False) -> Match:
    """Return a match on one package; with `fixed` the distributor has spoken."""
    because = Because("distro" if fixed else "range", distro=f"{distro} fixed {fixed}" if fixed else "")
    verdict = MatchVerdict.UNKNOWN if unknown else MatchVerdict.AFFECTED
    component = Component(scheme, name, version, distro=distro)
    return Match(component, "timed", verdict, because, (fixed or "4.2.7p26",))


DEBIAN = match("deb", "timed", "1:4.2.6.p5+dfsg-7", "debian:12", fixed="1:4.2.6.p5+dfsg-7+deb12u2")
ALMA = match("rpm", "timed", "4.2.6p5-28.el9", "almalinux:9")
BUILT = match("generic", "timed", "4.2.6p5", "", unknown=True)
EXPOSURES = (
    Exposure(
        AOBA,
        Contract("A-0001", "K-1001", Plan.DEDICATED, True),
        Server("ns1.aoba.example", "A-0001", "debian:12"),
        (DEBIAN,),
    ),
    Exposure(
        AOBA,
        Contract("A-0001", "K-1001", Plan.DEDICATED, True),
        Server("ns2.aoba.example", "A-0001", "almalinux:9"),
        (ALMA, BUILT),
    ),
    Exposure(
        AOBA,
        Contract("A-0002", "K-1001", Plan.SHARED, False),
        Server("s12.mihon.example", "A-0002", "debian:12"),
        (DEBIAN,),
    ),
    Exposure(
        SATO,
        Contract("A-0003", "K-1002", Plan.VPS, True),
        Server("vps-31.mihon.example", "A-0003", "debian:12"),
        (DEBIAN,),
    ),
)
