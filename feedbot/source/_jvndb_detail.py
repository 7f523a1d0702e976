"""The advisory that a detail of JVN iPedia makes, whichever of its forms it was read from: VULDEF, or CSAF and STIX."""

from dataclasses import dataclass
from datetime import datetime

from feedbot.advisory import Advisory, Affected, Reference, Severity, Status
from feedbot.fetch import Document
from feedbot.reading import text as texts
from feedbot.source import _facts, _jvndb, _matter


@dataclass(frozen=True, slots=True)
class Detail:
    """What one form says, in its own words.

    `named` are the names that others give the matter, `more` sections beside the three of every entry (heading, text),
    `history` its lines, each with the time of its record.
    """

    number: str
    title: str
    overview: str
    impact: str
    solution: str
    status: Status
    published: datetime | None
    updated: datetime | None
    named: tuple[str, ...]
    severity: tuple[Severity, ...]
    affected: tuple[Affected, ...]
    references: tuple[Reference, ...]
    history: tuple[tuple[str, datetime | None], ...]
    more: tuple[tuple[str, str], ...] = ()


def advisory(document: Document, detail: Detail, publisher: str) -> Advisory:
    """Return the advisory; its revision is the day of its last change."""
    last = detail.updated or detail.published
    products = {one.product for one in detail.affected}
    return Advisory(
        source="jvn_ipedia",
        number=detail.number,
        revision=last.date().isoformat() if last else "",
        title=detail.title,
        language=texts.language(detail.title + detail.overview),
        signature=_facts.unsigned(document),
        status=detail.status,
        published=detail.published,
        updated=detail.updated,
        summary=detail.overview,
        aliases=_aliases(detail),
        severity=detail.severity,
        affected=detail.affected,
        fixed=_jvndb.corrected(detail.solution, products.pop() if len(products) == 1 else ""),
        workarounds=tuple(_jvndb.workarounds(detail.solution)),
        sections=_jvndb.sections(detail.overview, detail.impact, detail.solution, detail.more),
        references=detail.references,
        history=tuple(_jvndb.history(text, moment) for text, moment in detail.history),
        url=_jvndb.url(detail.number),
        publisher=publisher,
    )


def _aliases(detail: Detail) -> tuple[str, ...]:
    """Return the names that others give the matter, and the CVE names of the text; those of the same series are other
    matters."""
    own = _matter.cves(_jvndb.broken(f"{detail.title}\n{detail.overview}"))
    names = (name for name in (*detail.named, *own) if name != detail.number and not name.startswith("JVNDB-"))
    return tuple(dict.fromkeys(names))
