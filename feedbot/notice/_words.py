"""The Japanese words that notices are put together from: dates, honorifics, plans, distributions, version ranges.

Sentences stand in templates/; here is only what must be computed.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from urllib.parse import urlsplit

from feedbot.advisory import Advisory, AdvisoryKind
from feedbot.advisory.case import Case
from feedbot.inventory import Customer, Plan
from feedbot.notice._model import Kind, Notice, Step
from feedbot.reading.dates import JST, read_date
from feedbot.version import Constraint, VersionRange

KINDS = {
    Kind.ADVISORY: "注意喚起",
    Kind.TROUBLE: "障害報告",
    Kind.MAINTENANCE: "メンテナンス",
    Kind.OWN: "お知らせ",
    Kind.LISTING: "ブロックリスト登録",
    Kind.DIGEST: "まとめ",
}
STEPS = {
    Step.FIRST: "初報",
    Step.UPDATE: "続報",
    Step.CORRECTION: "訂正",
    Step.REMINDER: "再通知",
    Step.DONE: "完了",
    Step.WITHDRAWN: "取下げ",
}
PLANS = {
    Plan.SHARED: "共用サーバー",
    Plan.VPS: "VPS",
    Plan.DEDICATED: "専用サーバー",
    Plan.MANAGED: "マネージドサーバー",
}
BLOCKS = {
    "change": "更新内容",
    "reminder": "再通知",
    "lead": "前文",
    "body": "本文",
    "affected": "対象",
    "overview": "概要",
    "impact": "影響",
    "solution": "対策",
    "workaround": "回避策",
    "check": "確認方法",
    "provider": "弊社の対応",
    "references": "参考情報",
    "occurred": "発生日時",
    "recovered": "復旧日時",
    "window": "作業日時",
    "services": "対象サービス",
    "scope": "影響範囲",
    "work": "作業内容",
    "status": "状況",
    "cause": "原因",
    "action": "対応",
    "next": "次報予定",
}
"""The keys a block may have, in the order of an edited text, with their headings."""


def needed(notice: Notice) -> tuple[str, ...]:
    """Return the blocks without which nobody could tell whether a notice means him."""
    if notice.kind in (Kind.TROUBLE, Kind.MAINTENANCE):
        return ("services",)
    return ("affected",) if notice.kind is Kind.ADVISORY and notice.advisories else ()


PUBLISHERS = {
    "jpcert": "JPCERT/CC",
    "jvn": "JVN",
    "jvn_ipedia": "JVN iPedia",
    "cert_cc": "CERT/CC",
    "cisa_kev": "CISA",
    "ipa": "IPA",
    "antiphishing": "フィッシング対策協議会",
    "auscert": "AUSCERT",
    "netbsd": "NetBSD",
    "freebsd": "FreeBSD",
}
"""Source member → the publisher as it writes its own name."""

_DISTROS = {
    "debian": "Debian",
    "ubuntu": "Ubuntu",
    "almalinux": "AlmaLinux",
    "rocky": "Rocky Linux",
    "centos": "CentOS",
    "rhel": "Red Hat Enterprise Linux",
    "fedora": "Fedora",
    "amazon": "Amazon Linux",
    "amzn": "Amazon Linux",
    "ol": "Oracle Linux",
    "opensuse": "openSUSE",
    "sles": "SUSE Linux Enterprise Server",
    "freebsd": "FreeBSD",
    "netbsd": "NetBSD",
}
ALERT = "に関する注意喚起"
_PRODUCTS = 2
"""Products that a title names."""


def day(value: date | datetime) -> str:
    """Return 2014年3月18日(火), in JST where a time is given."""
    if isinstance(value, datetime):
        value = value.astimezone(JST)
    return f"{value.year}年{value.month}月{value.day}日({'月火水木金土日'[value.weekday()]})"


def slashed(value: date | datetime) -> str:
    """Return 2014/03/18, in JST where a time is given, so that a subject and its text name the same day."""
    if isinstance(value, datetime):
        value = value.astimezone(JST)
    return f"{value:%Y/%m/%d}"


def moment(value: datetime) -> str:
    """Return 2014年3月18日(火) 9:05, 24-hour JST."""
    local = value.astimezone(JST)
    return f"{day(local)} {local.hour}:{local.minute:02}"


def spelt_times(text: str) -> str:
    """Rewrite 2026-11-24 14:05 and 2026/11/24 as Japanese notices write them; what is no date is left."""

    def spelt(found: re.Match[str]) -> str:
        read = read_date(found.group())
        if read is None:
            return found.group()
        return moment(read) if ":" in found.group() else day(read)

    return re.sub(r"(?<![\w/-])\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:[ T]\d{1,2}:\d{2})?(?![\w/:-])", spelt, text)


def honorific(customer: Customer) -> str:
    """Return 会社名 御中 for an organisation alone, else 氏名 様; a name that brings its own keeps only that."""
    name = customer.name.strip()
    if name.endswith(("御中", "様")):
        return name
    return f"{name} {'御中' if customer.organisation else '様'}"


def greets(text: str) -> bool:
    """Say whether a text opens with the customary thanks (平素は… , 毎度…)."""
    return bool(re.search(r"平素|毎度|お引き立て|御礼申し上げ", text.strip().partition("\n\n")[0]))


def plan_words(plan: Plan) -> str:
    """Return the plan as customers know it."""
    return PLANS[plan]


def distro_words(distro: str) -> str:
    """Return Debian 12 for debian:12; empty for empty."""
    name, _, release = distro.partition(":")
    return f"{_DISTROS.get(name, name)} {release}".strip()


def publisher(advisory: Advisory) -> str:
    """Return the publisher's name as it writes itself."""
    return advisory.publisher or PUBLISHERS.get(advisory.source, advisory.source)


