"""Sorts of statements by their titles."""

import json
from collections import Counter
from pathlib import Path

import pytest

from feedbot.advisory import AdvisoryKind
from feedbot.advisory.kind import kind_of
from tests.advisory.samples import named

TITLES = {
    AdvisoryKind.WEEKLY: ["Weekly Report 2026-11-18号", "週次レポート(11月第3週)"],
    AdvisoryKind.PERIODIC: [
        "2026年11月マイクロソフトセキュリティ更新プログラムに関する注意喚起",
        "2026年 1月 Exampla 製品のクリティカルパッチアップデート (定例) に関する注意喚起",
        "Adobe 製品の脆弱性対策について(2026年11月)",
        "模型社製品に対するアップデート（2026年9月）",
    ],
    AdvisoryKind.VENDOR: ["模型社からの情報 (ベンダからの情報)", "Vendor Statement of Exampla on VU#999999"],
    AdvisoryKind.ATTACK: [
        "Dengon の脆弱性 (CVE-2026-90001) の悪用に関する注意喚起",
        "Dengon の脆弱性を使用したサービス運用妨害攻撃に関する注意喚起",
        "Dengon を悪用する攻撃に関する注意喚起",
        "組織を標的とした攻撃に関する注意喚起",
        "Exampla gateway flaw actively exploited",
    ],
    AdvisoryKind.ABUSE: [
        "見本銀行をかたるフィッシング (2026/11/01)",
        'ランサムウエア "Mihon" の感染に関する注意喚起',
        "TCP 9999番ポートへのスキャンの増加に関する注意喚起",
        "Web サイト改ざんに関する注意喚起",
    ],
    AdvisoryKind.VULNERABILITY: [
        "Dengon の脆弱性に関する注意喚起",
        "Dengon における中間者攻撃が可能な脆弱性",
        "ウイルス対策ソフト Mamori における DLL 読み込みの脆弱性",
        "2026年9月 Dengon の未修正の脆弱性に関する注意喚起",
        "Exampla vulnerable to buffer overflow",
        "模型社 セキュリティ情報 (MS26-021) に関する注意喚起",
    ],
    AdvisoryKind.NOTICE: ["冬季休暇前の対応について", "旧バージョンの Dengon の利用に関する注意喚起"],
}


@pytest.mark.parametrize(("kind", "title"), [(kind, title) for kind, titles in TITLES.items() for title in titles])
def test_a_title_tells_the_sort(kind: AdvisoryKind, title: str) -> None:
    """Each sort in the words its publishers use."""
    assert kind_of(title, flaws_own=False) is kind


def test_a_record_of_a_flaw_is_about_that_flaw() -> None:
    """Attacks in the title of a CVE record are how the flaw is used; a digest under a JVN number stays one."""
    assert named("CVE-2026-90001", title="Timing attack against Dengon").kind is AdvisoryKind.VULNERABILITY
    assert named("JVNVU#99000001", title="題だけ").kind is AdvisoryKind.VULNERABILITY
    assert named("JVNVU#99000001", title="Exampla Advisory（2026年11月08日）").kind is AdvisoryKind.PERIODIC
    assert named("JVNTA#99000001", title="攻撃活動に関する注意喚起").kind is AdvisoryKind.ATTACK


def test_what_goes_by_a_cve_is_about_a_flaw() -> None:
    """A title that says nothing, of an advisory that names a flaw (CVE, JVN, VU#)."""
    assert named("X-1", "CVE-2026-90001", title="Dengon 4.2.1").kind is AdvisoryKind.VULNERABILITY
    assert named("X-1", "JVNVU#99000001", title="Dengon 4.2.1").kind is AdvisoryKind.VULNERABILITY
    assert named("X-1", title="Dengon 4.2.1").kind is AdvisoryKind.NOTICE


def test_twenty_years_of_titles(corpus: Path) -> None:
    """Every title that the Japanese CSIRT gave an alert: the monthly ones are periodic, all of them and no others."""
    lines = (corpus / "feeds/jpcert/alert_titles.jsonl").read_text(encoding="utf-8").splitlines()
    titles = [json.loads(line)["title"] for line in lines]
    kinds = {title: kind_of(title, flaws_own=False) for title in titles}
    rounds = (
        "セキュリティ更新プログラム",
        "Microsoft セキュリティ情報",
        "Microsoft  セキュリティ",
        "Microsoft   セキュリティ",
    )
    monthly = {title for title in titles if "月" in title and any(words in title for words in rounds)}
    monthly |= {title for title in titles if "クリティカルパッチ" in title}
    assert {title for title, kind in kinds.items() if kind is AdvisoryKind.PERIODIC} == monthly
    counted = Counter(kinds[title] for title in titles)
    assert counted[AdvisoryKind.ATTACK] + counted[AdvisoryKind.ABUSE] == 94
    assert counted[AdvisoryKind.NOTICE] == 15
    assert counted[AdvisoryKind.WEEKLY] + counted[AdvisoryKind.VENDOR] == 0
