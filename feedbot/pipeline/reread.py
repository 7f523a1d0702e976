"""Read stored documents again: after a parser was corrected, nothing has to be fetched anew."""

from feedbot.pipeline._edges import ConfiguredSource, Edges
from feedbot.pipeline.collect import CollectReport, take
from feedbot.store import documents, quarantine, reading


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
        if take(edges, source, report, document):
            with edges.database.begin() as tx:
                for item in quarantine.listing(tx, source=source.name):
                    if item.document == digest:
                        quarantine.close(tx, item.id, quarantine.READ)
    return report
