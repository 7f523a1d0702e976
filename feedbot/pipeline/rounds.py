"""A scheduled round: collect one source, draft what is due, and log what a night shift should see."""

import structlog

from feedbot.pipeline._edges import ConfiguredSource, Edges
from feedbot.pipeline.collect import collect
from feedbot.pipeline.draft import draft_cases

log = structlog.get_logger()


def collect_and_draft(edges: Edges, source: ConfiguredSource) -> None:
    """Collect and draft, one log line for each; never raises for what the world does."""
    report = collect(edges, source)
    tell = log.warning if not report.whole else log.info
    tell(
        "collected",
        source=report.source,
        new=report.new,
        changed=report.changed,
        same=report.same,
        held=report.held,
        quarantined=report.quarantined,
        unreachable=report.unreachable,
        error=str(report.error) if report.error else None,
    )
    if not (report.new or report.changed):
        return
    made = draft_cases(edges, "feedbot")
    for draft in made.made:
        log.info("drafted", draft=draft.id, case=draft.notice.case, title=draft.notice.title)
    for case, names in made.unmapped.items():
        log.info("unmapped", case=case, products=names)
    for case, error in made.failed.items():
        log.error("draft_failed", case=case, error=str(error), hint=error.hint())
