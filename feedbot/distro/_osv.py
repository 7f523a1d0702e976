"""OSV records of a distributor (https://ossf.github.io/osv-schema/): packages, and the version that is fixed."""

import re
from collections.abc import Iterator
from datetime import datetime

from feedbot.advisory import Quarantined
from feedbot.distro._json import parsed, quarantined
from feedbot.distro._model import Statement, StatementStatus
from feedbot.errors import SourceError
from feedbot.inventory import release_of

_STREAM = re.compile(r"(?<![\w.+-])([a-z][\w.+-]*:[\w.]+)")
_MODULAR = ".module"


def statements(body: bytes, name: str, ecosystem: str, as_of: datetime | None) -> Iterator[Statement | Quarantined]:
    """Yield the statements of one record, or of a list of them, that speak of `ecosystem` (`AlmaLinux`).

    `as_of` stands in for a record that does not say when it was modified.
    """
    document = parsed(body, name)
    for record in document if isinstance(document, list) else [document]:
        if not isinstance(record, dict) or not isinstance(record.get("id"), str):
            raise SourceError(name, "not an OSV record")
        yield from _record(record, record["id"], name, ecosystem, as_of)


def _record(
    record: dict[str, object], id_: str, name: str, ecosystem: str, as_of: datetime | None
) -> Iterator[Statement | Quarantined]:
    affected, summary = record.get("affected", []), str(record.get("summary", ""))
    if not isinstance(affected, list):
        yield quarantined(id_, name, record)
        return
    modified, cves = _time(record.get("modified")) or as_of, _cves(record)
    seen: set[Statement] = set()
    for one in affected:
        found = _fixed(one, ecosystem)
        if found is None:
            yield quarantined(id_, name, one)
            continue
        for cve in cves:
            for distro, package, fixed in found:
                status = StatementStatus.FIXED if fixed else StatementStatus.OPEN
                stream = _stream(summary) if _MODULAR in fixed else ""
                made = Statement(distro, package, cve, status, fixed, id_, modified, stream)
                if made not in seen:
                    seen.add(made)
                    yield made


def _cves(record: dict[str, object]) -> tuple[str, ...]:
    """Return the CVE names; errata relate to them, advisories of one CVE are an alias of it."""
    names = (record.get(field) for field in ("aliases", "related", "upstream"))
    lists = (one for one in names if isinstance(one, list))
    return tuple(sorted({cve for one in lists for cve in one if isinstance(cve, str) and cve.startswith("CVE-")}))


def _fixed(affected: object, ecosystem: str) -> tuple[tuple[str, str, str], ...] | None:
    """Return (release, package, fixed version or empty) for each range; None where the shape is not known.

    A range that begins later than at 0 is not known either: left out, older packages would be called affected.
    """
    match affected:
        case {"package": {"ecosystem": str(place), "name": str(package)}, "ranges": list(ranges)}:
            pass
        case _:
            return None
    if place.partition(":")[0] != ecosystem:
        return ()
    distro, made = release_of(place), []
    for one in ranges:
        match one:
            case {"events": [{"introduced": "0"}]}:
                made.append((distro, package, ""))
            case {"events": [{"introduced": "0"}, {"fixed": str(fixed)}]} if fixed:
                made.append((distro, package, fixed))
            case _:
                return None
    return tuple(made) if distro else None


def _stream(summary: str) -> str:
    """Return the module stream that an erratum's summary names; a stream of no name is no package's."""
    found = _STREAM.search(summary)
    return found[1] if found else ":"


def _time(given: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
    return time if time and time.tzinfo else None
