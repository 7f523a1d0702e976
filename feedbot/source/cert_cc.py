"""CERT/CC's vulnerability notes: the VINCE API's JSON, a VINCE case, and the closed archive's vu_*.json.

listing    the Atom feed, or the API's summary of a year or month (vuls/api/YYYY/MM/summary/: `notes`, a list of
           numbers, and their `count`); a note's document is https://kb.cert.org/vuls/api/NUMBER/
read       one note (`vuid`, `overview` …), one of the archive (`ID`, `Overview` …), a case (`get_case`) or a list of
           cases (`get_cases`); a vendor's record of the archive is a statement about a note and no note, and is refused

Form: CERTCC/VINCE, vince-api; the summaries by what their users read of them (VINCE's documentation names the address
and shows none); CERTCC/Vulnerability-Data-Archive. English prose gives versions only where a sentence is
understood completely; other sentences that name versions stay visible as unread.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from feedbot.advisory import (
    Advisory,
    Affected,
    Quarantined,
    Reference,
    Section,
    Severity,
    Status,
    identity,
)
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import sections
from feedbot.reading import text as texts
from feedbot.source import _facts, _json, _listing, _note_prose
from feedbot.source._member import Judge, ListedItem, SourceInfo

SOURCE = SourceInfo(
    title="CERT/CC Vulnerability Notes",
    issuer="CERT/CC",
    listing_url="https://kb.cert.org/vuls/atomfeed/",
    interval=timedelta(hours=1),
    language="en",
)

Record = Mapping[str, object]
"""A JSON object as it came; a Note is made of it at once."""

_API = "https://kb.cert.org/vuls/api/"
_TA = "https://www.us-cert.gov/ncas/alerts/{name}"
_CA = "https://www.cert.org/historical/advisories/{name}.cfm"
_NUMBER = re.compile(r"(?:VU#)?([0-9]{3,7})")
_PARTS = (
    ("Overview", ("overview",)),
    ("Description", ("description", "clean_desc")),
    ("Impact", ("impact",)),
    ("Solution", ("resolution",)),
    ("Workarounds", ("workarounds",)),
    ("Systems Affected", ("systemsaffectedpreamble", "sysaffected")),
    ("Acknowledgements", ("thanksandcredit", "thanks")),
)
"""Heading → the fields that hold it, in the archive and in VINCE."""
_ALERTS = (
    (("us-certtechnicalalert", "uscerttechnicalalert"), re.compile(r"TA[0-9]{2}-[0-9]{3}[A-Z]"), _TA),
    (("certadvisory",), re.compile(r"CA-[0-9]{4}-[0-9]{2}"), _CA),
)
"""Fields that name an alert about the note's matter, and more besides: a link, no alias."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note, from whichever of the forms it came."""

    number: str
    title: str
    parts: tuple[Section, ...]
    revision: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    cves: tuple[str, ...] = ()
    links: tuple[Reference, ...] = ()
    severity: tuple[Severity, ...] = ()
    affected: tuple[Affected, ...] = ()
    status: Status = Status.FINAL


