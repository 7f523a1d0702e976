"""What distributors say of their packages: taken in from a file, or from where each of them publishes it.

    1 the bytes' digest: what is in force already is only confirmed      2 read record by record, written beside what is
    in force      3 guards: too much unreadable, too much gone, older than what is in force: nothing changes
    4 put in force; cases whose CVEs are now spoken of otherwise are due again      5 sweep what is out of force

The bytes themselves are not kept, as an advisory's are: a tracker has 70 MB and changes four times a day. Records that
could not be read are.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from itertools import islice
from types import ModuleType
from typing import IO

from feedbot.advisory import Quarantined
from feedbot.distro import Silent, Statement
from feedbot.errors import FeedbotError, SourceError
from feedbot.fetch import Document, NotModified, Validators
from feedbot.inventory import has_fallen
from feedbot.messages import tr
from feedbot.pipeline import health
from feedbot.pipeline._edges import DistroFeed, Edges
from feedbot.pipeline._listings import FULL_FETCH
from feedbot.store import Transaction, cases, reading, sources, statements

MOST = 2000
"""Documents of a listing that one round asks for: at two a second a quarter of an hour."""
_STEP = 2000
_SHARE = 5
"""A fifth of the records unreadable, and the file is not taken in."""
_LONGEST = 2000
"""Letters of a field; the longest real one has some hundred."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What came of one file. `silent` counts the records that say nothing, by why; `before` are the statements that
    were in force; `unchanged` says that the same bytes were."""

    issuer: str
    name: str
    as_of: datetime
    statements: int = 0
    silent: Mapping[str, int] = field(default_factory=dict)
    quarantined: int = 0
    before: int = 0
    unchanged: bool = False


@dataclass(slots=True)
class FeedReport:
    """What came of a round over one distributor's feed. `left` are documents that the next rounds ask for, `withdrawn`
    those that its listing names no more."""

    source: str
    loaded: list[LoadReport] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    left: int = 0
    withdrawn: int = 0
    error: FeedbotError | None = None

    @property
    def whole(self) -> bool:
        """Say whether all could be had and read."""
        return not (self.error or self.failed or any(one.quarantined for one in self.loaded))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file is from: the configured feed (empty: given by hand), its name, when its data was current."""

    source: str
    name: str
    as_of: datetime


def load(
    edges: Edges, issuer: str, member: ModuleType, file: IO[bytes], origin: Origin, *, force: bool = False
) -> LoadReport:
    """Take in one file, all or nothing; what was in force stays where anything is wrong.

    `force` takes it in although it is older than what is in force, or says much less. Raises SourceError.
    """
    file.seek(0)
    digest = _digest(file)
    with reading(edges.database) as tx:
        before = statements.current(tx, issuer, origin.name)
    if before and before.as_of > origin.as_of and before.sha256 != digest and not force:
        raise SourceError(
            origin.name,
            "it is older ({given}) than what is in force ({known})",
            hint="--force takes it in all the same",
            given=origin.as_of.isoformat(timespec="seconds"),
            known=before.as_of.isoformat(timespec="seconds"),
        )
    if before and before.sha256 == digest:
        with edges.database.begin() as tx:
            statements.confirm(tx, issuer, origin.name, origin.as_of)
        return LoadReport(issuer, origin.name, origin.as_of, before.statements, {}, before.quarantined, unchanged=True)
    with edges.database.begin() as tx:
        number = statements.begin(tx, issuer, origin.source, origin.name, digest, origin.as_of, edges.clock())
    done = False
    try:
        file.seek(0)
        report = _stage(edges, member, file, number, issuer, origin)
        _guard(report, before.statements if before else 0, force=force)
        _put_in_force(edges, number, before.id if before else 0, report)
        done = True
    finally:
        if not done:
            with edges.database.begin() as tx:
                statements.drop(tx, number)
        sweep(edges)
    return report


