"""Read stored documents again after a parser was corrected or a key pinned, and settle what waits for a person."""

from feedbot.errors import StoreError
from feedbot.pipeline._edges import ConfiguredSource, Edges
from feedbot.pipeline._take import CollectReport, make_current, take
from feedbot.store import Transaction, advisories, audit, documents, quarantine, reading


def reread(edges: Edges, source: ConfiguredSource, number: str = "") -> CollectReport:
    """Read every document of a source again (those of one advisory, where `number` says so), oldest first.

    What is understood now and was quarantined before is taken in, and its quarantine ends.
    """
    report = CollectReport(source.name)
    with reading(edges.database) as tx:
        digests = documents.of_item(tx, source.name, number) if number else documents.read_so_far(tx, source.name)
    for digest in digests:
        with reading(edges.database) as tx:
            document = documents.load(tx, digest)
            met = _met(tx, source, digest)
        take(edges, source, report, document)
        with edges.database.begin() as tx:
            for number_of_item, times in _met(tx, source, digest).items():
                if met.get(number_of_item) == times:
                    quarantine.close(tx, number_of_item, quarantine.READ)
    return report


def _met(tx: Transaction, source: ConfiguredSource, document: str) -> dict[int, int]:
    """Return how often each quarantined item of a document was met: one that fails again is met once more."""
    return {one.id: one.times for one in quarantine.listing(tx, source=source.name) if one.document == document}


def accept(edges: Edges, number: int, actor: str) -> str:
    """Let a held text become current by a person's word, marked as it is; returns its advisory's number.

    Its trust does not rise: notices never call it verified. Raises StoreError where there is no such text.
    """
    with edges.database.begin() as tx:
        held = advisories.held_text(tx, number)
        if not advisories.close_held(tx, number, "accepted"):
            raise StoreError(str(number), "it is no longer held", hint="`feedbot quarantine list` shows what is")
        make_current(edges, tx, held.advisory, held.document)
        audit.append(tx, actor, "accept-held", held.advisory.number, held.reason, edges.clock())
    return held.advisory.number


def set_aside(edges: Edges, number: int, actor: str) -> None:
    """End the quarantine of an item that a person has looked at and needs no more."""
    with edges.database.begin() as tx:
        item = quarantine.get(tx, number)
        quarantine.close(tx, number, "set aside")
        audit.append(tx, actor, "set-aside", item.where, item.reason, edges.clock())
