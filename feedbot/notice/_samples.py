"""Made-up notices of every kind, step and sort of recipient, on which templates are tried. Nobody's data is in them.

The operator's own kinds come from the shipped forms (templates/forms/), so these are tried too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from feedbot.advisory import (
    Advisory,
    Affected,
    Fixed,
    Reference,
    Section,
    Severity,
    UnreadRange,
)
from feedbot.advisory.case import Case
from feedbot.inventory import Component, Contract, Customer, Plan, Server
from feedbot.matching import Because, Exposure, Match, MatchVerdict
from feedbot.notice import _digest, _draft
from feedbot.notice._again import reminder, thanks
from feedbot.notice._listing import TITLE
from feedbot.notice._model import Audience, Block, Kind, Matter, Notice, Provider, Recipient, Step
from feedbot.notice._own import own, withdrawal
from feedbot.notice._render import Templates
from feedbot.signature.sample import made_up
from feedbot.version import VersionRange

NOW = datetime(2026, 11, 24, 1, 5, tzinfo=UTC)
FORMS = (
    "trouble-first",
    "trouble-update",
    "trouble-recovered",
    "maintenance",
    "maintenance-done",
    "own",
    "correction",
    "security-own",
)
"""The shipped forms, templates/forms/NAME.txt."""
_FOLLOWS = {
    "trouble-update": "trouble-first",
    "trouble-recovered": "trouble-first",
    "maintenance-done": "maintenance",
    "correction": "own",
}
_ALERT = Advisory(
    source="csirt_a",
    number="CSIRT-A-AT-2026-0007",
    revision="2026-11-20",
    title="timed の応答増幅に関する注意喚起",
    language="ja",
    signature=made_up(NOW - timedelta(days=4)),
    published=NOW - timedelta(days=4),
    updated=NOW - timedelta(days=1),
    aliases=("CVE-2026-10007", "JVNVU#90000007"),
    severity=(Severity("CVSSv3.1", "CVSS:3.1/AV:N", "7.5"),),
    affected=(
        Affected("timed", VersionRange.parse("vers:generic/<4.2.7p26"), "timed 4.2.7p26 より前"),
        Affected("timed LE", UnreadRange("一部の版"), "timed LE 一部の版"),
    ),
    fixed=(Fixed("timed", VersionRange.parse("vers:generic/4.2.7p26")),),
    workarounds=("disable stats",),
    sections=(Section("I. 概要", "概要です。"), Section("II. 影響", "影響です。"), Section("III. 対策", "対策です。")),
    references=(Reference("https://timed.example/2026-1", "timed"),),
    url="https://www.csirt-a.example/at/2026/at260007.html",
    publisher="CSIRT-A",
)
_BARE = replace(_ALERT, number="CSIRT-A-AT-2026-0003", affected=(), fixed=(), workarounds=(), severity=(), aliases=())
_PERSON = Customer("K-1", "見本 みどり", "midori@customer.example")
_COMPANY = Customer("K-2", "株式会社みほん商店", "admin@customer.example", organisation=True)


@dataclass(frozen=True, slots=True)
class Sample:
    """A notice and those it goes to, under a name that a person knows it by."""

    name: str
    notice: Notice
    recipients: tuple[Recipient, ...]


def _match(scheme: str, version: str, distro: str, rule: str, verdict: MatchVerdict, *fixed: str) -> Match:
    because = Because(rule, distro=distro if rule.startswith("distro") else "")
    return Match(Component(scheme, "timed", version, distro=distro), "timed", verdict, because, fixed)


_MATCHES = (
    _match("deb", "4.2.6-1", "debian:12", "distro-fixed", MatchVerdict.AFFECTED, "4.2.6-1+deb12u1"),
    _match("deb", "4.2.6-2", "debian:12", "distro-open", MatchVerdict.AFFECTED),
    _match("deb", "4.2.6-3", "debian:12", "distro-end_of_life", MatchVerdict.AFFECTED),
    _match("rpm", "4.2.6-1.el9", "almalinux:9", "upstream-range", MatchVerdict.AFFECTED, "4.2.7p26"),
    _match("generic", "4.2.6", "", "unread-range", MatchVerdict.UNKNOWN),
)


def _exposures(customer: Customer, *contracts: Contract) -> tuple[Exposure, ...]:
    """Give each contract two servers, one of them without packages known to be affected."""
    mine = [one for one in contracts if one.customer == customer.id]
    return tuple(
        Exposure(customer, one, Server(f"{name}.{one.id.lower()}.example", one.id, "debian:12"), matches)
        for one in mine
        for name, matches in (("a", _MATCHES), ("b", _MATCHES[-1:]))
    )


_CONTRACTS = (
    Contract("A-1", "K-1", Plan.VPS, True),
    Contract("A-2", "K-2", Plan.DEDICATED, True),
    Contract("A-3", "K-2", Plan.SHARED, False),
)
_BOTH = _exposures(_COMPANY, *_CONTRACTS)
_ROOT = _exposures(_PERSON, *_CONTRACTS)
_OURS = tuple(one for one in _BOTH if not one.contract.root)
_BY_MATCH = (Recipient(_PERSON, _ROOT), Recipient(_COMPANY, _BOTH), Recipient(_COMPANY, _OURS))
_BY_CONTRACT = tuple(
    Recipient(one.customer, tuple(replace(share, matches=()) for share in one.exposures)) for one in _BY_MATCH
)
_BARE_RECIPIENT = (Recipient(_PERSON, ()),)


def samples(provider: Provider, templates: Templates) -> Iterator[Sample]:
    """Yield every sample. Raises NoticeError where a template of blocks fails, naming its file and line."""
    yield from _of_advisories(provider, templates)
    yield from _of_digests(provider, templates)
    yield from _by_hand(provider, templates)


def _of_advisories(provider: Provider, templates: Templates) -> Iterator[Sample]:
    case, shares = Case("C-1", (_ALERT, replace(_BARE, source="b", number="B-1"))), (*_ROOT, *_BOTH)
    first = _issued(_draft.from_case(case, shares, 3, provider, NOW, templates=templates))
    yield Sample("advisory", first, _BY_MATCH)
    yield Sample("advisory, whole", replace(first, quote="whole"), _BY_MATCH[:1])
    more = Case("C-1", (replace(_ALERT, workarounds=(), sections=_ALERT.sections[:1]),))
    update = _draft.from_case(more, shares, 0, provider, NOW, first, templates=templates)
    yield Sample("advisory, update", update, _BY_MATCH)
    bare = _draft.from_case(Case("C-2", (_BARE,)), (), 0, provider, NOW, templates=templates)
    yield Sample("advisory without versions", bare, _BY_CONTRACT)
    every = (*first.blocks, Block("body", "本文です。"))
    yield Sample("advisory, every block", replace(first, blocks=every), _BY_MATCH[:1])
    yield Sample("withdrawal", withdrawal(first, "理由です。", provider, NOW, templates), _BARE_RECIPIENT)
    known = replace(_ALERT, sections=(*_ALERT.sections, Section("Due Date", "2026-12-01")))
    again = reminder(replace(first, advisories=(known, *first.advisories[1:])), 2, NOW, templates)
    yield Sample("reminder", again, _BY_MATCH)
    yield Sample("thanks", thanks(first, 2, NOW, templates), _BARE_RECIPIENT)


def _of_digests(provider: Provider, templates: Templates) -> Iterator[Sample]:
    rated = replace(_ALERT, severity=(Severity("CVSSv3.1", "CVSS:3.1/AV:N", "5.3"),))
    first = _issued(_draft.from_case(Case("C-1", (rated,)), _ROOT, 0, provider, NOW, templates=templates))
    more = Case("C-1", (replace(rated, workarounds=()),))
    update = _draft.from_case(more, _ROOT, 0, provider, NOW, first, templates=templates)
    bare = _draft.from_case(Case("C-2", (_BARE,)), (), 0, provider, NOW, templates=templates)
    matters = (
        Matter(3, replace(_issued(bare), number="INFO-2026-0003")),
        Matter(1, replace(update, issued=first.issued), told=True),
        Matter(2, replace(first, number="INFO-2026-0002", title="timed の設定に関する注意喚起")),
    )
    made = replace(_digest.digest(matters, provider, NOW, templates), number="INFO-2026-0004", issued=first.issued)
    recipients = tuple(_concerned(one) for one in _BY_MATCH)
    yield Sample("digest", made, recipients)
    alone = replace(_digest.over(made, matters[2:]), edition=2, rest=True, rest_of=1)
    yield Sample("digest, one case", alone, recipients)
    yield Sample("digest, every block", replace(made, blocks=(*made.blocks, Block("body", "本文です。"))), recipients)


def _concerned(one: Recipient) -> Recipient:
    """Give a recipient a share of each of three cases: by contract, of all servers, of the first."""
    first, *_ = one.exposures
    bare = tuple(replace(share, matches=(), matter=3) for share in one.exposures)
    whole = tuple(replace(share, matter=1) for share in one.exposures)
    return replace(one, exposures=(*bare, *whole, replace(first, matter=2)))


def _issued(notice: Notice) -> Notice:
    return replace(notice, number="INFO-2026-0001", issued=date(2026, 11, 24))


def _by_hand(provider: Provider, templates: Templates) -> Iterator[Sample]:
    made: dict[str, Notice] = {}
    for name in FORMS:
        made[name] = _issued(own(_filled(templates.form(name)), provider, NOW, made.get(_FOLLOWS.get(name, ""))))
        yield Sample(name, made[name], _BY_CONTRACT)
    for step in (Step.FIRST, Step.DONE):
        values = {"server": "a.a-1.example", "address": "192.0.2.1", "now": NOW, "done": step is Step.DONE}
        values |= {"lists": ({"title": "見本", "zone": "bl.example", "url": "https://bl.example/"},)}
        for acts in (True, False):
            blocks = templates.blocks("notice/listing_blocks.j2", values | {"acts": acts})
            notice = Notice(Kind.LISTING, step, TITLE, Audience("none"), blocks, NOW)
            name = f"listing, {step}" if acts else f"listing, {step}, ours"
            yield Sample(name, _issued(notice), _BY_CONTRACT[:1])


def _filled(form: str) -> str:
    """Fill a form in: one of the plans, and otherwise the example that stands between its brackets."""
    lines = ("対象: すべてのお客様" if line.startswith("対象: ") else line for line in form.split("\n"))
    return "\n".join(lines).replace("\u3014", "").replace("\u3015", "")