def _digest(file: IO[bytes]) -> str:
    made = sha256()
    while block := file.read(1 << 20):
        made.update(block)
    return made.hexdigest()


def sweep(edges: Edges) -> None:
    """Delete the rows of what is out of force, in steps between which others may write."""
    more = True
    while more:
        with edges.database.begin() as tx:
            more = statements.sweep(tx, edges.clock())


def drop(edges: Edges, number: int) -> bool:
    """Take a file out of force; say whether it was. Cases that it spoke of are due again."""
    with edges.database.begin() as tx:
        said = statements.outlook(tx, number)
        dropped = statements.drop(tx, number)
        if dropped:
            cases.reconsider(tx, {cve for cve, *_ in said})
    sweep(edges)
    return dropped


def collect(edges: Edges, feed: DistroFeed, stop: Callable[[], bool] = lambda: False) -> FeedReport:
    """Ask one distributor now. Never raises for what the world does: the report says it."""
    report = FeedReport(feed.name)
    try:
        answer = edges.fetch(feed.url, _validators(edges, feed), feed.info.limit)
    except FeedbotError as error:
        return _failed(edges, feed, report, error)
    if isinstance(answer, NotModified):
        with edges.database.begin() as tx:
            if sources.record_unchanged(tx, feed.name, edges.clock()):
                statements.confirm_source(tx, feed.name, edges.clock())
        return report
    try:
        if feed.info.listing:
            _collect_listed(edges, feed, answer, report, stop)
        else:
            report.loaded.append(_load_document(edges, feed, answer, feed.url))
    except SourceError as error:
        return _failed(edges, feed, report, error, health.trouble(feed.url, answer, error))
    _settle(edges, feed, answer, report)
    return report


def _validators(edges: Edges, feed: DistroFeed) -> Validators | None:
    """Return what to ask with; none once a day, as a poisoned validator answers 304 for ever."""
    with reading(edges.database) as tx:
        state = sources.state(tx, feed.name)
    fresh = state.last_full and edges.clock() - state.last_full < FULL_FETCH
    return state.validators if fresh and state.validators != Validators() else None


def _collect_listed(
    edges: Edges, feed: DistroFeed, listing: Document, report: FeedReport, stop: Callable[[], bool]
) -> None:
    """Take in the documents that a listing names and that changed since they were taken in, the newest first.

    A listing names every document there is (CSAF 2.0, requirement 13): what it names no more was withdrawn. Where that
    is a fifth, the listing was cut, more likely than not, and all stay.
    """
    named = dict(feed.member.listing(listing.body, listing.url))
    with reading(edges.database) as tx:
        files = statements.files(tx, feed.name)
    held = {one.name: one.loaded_at for one in files}
    gone = [one.id for one in files if one.name not in named]
    if has_fallen(len(files), len(files) - len(gone)):
        report.failed.append(tr("{count} of {files} documents are no longer listed", count=len(gone), files=len(files)))
    else:
        report.withdrawn = sum(drop(edges, number) for number in gone)
    wanted = sorted((url for url, at in named.items() if url not in held or held[url] < at), key=lambda url: named[url])
    wanted.reverse()
    report.left = max(len(wanted) - MOST, 0)
    for place, url in enumerate(wanted[:MOST]):
        if stop():
            report.left = len(wanted) - place
            return
        try:
            answer = edges.fetch(url, None, feed.info.limit)
            if isinstance(answer, Document):
                report.loaded.append(_load_document(edges, feed, answer, url))
        except FeedbotError as error:
            report.failed.append(f"{url}: {error.reason()}")


def _load_document(edges: Edges, feed: DistroFeed, document: Document, url: str) -> LoadReport:
    """Take in what was fetched. One document of many may come to say much less: a file that is all of it may not."""
    origin = Origin(feed.name, url, document.fetched_at)
    return load(edges, feed.issuer, feed.member, BytesIO(document.body), origin, force=feed.info.listing)