def alert_title(title: str) -> str:
    """Return a title that ends in 「に関する注意喚起」 exactly once (or in its publisher's own …注意喚起)."""
    title = " ".join(title.split())
    while title.endswith(ALERT):
        title = title.removesuffix(ALERT).rstrip()
    if title.endswith("注意喚起"):
        return title
    space = " " if title[-1:].isascii() and title[-1:].isalnum() else ""
    return f"{title}{space}{ALERT}"


def case_title(case: Case) -> str:
    """Return the title that a draft of a case begins with.

    A Japanese publisher's own, as 注意喚起. Another's sentence is not translated: the product, what sort of matter it
    is and the publisher's number say in Japanese what it is about (NOTICES.md, "Language"). Where no product is named,
    the publisher's title stands.
    """
    lead = case.lead
    named = (one.product for advisory in (lead, *case.advisories) for one in advisory.affected)
    products = list(dict.fromkeys(name for one in named if (name := " ".join(one.split()))))
    if lead.language == "ja" or not products:
        return alert_title(lead.title)
    flaw = lead.cves or lead.kind is AdvisoryKind.VULNERABILITY
    shown = "、".join(products[:_PRODUCTS]) + ("ほか" if len(products) > _PRODUCTS else "")
    space = " " if shown[-1:].isascii() else ""
    return alert_title(f"{shown}{space}の{'脆弱性' if flaw else 'セキュリティ情報'}({lead.number})")


def base_score(score: str) -> float | None:
    """Return a CVSS base score as a number, 0 to 10; None for a distributor's word and what is no such number."""
    try:
        value = float(score)
    except ValueError:
        return None
    return value if 0 <= value <= 10 else None


def severity_words(score: str) -> str:
    """Return the CVSS v3 and v4 rating of a base score in IPA's words; empty where it is no such number."""
    value = base_score(score)
    steps = ((9.0, "緊急"), (7.0, "重要"), (4.0, "警告"), (0.1, "注意"))
    return next((word for least, word in steps if value is not None and least <= value), "")


def range_words(range_: VersionRange) -> str:
    """Say a version range in plain Japanese: 9.16.0 以上 9.16.32 以下、9.18.0 以上 9.18.6 以下.

    A branch (>=2.3|<2.4) is 2.3 系; a bound that stands alone is 4.2.7p26 より前のバージョン."""
    wanted = [one for one in range_.constraints if one.comparator != "!="]
    barred = [one.version for one in range_.constraints if one.comparator == "!="]
    spans = _spans(wanted) or ["すべてのバージョン"]
    return "、".join(spans) + (f"({'、'.join(barred)} を除く)" if barred else "")


def _spans(bounds: list[Constraint]) -> list[str]:
    """Pair lower bounds with the upper bounds behind them, and put each pair or single into words."""
    spans: list[str] = []
    low: Constraint | None = None
    for bound in bounds:
        if bound.comparator in (">", ">="):
            low = bound
        elif bound.comparator == "=":
            spans.append(bound.version)
        else:
            spans.append(_between(low, bound) if low else _UPPER[bound.comparator].format(bound.version))
            low = None
    return [*spans, _LOWER[low.comparator].format(low.version)] if low else spans


_UPPER = {"<": "{} より前のバージョン", "<=": "{} およびそれ以前のバージョン"}
_LOWER = {">": "{} より後のバージョン", ">=": "{} およびそれ以降のバージョン"}


def _between(low: Constraint, high: Constraint) -> str:
    if (low.comparator, high.comparator) == (">=", "<") and _next_branch(low.version) == high.version:
        return f"{low.version} 系のすべてのバージョン"
    start = "以上" if low.comparator == ">=" else "より後"
    end = "以下" if high.comparator == "<=" else "より前"
    return f"{low.version} {start} {high.version} {end}"


def _next_branch(branch: str) -> str:
    head, dot, last = branch.rpartition(".")
    return f"{head}{dot}{int(last) + 1}" if last.isascii() and last.isdigit() else ""


def natural(name: str) -> tuple[tuple[str, int, str], ...]:
    """Return a key that sorts names as people do: V-2 before V-10."""
    pieces = ((words, digits.lstrip("0")) for words, digits in re.findall(r"([^0-9]*)([0-9]*)", name))
    return tuple((words, len(digits), digits) for words, digits in pieces)


def few(names: Iterable[str]) -> str:
    """List the first names; of a long list the rest is counted: V-1、V-2、V-3、V-4、V-5 ほか 35件."""
    names = tuple(names)
    rest = len(names) - _FEW
    return "、".join(names[:_FEW]) + (f" ほか {rest}件" if rest > 0 else "")


_FEW = 5


def public(url: str) -> bool:
    """Say whether an address may be shown to customers: https or http of a host name that the world can look up."""
    try:
        address = urlsplit(url)
        host = (address.hostname or "").rstrip(".")
    except ValueError:
        return False
    if address.scheme not in ("https", "http") or address.username is not None or "." not in host:
        return False
    last = host.rpartition(".")[2]
    return last not in _INNER and not last.isdigit() and ":" not in host


_INNER = frozenset({"localhost", "local", "localdomain", "internal", "lan", "intranet", "arpa"})
