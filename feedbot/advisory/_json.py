"""An advisory as the JSON that the command line, the web and the store show (CLI.md, `parse`)."""

from datetime import datetime

from feedbot.advisory.model import Advisory, Affected, Fixed
from feedbot.version import VersionRange


def advisory_json(advisory: Advisory) -> dict[str, object]:
    """Return the documented shape: times are RFC 3339, `vers` is null where the wording was not understood."""
    return {
        "source": advisory.source,
        "number": advisory.number,
        "revision": advisory.revision,
        "revision_date": _time(advisory.updated or advisory.published),
        "title": advisory.title,
        "language": advisory.language,
        "published": _time(advisory.published),
        "updated": _time(advisory.updated),
        "status": advisory.status.value,
        "kind": advisory.kind.value,
        "trust": advisory.trust.value,
        "summary": advisory.summary,
        "aliases": list(advisory.aliases),
        "cves": list(advisory.cves),
        "severity": [{"system": one.system, "vector": one.vector, "score": one.score} for one in advisory.severity],
        "affected": [_affected(one) for one in advisory.affected],
        "fixed": [_fixed(one) for one in advisory.fixed],
        "workarounds": list(advisory.workarounds),
        "signature": {"verdict": advisory.signature.verdict.value, "reason": advisory.signature.reason},
        "sections": [{"heading": one.heading, "text": one.text} for one in advisory.sections],
        "references": [{"url": one.url, "label": one.label} for one in advisory.references],
        "history": [{"date": one.date.isoformat() if one.date else None, "text": one.text} for one in advisory.history],
        "url": advisory.url,
        "publisher": advisory.publisher,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _affected(one: Affected) -> dict[str, object]:
    return {
        "product": one.product,
        "vendor": one.vendor,
        "cpe": one.cpe,
        "purl": one.purl,
        "vers": str(one.range) if isinstance(one.range, VersionRange) else None,
        "complete": one.complete,
        "evidence": one.evidence,
        "unread": list(one.unread)
        if isinstance(one.range, VersionRange)
        else [one.range.text]
        if one.range.text
        else [],
        **({"notes": list(one.notes)} if one.notes else {}),
        **({"two_senses": list(one.two_senses)} if one.two_senses else {}),
    }


def _fixed(one: Fixed) -> dict[str, object]:
    return {"product": one.product, "vers": str(one.range), "evidence": one.evidence}
