"""Offline bundles: carry the documents of a feedbot that reaches the world to one that does not.

    export   the kept documents that gave something, of the sources named, signed with the operator's key
    import   the whole file is verified by the pinned keys before anything of it is read; then each document goes the
             way of a fetched one, in the order they were fetched; what was taken in before is passed over, and an
             older text never replaces one that was fetched after it

The signature says that the other feedbot kept these bytes, and how they came to it. What a publisher signed is judged
again here, by this side's own keys.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from feedbot.errors import BundleError, ConfigError
from feedbot.fetch import Document
from feedbot.messages import tr
from feedbot.pipeline import _container
from feedbot.pipeline._edges import ConfiguredSource, Edges
from feedbot.pipeline._take import CollectReport, keep_and_take
from feedbot.pipeline._vouchers import is_place, places
from feedbot.signature import VerifiedText
from feedbot.store import audit, documents, reading


@dataclass(frozen=True, slots=True)
class Exported:
    """What a bundle holds: documents by source."""

    documents: dict[str, int]
    bytes: int


@dataclass(slots=True)
class Imported:
    """What an import brought: a report a source, documents that were here already, and those whose source is not
    configured here, by its name. `signer` is the primary key's fingerprint."""

    signer: str
    reports: list[CollectReport] = field(default_factory=list)
    known: int = 0
    strangers: dict[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """True when every document was taken in, read and believed."""
        return not self.strangers and all(one.whole for one in self.reports)


def export(
    edges: Edges, path: Path, chosen: Iterable[ConfiguredSource], since: datetime | None, actor: str
) -> Exported:
    """Write a bundle of what was fetched since a time (None: ever), beside `path` first and then under its name.

    Raises ConfigError where the file exists, cannot be written, or no key is configured, and SigningError.
    """
    if edges.sign_bundle is None:
        raise ConfigError(
            "signing.key", "a bundle is signed, and no key is configured", hint="set key and home in [signing]"
        )
    if path.exists():
        raise ConfigError(str(path), "this file exists", hint="name another one, or remove it")
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.unlink(missing_ok=True)  # of an export that was killed
        entries = _container.write(draft, _kept(edges, chosen, since), edges.sign_bundle)
        draft.replace(path)
    except OSError as error:
        raise ConfigError(str(path), "cannot be written: {why}", why=error.strerror or error) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    counts: dict[str, int] = {}
    for one in entries:
        counts[one.source] = counts.get(one.source, 0) + 1
    with edges.database.begin() as tx:
        audit.append(tx, actor, "bundle-export", path.name, _told(counts), edges.clock())
    return Exported(counts, path.stat().st_size)


def _kept(
    edges: Edges, chosen: Iterable[ConfiguredSource], since: datetime | None
) -> Iterator[tuple[_container.Entry, bytes]]:
    """Yield each kept document that gave something, one in memory at a time; of each source in the order they came."""
    for source in chosen:
        with reading(edges.database) as tx:
            found = documents.fruitful(tx, source.name, since)
        for one in found:
            with reading(edges.database) as tx:
                body = documents.load(tx, one.sha256).body
                beside = [documents.at(tx, source.name, url) for url in places(one.url, one.sha256)]
            yield from (_voucher(source.name, voucher) for voucher in beside if voucher)
            when = one.fetched_at.isoformat()
            entry = _container.Entry(source.name, one.url, when, one.media_type, one.charset, one.sha256, len(body))
            yield entry, body


def _voucher(source: str, kept: Document) -> tuple[_container.Entry, bytes]:
    """A hash or signature beside a document goes before it."""
    when = kept.fetched_at.isoformat()
    entry = _container.Entry(source, kept.url, when, kept.media_type, kept.charset, kept.sha256, len(kept.body))
    return entry, kept.body


def take_in(edges: Edges, path: Path, actor: str) -> Imported:
    """Verify a bundle and take in its documents; may be repeated.

    Raises BundleError for a file that is not, byte for byte, what a pinned key signed, and ConfigError where no key is
    pinned.
    """
    signers: list[str] = []

    def verify(data: bytes) -> str:
        if edges.check_bundle is None:
            raise ConfigError("bundle.pins", "no key is pinned for bundles", hint="set keyring and pins in [bundle]")
        found = edges.check_bundle(data)
        if not isinstance(found, VerifiedText):
            signature = found.signature
            raise BundleError(
                path.name,
                "not taken in; its signature is {verdict}: {reason}",
                hint="export it again with a key that is pinned here",
                verdict=signature.verdict.value,
                reason=signature.reason,
            )
        signers.append(found.signature.primary_fingerprint or "")
        return found.text

    bundle = _container.read(path, verify)
    result = Imported(signers[0])
    reports: dict[str, CollectReport] = {}
    for entry, document in bundle.documents():
        source = edges.sources.get(entry.source)
        if source is None:
            result.strangers[entry.source] = result.strangers.get(entry.source, 0) + 1
            continue
        report = reports.setdefault(source.name, CollectReport(source.name))
        if not _take(edges, source, report, document):
            result.known += 1
    result.reports = list(reports.values())
    with edges.database.begin() as tx:
        counts = {one.source: len(one.new) + len(one.changed) for one in result.reports}
        detail = tr("signed by {key}; new and changed: {counts}", key=result.signer, counts=_told(counts))
        audit.append(tx, actor, "bundle-import", path.name, detail, edges.clock())
    return result


def _take(edges: Edges, source: ConfiguredSource, report: CollectReport, document: Document) -> bool:
    """Take in a document, or keep what vouches for one; False where it was here already."""
    with reading(edges.database) as tx:
        if is_place(document.url):
            kept = documents.at(tx, source.name, document.url)
            known = kept is not None and kept.sha256 == document.sha256
        else:
            known = documents.was_read(tx, source.name, document.url, document.sha256)
    if known:
        return False
    if is_place(document.url):
        with edges.database.begin() as tx:
            documents.save(tx, source.name, document)
    else:
        keep_and_take(edges, source, report, document, again=True)
    return True


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "0"
