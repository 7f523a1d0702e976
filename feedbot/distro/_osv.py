"""OSV records of a distributor (https://ossf.github.io/osv-schema/): packages, and the version that is fixed."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO

from feedbot.advisory import Quarantined
from feedbot.distro._files import Piece, pieces
from feedbot.distro._json import parsed, quarantined
from feedbot.distro._model import Silent, Statement, StatementStatus
from feedbot.errors import SourceError

Place = tuple[str, str]
"""A release as an inventory spells it, and the suite beside it."""
PlaceOf = Callable[[str, str], Place | None]
"""`place_of(ecosystem, id)`: None where the ecosystem is not this distributor's; an empty release where it is one of
its other products."""

_STREAM = re.compile(r"(?<![\w.+-])([a-z][\w.+-]*:[\w.]+)")
_CVE = re.compile(r"(?:[A-Z]+-)?(CVE-[0-9]{4}-[0-9]{4,})")
_MODULAR = ".module"


def statements(
    file: IO[bytes], name: str, place_of: PlaceOf, address: str, issuer: str
) -> Iterator[Statement | Quarantined | Silent]:
    """Yield the statements of each record of a file: one, a list, or a zip of them.

    `address` is where people read a record, with `{id}` in it. Raises SourceError where the file is no OSV; one
    document of many that is none is set aside by itself.
    """
    for piece in pieces(file, name):
        try:
            records = _records(piece)
        except SourceError as error:
            if not piece.part:
                raise
            yield Quarantined(piece.name, error, piece.body)
            continue
        for record in records:
            yield from _record(record, piece.name, place_of, address, issuer)


def _records(piece: Piece) -> list[dict[str, object]]:
    document = parsed(piece.body, piece.name)
    made: list[dict[str, object]] = []
    for record in document if isinstance(document, list) else [document]:
        if not isinstance(record, dict) or not isinstance(record.get("id"), str):
            raise SourceError(piece.name, "not an OSV record")
        made.append(record)
    return made


def _record(
    record: dict[str, object], name: str, place_of: PlaceOf, address: str, issuer: str
) -> Iterator[Statement | Quarantined | Silent]:
    id_, affected = str(record["id"]), record.get("affected", [])
    if not isinstance(affected, list):
        yield quarantined(id_, name, record)
        return
    if record.get("withdrawn"):
        yield Silent(id_, "withdrawn")
        return
    made: dict[Statement, None] = {}
    foreign, cves = 0, _cves(record)
    for one in affected:
        found = _fixed(one, id_, place_of)
        if found is None:
            yield quarantined(id_, name, one)
            continue
        foreign += not found
        for cve in cves:
            made |= dict.fromkeys(_made(record, cve, found, address, issuer))
    yield from made
    if not made:
        why = "another product" if cves and foreign else "names no package" if cves else "names no CVE"
        yield Silent(id_, why)


def _made(
    record: dict[str, object],
    cve: str,
    found: tuple[tuple[Place, str, StatementStatus, str], ...],
    address: str,
    issuer: str,
) -> Iterator[Statement]:
    id_, summary = str(record["id"]), str(record.get("summary", ""))
    issued = time(record.get("published")) or time(record.get("modified"))
    for (distro, suite), package, status, fixed in found:
        stream = _stream(summary) if _MODULAR in fixed else ""
        url = address.format(id=id_, cve=cve)
        yield Statement(distro, package, cve, status, fixed, id_, None, stream, suite, url, issued, issuer)


def _cves(record: dict[str, object]) -> tuple[str, ...]:
    """Return the CVE names; errata relate to them, advisories of one CVE are an alias of it, and a distributor's own
    record of a CVE (`UBUNTU-CVE-2024-6387`, `DEBIAN-CVE-…`) bears its name."""
    names = [record["id"]]
    for field in ("aliases", "related", "upstream"):
        listed = record.get(field)
        names += listed if isinstance(listed, list) else []
    found = (_CVE.fullmatch(one) for one in names if isinstance(one, str))
    return tuple(sorted({one[1] for one in found if one}))


def _fixed(affected: object, id_: str, place_of: PlaceOf) -> tuple[tuple[Place, str, StatementStatus, str], ...] | None:
    """Return (place, package, status, fixed version or empty) for each range; None where the shape is not known.

    A range that begins later than at 0 is not known either: left out, older packages would be called affected.
    """
    match affected:
        case {"package": {"ecosystem": str(where), "name": str(package)}, "ranges": list(ranges)}:
            pass
        case {"package": {"ecosystem": str(where), "name": str(package)}, "versions": list(_)}:
            ranges = [{"events": [{"introduced": "0"}]}]
        case _:
            return None
    place = place_of(where, id_)
    if place is None:
        return ()
    made = []
    for one in ranges:
        match one:
            case {"events": [{"introduced": "0"}]}:
                made.append((place, package, *_weighed(affected, StatementStatus.OPEN, "")))
            case {"events": [{"introduced": "0"}, {"fixed": "0"}]}:
                made.append((place, package, StatementStatus.NOT_AFFECTED, ""))
            case {"events": [{"introduced": "0"}, {"fixed": str(fixed)}]} if fixed:
                made.append((place, package, *_weighed(affected, StatementStatus.FIXED, fixed)))
            case _:
                return None
    return tuple(made) if place[0] else None


def _weighed(affected: object, status: StatementStatus, fixed: str) -> tuple[StatementStatus, str]:
    """Return what Debian's urgency makes of a status, as in its tracker (debian_tracker.py)."""
    match affected:
        case {"ecosystem_specific": {"urgency": "unimportant"}}:
            return StatementStatus.NOT_AFFECTED, ""
        case {"ecosystem_specific": {"urgency": "end-of-life"}} if status is StatementStatus.OPEN:
            return StatementStatus.END_OF_LIFE, ""
        case _:
            return status, fixed


def _stream(summary: str) -> str:
    """Return the module stream that an erratum's summary names; a stream of no name is no package's."""
    found = _STREAM.search(summary)
    return found[1] if found else ":"


def time(given: object) -> datetime | None:
    """Return a moment with its zone, as ISO 8601 writes it; None where it is none."""
    try:
        made = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
    return made if made and made.tzinfo else None
