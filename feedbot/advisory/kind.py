"""What sort of statement an advisory is (定例・攻撃・製品の脆弱性 …), by the words of its title.

A title says what a statement is about; its sections tell of attacks, products and malware in each sort. The rules are
tried in order; the first that finds its words decides. What an advisory may be joined by follows from it
(advisory/case.py): JPCERT/CC's monthly Microsoft alert is another matter each time, an attack report names many
matters in passing.
"""

import re
from enum import StrEnum
from functools import lru_cache


class AdvisoryKind(StrEnum):
    """The sorts that are told apart."""

    WEEKLY = "weekly"
    """A digest of what others said (週次, Weekly Report)."""
    PERIODIC = "periodic"
    """A publisher's regular round of corrections (定例): Microsoft's month, Oracle's quarter."""
    ATTACK = "attack"
    """An attack, or that something is exploited (攻撃・悪用)."""
    ABUSE = "abuse"
    """Malware, phishing, scans, defacement: what strangers do, without a product's flaw in the title."""
    VENDOR = "vendor"
    """A vendor's statement on somebody else's advisory."""
    VULNERABILITY = "vulnerability"
    """A product's flaw: the ordinary advisory."""
    NOTICE = "notice"
    """Anything else: settings, old versions, holidays."""


_MONTH = (
    r"(?:[0-9]{4}\s*年\s*[0-9]{1,2}\s*月|(?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December)\s+[0-9]{4})"
)
_RULES = (
    (AdvisoryKind.WEEKLY, r"週次|週報|ウィークリーレポート|Weekly (?:Report|Summary)"),
    (
        AdvisoryKind.PERIODIC,
        rf"{_MONTH}.{{0,40}}(?:セキュリティ(?:情報|更新)|アップデート|Advisory|Security (?:Bulletin|Update)"
        r"|Critical Patch)"
        r"|(?:Advisory|アドバイザリ).{0,40}[0-9]{4}\s*年\s*[0-9]{1,2}\s*月"
        r"|(?:アップデート|脆弱性対策について).{0,20}[（(]\s*[0-9]{4}\s*年\s*[0-9]{1,2}\s*月\s*[)）]"
        r"|定例|月例|クリティカルパッチアップデート|Critical Patch Update|Patch Tuesday",
    ),
    (
        AdvisoryKind.VENDOR,
        r"ベンダー?(?:から)?の?(?:情報|回答|ステートメント)|Vendor (?:Statement|Response|Information)",
    ),
    (
        # A flaw that something may be done with is a flaw yet (中間者攻撃が可能な脆弱性, ウイルス対策ソフトの脆弱性).
        AdvisoryKind.VULNERABILITY,
        r"^(?!.*(?:悪用|狙う|攻撃に関する|攻撃について)).*脆弱性(?!を(?:使|利用|突))"
        r"|MS[0-9]{2}-[0-9]{3}|APSB[0-9]{2}-[0-9]{2}",
    ),
    (
        AdvisoryKind.ATTACK,
        r"悪用|狙う|アタック|攻撃(?!を受ける可能性)|伝播|への侵入|侵入する|脆弱性を(?:使|利用|突)"
        r"|\bactively exploit|\bin the wild\b|\bexploited by\b|\battacks? (?:using|exploiting|targeting)\b",
    ),
    (
        AdvisoryKind.ABUSE,
        r"フィッシング|phishing|をかたる|マルウ[エェ]ア|\bmalware (?:campaign|infection)|ウイルス|ワーム|\bworms?\b"
        r"|RedWorm|ランサム|ransomware|亜種|ボットネット|botnet|スキャン|改ざん|不正(?:使用|利用|書き換え|アクセス)|偽装|騙る"
        r"|聞き出そう|窃取|ドメイン名?ハイジャック|外部に送信するプログラム",
    ),
    (
        AdvisoryKind.VULNERABILITY,
        r"vulnerabilit|セキュリティ上の(?:問題|弱点)|(?:CVE|CAN)-[0-9]{4}-[0-9]{4}|overflow|injection|欠陥|不備",
    ),
)
_TABLE = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in _RULES)
_LONGEST = 500
"""Characters of a title that are looked at; a hostile one may be as long as its document."""


def kind_of(title: str, *, flaws_own: bool) -> AdvisoryKind:
    """Return what a title says its statement is. `flaws_own`: its number is a flaw's own (CVE, JVN, JVN iPedia, VU#, a
    BSD's SA);
    then it is a digest, a vendor's word or about that flaw, however much its title speaks of attacks."""
    # Only what is looked at is remembered: thousands of hostile titles, as long as documents, would fill the memory.
    return _kind_of(title[:_LONGEST], flaws_own=flaws_own)


@lru_cache(maxsize=4096)
def _kind_of(shown: str, *, flaws_own: bool) -> AdvisoryKind:
    found = next((kind for kind, words in _TABLE if words.search(shown)), AdvisoryKind.NOTICE)
    if flaws_own and found in (AdvisoryKind.ATTACK, AdvisoryKind.ABUSE, AdvisoryKind.NOTICE):
        return AdvisoryKind.VULNERABILITY
    return found