def _settle(edges: Edges, feed: DistroFeed, answer: Document, report: FeedReport) -> None:
    now = edges.clock()
    with edges.database.begin() as tx:
        if report.failed:
            what = tr("{count} items not read: {items}", count=len(report.failed), items=", ".join(report.failed[:5]))
            sources.record_failure(tx, feed.name, what, now, unreadable=True, trouble=health.UNREACHABLE)
            return
        if not report.left:
            statements.confirm_source(tx, feed.name, now)
        sources.record_success(
            tx,
            feed.name,
            validators=Validators() if report.left else answer.validators,
            listing_sha256=answer.sha256,
            items=len(report.loaded),
            now=now,
        )


def _failed(edges: Edges, feed: DistroFeed, report: FeedReport, error: FeedbotError, trouble: str = "") -> FeedReport:
    report.error = error
    unreadable = isinstance(error, SourceError)
    with edges.database.begin() as tx:
        sources.record_failure(tx, feed.name, str(error), edges.clock(), unreadable=unreadable, trouble=trouble)
    return report


def _stage(edges: Edges, member: ModuleType, file: IO[bytes], number: int, issuer: str, origin: Origin) -> LoadReport:
    """Write all that a file says, not in force yet."""
    silent: Counter[str] = Counter()
    said = apart = 0
    found = iter(member.read(file, origin.name))
    while part := list(islice(found, _STEP)):
        good = [one for one in part if isinstance(one, Statement) and _storable(one)]
        odd = [one for one in part if isinstance(one, Quarantined)]
        odd += [_unstorable(one, origin.name) for one in part if isinstance(one, Statement) and not _storable(one)]
        silent.update(one.why for one in part if isinstance(one, Silent))
        said, apart = said + len(good), apart + len(odd)
        with edges.database.begin() as tx:
            statements.add(tx, number, good)
            statements.set_apart(tx, number, odd)
    return LoadReport(issuer, origin.name, origin.as_of, said, dict(silent), apart)


def _guard(report: LoadReport, before: int, *, force: bool) -> None:
    """Raise SourceError where what was read is not likely to be the whole."""
    records = report.statements + report.quarantined + sum(report.silent.values())
    if report.quarantined * _SHARE > records:
        raise SourceError(
            report.name,
            "{count} of {records} records cannot be read; what is in force stays",
            hint="the publisher's form may have changed",
            count=report.quarantined,
            records=records,
        )
    if has_fallen(before, report.statements) and not force:
        raise SourceError(
            report.name,
            "the statements fall from {before} to {now}; what is in force stays",
            hint="see whether the file is whole; --force takes it in all the same",
            before=before,
            now=report.statements,
        )


def _put_in_force(edges: Edges, number: int, before: int, report: LoadReport) -> None:
    with reading(edges.database) as tx:
        changed = {cve for cve, *_ in statements.outlook(tx, before) ^ statements.outlook(tx, number)}
    with edges.database.begin() as tx:
        silent = sum(report.silent.values())
        statements.put_in_force(tx, number, silent=silent, quarantined=report.quarantined)
        cases.reconsider(tx, changed)


def _fields(one: Statement) -> Iterator[str]:
    yield from (one.distro, one.package, one.cve, one.fixed_version, one.evidence, one.stream, one.suite, one.url)


def _storable(one: Statement) -> bool:
    """Tell whether every database can keep a statement's texts: no NUL, no half of a letter, of a sane length."""
    text = "".join(_fields(one))
    return "\0" not in text and len(text) <= _LONGEST and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _unstorable(one: Statement, name: str) -> Quarantined:
    where = f"{one.package[:80]} {one.cve[:40]}"
    raw = ascii(tuple(_fields(one))).encode()
    return Quarantined(where, SourceError(name, "a record of {where} has an unknown shape", where=where), raw)


def states(tx: Transaction, edges: Edges) -> dict[str, health.Judgement]:
    """Judge each configured feed."""
    return {name: health.judge(tx, one, edges.clock()) for name, one in edges.distros.items()}