def listing(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield the notes that the Atom feed names, each with the address of its JSON."""
    if document.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        yield from _summary(document)
        return
    for index, entry in enumerate(_listing.entries(document), 1):
        if isinstance(entry, Quarantined):
            yield entry
            continue
        number = next((name for name in identity.names_in(f"{entry.url} {entry.title}") if name.startswith("VU#")), "")
        if not number:
            where = f"{document.url} item {index}"
            yield Quarantined(where, SourceError(where, "no advisory number"), entry.url.encode())
            continue
        yield ListedItem(number, _api(number), re.sub(r"^VU#[0-9]+:\s*", "", entry.title), entry.updated)


def addresses(url: str, since: datetime | None, now: datetime) -> tuple[str, ...]:
    """Return the feed, and before it the summaries of the months since `since` (of whole years, where it is long)."""
    if since is None:
        return (url,)
    first, last = since.astimezone(UTC), now.astimezone(UTC)
    if (last - first).days > 366:
        return (*(f"{_API}{year}/summary/" for year in range(first.year, last.year + 1)), url)
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return (*(f"{_API}{month // 12}/{month % 12 + 1:02}/summary/" for month in months), url)


def _api(number: str) -> str:
    return f"{_API}{number.removeprefix('VU#')}/"


def _summary(document: Document) -> Iterator[ListedItem | Quarantined]:
    """Yield the notes of a summary. Raises SourceError for other JSON."""
    found = _json.load(document)
    notes = found.at("notes").value
    if not isinstance(notes, list):
        raise SourceError(document.url, "not a summary of vulnerability notes")
    for index, note in enumerate(notes, 1):
        where = f"{document.url} item {index}"
        match = _NUMBER.fullmatch(note) if isinstance(note, str) else None
        if match is None:
            yield Quarantined(where, SourceError(where, "no advisory number"), json.dumps(note).encode())
            continue
        yield ListedItem(f"VU#{match[1]}", _api(match[1]))
    count = found.text("count")
    if count and count != str(len(notes)):
        reason = SourceError(
            document.url, "it names {named} notes and counts {count}", named=len(notes), count=count[:20]
        )
        yield Quarantined(f"{document.url} count", reason, document.body)


def read(document: Document, judge: Judge) -> Iterator[Advisory | Quarantined]:
    """Yield the note of a document, or the cases of a list.

    Raises SourceError for what is no note: no JSON, a vendor's statement, a CSAF document.
    """
    record = _object(document)
    cases = record.get("get_cases")
    if isinstance(cases, list):
        for index, one in enumerate(cases, 1):
            yield _item(document, {"get_case": one}, f"{document.url} item {index}")
        return
    _check_kind(document, record)
    yield _item(document, record, document.url)


def _object(document: Document) -> Record:
    record = _json.load(document).value
    if not isinstance(record, dict):
        raise SourceError(document.url, "not a vulnerability note")
    return record


def _check_kind(document: Document, record: Record) -> None:
    if "VendorRecordID" in record:
        raise SourceError(document.url, "vendor statement, not a note")
    if isinstance(record.get("document"), dict):
        raise SourceError(document.url, "a CSAF document, not a note", hint="read it with the member csaf")
    if not {"vuid", "ID", "get_case"} & set(record):
        raise SourceError(document.url, "not a vulnerability note")


def _item(document: Document, record: Record, where: str) -> Advisory | Quarantined:
    try:
        note = _case(record, where) if "get_case" in record else _note(record, where)
        return _advisory(document, note)
    except SourceError as error:
        return Quarantined(where, error, json.dumps(record).encode())


def _note(given: Record, where: str) -> Note:
    """Read a note of the archive or of VINCE; their fields differ in case and in a few names."""
    record = {str(name).lower(): value for name, value in given.items()}
    return Note(
        number=_number(_text(record, "vuid", "id", "idnumber"), where),
        title=_text(record, "name", "title"),
        parts=tuple(_parts(record)),
        revision=_text(record, "revision"),
        published=_facts.moment(_text(record, "datefirstpublished", "publicdate", "datepublic"), where, UTC),
        updated=_facts.moment(_text(record, "dateupdated", "datelastupdated"), where, UTC),
        cves=identity.names_in(_text(record, "cveids")),
        links=tuple(_links(record)),
        severity=_severity(record),
    )


def _case(record: Record, where: str) -> Note:
    """Read a VINCE case: not published, so a draft; its vulnerabilities are sections."""
    case, report = _record(record.get("get_case")), _record(record.get("get_original_report"))
    listed = record.get("get_vuls")
    vuls = [_record(one) for one in listed] if isinstance(listed, list) else []
    product, wording = _text(report, "product_name"), _text(report, "product_version")
    return Note(
        number=_number(_text(case, "vuid") or _text(record, "case"), where),
        title=_text(case, "title"),
        parts=(
            Section("Overview", _text(case, "summary")),
            *(Section(_text(one, "name"), _text(one, "description")) for one in vuls),
        ),
        published=_facts.moment(_text(case, "created"), where, UTC),
        cves=tuple(name for one in vuls for name in identity.names_in(_text(one, "name"))),
        affected=(_facts.affected(wording, product=product, evidence=f"{product} {wording}"),) if wording else (),
        status=Status.DRAFT,
    )


def _number(text: str, where: str) -> str:
    found = _NUMBER.fullmatch(text)
    if not found:
        raise SourceError(where, "no advisory number")
    return f"VU#{found[1]}"


def _record(value: object) -> Record:
    return value if isinstance(value, dict) else {}


def _text(record: Record, *names: str) -> str:
    """Return the first of these fields that says something: a text, a number, or the lines of a list."""
    for name in names:
        value = record.get(name)
        if isinstance(value, list):
            value = "\n".join(one for one in value if isinstance(one, str))
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return _json.holdable(str(value)).replace("\r\n", "\n").strip()
    return ""


def _parts(record: Record) -> Iterator[Section]:
    """Yield the headed parts. VINCE keeps the whole note in `overview`, with headings in Markdown."""
    for heading, names in _PARTS:
        for part in sections.split(_text(record, *names)):
            yield Section(part.heading or heading, part.text)


def _links(record: Record) -> Iterator[Reference]:
    for link in dict.fromkeys(line for line in _text(record, "public", "references").split() if "://" in line):
        yield Reference(link)
    for fields, name, address in _ALERTS:
        for found in dict.fromkeys(name.findall(_text(record, *fields))):
            yield Reference(address.format(name=found), found)


def _severity(record: Record) -> tuple[Severity, ...]:
    vector, score = _text(record, "cvss_basevector"), _text(record, "cvss_basescore")
    # The archive writes unscored notes as 0 with a vector of dashes.
    return (Severity("CVSSv2", vector, score),) if vector and "--" not in vector and score not in ("", "0") else ()


def _advisory(document: Document, note: Note) -> Advisory:
    if not note.title:
        raise SourceError(document.url, "no title")
    cure = "\n\n".join(part.text for part in note.parts if part.heading == "Solution")
    last = note.updated or note.published
    return Advisory(
        source="cert_cc",
        number=note.number,
        revision=note.revision or (last.date().isoformat() if last else ""),
        title=note.title,
        language="en",
        signature=_facts.unsigned(document),
        status=note.status if note.status is Status.DRAFT else _facts.status_of(note.title),
        published=note.published,
        updated=note.updated,
        summary=next((texts.joined(part.text.split("\n")) for part in note.parts if part.heading == "Overview"), ""),
        aliases=tuple(dict.fromkeys(name for name in note.cves if name != note.number)),
        severity=note.severity,
        affected=note.affected or _note_prose.affected((Section("Overview", note.title), *note.parts)),
        fixed=_note_prose.fixed(cure),
        workarounds=tuple(part.text for part in note.parts if part.heading == "Workarounds"),
        sections=note.parts,
        references=note.links,
        url=f"https://www.kb.cert.org/vuls/id/{note.number.removeprefix('VU#')}",
        publisher=SOURCE.issuer,
    )
