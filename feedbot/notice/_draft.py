"""Draft a notice: from a case, or from an operator's own text; and the text form in which drafts are edited."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from unicodedata import normalize

from feedbot.advisory import Advisory, Severity
from feedbot.advisory.case import Case
from feedbot.errors import NoticeError
from feedbot.inventory import Plan
from feedbot.matching import Exposure, MatchVerdict
from feedbot.notice import _excerpt, _versions, _words
from feedbot.notice._edit import from_edit_text, to_edit_text
from feedbot.notice._model import Audience, Block, Kind, Notice, Provider, Step
from feedbot.notice._own import own, withdrawal
from feedbot.notice._render import Templates
from feedbot.notice._share import commands
from feedbot.reading.dates import JST

__all__ = ["from_case", "from_edit_text", "own", "to_edit_text", "withdrawal"]

_CONTRACT = Audience("contract", (Plan.VPS.value, Plan.DEDICATED.value), root=True)
_FACTS = ("affected", "solution", "references")
"""Blocks whose change is told line by line: versions and links. Of prose only that it changed is told."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became different in one block: it is `new`, `gone`, or its lines are; of prose the lines are empty."""

    heading: str
    new: bool = False
    gone: bool = False
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def from_case(
    case: Case,
    exposures: Iterable[Exposure],
    unknowns: int,
    provider: Provider,
    now: datetime,
    previous: Notice | None = None,
    *,
    templates: Templates,
) -> Notice:
    """Fill a notice from a case's advisories; with `previous` a 続報 that opens with what changed.

    `unknowns` is the number of servers for which it could not be decided. Raises NoticeError for a case without
    advisories and where a template fails.
    """
    if not case.advisories:
        raise NoticeError(case.id, "the case has no advisory")
    named = any(one.affected for one in case.advisories)
    audience = Audience("match") if named else _CONTRACT
    values = _values(case, tuple(exposures), audience) | {"provider": provider, "unknowns": unknowns}
    blocks = templates.blocks("notice/advisory_blocks.j2", values)
    today = now.astimezone(JST).date()
    notice = Notice(
        kind=Kind.ADVISORY,
        step=Step.FIRST,
        title=_words.case_title(case),
        audience=audience,
        blocks=blocks,
        as_of=now,
        case=case.id,
        advisories=tuple(sorted(case.advisories, key=lambda one: one is not case.lead)),
        history=((today, "公開"),),
    )
    return notice if previous is None else _update(notice, previous, values, templates)


def _values(case: Case, exposures: tuple[Exposure, ...], audience: Audience) -> dict[str, object]:
    lead = case.lead
    by_contract = audience.rule == "contract"
    concerned = [
        match.component
        for exposure in exposures
        for match in exposure.matches
        if match.verdict in (MatchVerdict.AFFECTED, MatchVerdict.UNKNOWN)
    ]
    acting = {one.contract.plan for one in exposures if one.contract.acts} or {Plan(one) for one in _CONTRACT.plans}
    ours = {one.contract.plan for one in exposures if not one.contract.acts}
    return {
        "lead": lead,
        "others": [one for one in case.advisories if one is not lead],
        "updated": _on_a_later_day(lead),
        "by_contract": by_contract,
        "affected": _versions.affected_lines(case),
        "overview": _excerpt.summary(case),
        "impact": _excerpt.excerpt(case, "影響", barred="受ける"),
        "severities": _scored(case),
        "fixed": _versions.fixed_lines(case),
        "fixed_as_of": _versions.fixed_as_of(case),
        "solution": _excerpt.excerpt(
            case, "対策|予防|対処", least=600 if by_contract else 120, told=_versions.fixed_versions(case)
        ),
        "workarounds": _excerpt.workarounds(case),
        "commands": commands(concerned),
        "acting": _plans(acting),
        "ours": _plans(ours),
        "both": bool(acting & ours),
        "by_root": all(one.contract.acts is one.contract.root for one in exposures),
        "references": _excerpt.references(case),
    }


def _on_a_later_day(lead: Advisory) -> bool:
    """Tell whether an advisory was updated on a later day, in JST, than it was published on."""
    if not (lead.updated and lead.published):
        return False
    return lead.updated.astimezone(JST).date() > lead.published.astimezone(JST).date()


def _scored(case: Case) -> tuple[Severity, ...]:
    """Return the severities that have a number: a vector alone, or a distributor's word, says nothing to a customer."""
    given = (item for one in case.advisories for item in one.severity)
    return tuple(dict.fromkeys(item for item in given if re.fullmatch(r"\d+(?:\.\d+)?", item.score)))


def _plans(plans: Iterable[Plan]) -> str:
    return "・".join(_words.PLANS[one] for one in Plan if one in set(plans))


def _update(notice: Notice, previous: Notice, values: dict[str, object], templates: Templates) -> Notice:
    """Make `notice` the next edition of `previous`; the lead of a 続報 stays as it was unless its facts moved."""
    changes = tuple(_changes(previous, notice))
    words = templates.text("notice/advisory_change.j2", values | {"changes": changes}).strip("\n")
    blocks = (Block("change", words), *notice.blocks) if changes else notice.blocks
    today = notice.history[0][0]
    note = "更新(" + "、".join(dict.fromkeys(one.heading for one in changes)) + ")" if changes else "更新"
    return replace(
        notice,
        step=Step.UPDATE,
        blocks=blocks,
        number=previous.number,
        edition=previous.edition + 1,
        quote=previous.quote,
        history=(*previous.revisions, (today, note)),
    )


def _changes(old: Notice, new: Notice) -> Iterable[Change]:
    """Yield the blocks whose meaning changed; the lead and the provider's part follow from the others."""
    for key, heading in _words.BLOCKS.items():
        before, after = _lines(old.block(key)), _lines(new.block(key))
        if key in ("change", "reminder", "lead", "provider") or before == after:
            continue
        if key in _FACTS:
            added = tuple(line for line in after if line not in before)
            removed = tuple(line for line in before if line not in after)
            yield Change(heading, not before, not after, _items(added), _items(removed))
        else:
            yield Change(heading, not before, not after)


def _lines(text: str) -> list[str]:
    """Return the lines of a text without what is no meaning: width of characters, spacing, empty lines."""
    lines = (" ".join(normalize("NFKC", line).split()) for line in text.split("\n"))
    return [line for line in lines if line]


def _items(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.sub(r"^- ", "", line) for line in lines if line.startswith("- ")))
