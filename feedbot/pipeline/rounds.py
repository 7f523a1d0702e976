"""A scheduled round: collect one source, judge its health, draft what is due, and log what a night shift should see."""

from collections.abc import Callable

import structlog

from feedbot.errors import FeedbotError
from feedbot.pipeline import distributors
from feedbot.pipeline import pull as pulling
from feedbot.pipeline._edges import ConfiguredSource, DistroFeed, Edges, PullGroup, Watched
from feedbot.pipeline.alarms import watch
from feedbot.pipeline.blocklists import BlockWatch
from feedbot.pipeline.blocklists import watch as watch_lists
from feedbot.pipeline.collect import collect
from feedbot.pipeline.digest import make
from feedbot.pipeline.draft import draft_cases
from feedbot.pipeline.policy import approve_by_policy
from feedbot.pipeline.remind import remind

log = structlog.get_logger()


def collect_and_draft(edges: Edges, source: ConfiguredSource, stop: Callable[[], bool]) -> None:
    """Collect and draft, one log line for each; never raises for what the world does.

    Drafting looks at every case that is due, not only at what this round brought: a round that was cut short, or an
    import of customers meanwhile, is made good here.
    """
    report = collect(edges, source, stop)
    tell = log.warning if report.flapping or not report.whole else log.info
    tell(
        "collected",
        source=report.source,
        new=report.new,
        changed=report.changed,
        same=report.same,
        held=report.held,
        quarantined=report.quarantined,
        unreachable=report.unreachable,
        flapping=report.flapping,
        error=str(report.error) if report.error else None,
    )
    watch(edges, source)
    made = draft_cases(edges, "(feedbot)")
    for draft in made.made:
        log.info("drafted", draft=draft.id, case=draft.notice.case, title=draft.notice.title)
    by_policy = approve_by_policy(edges)
    for number in by_policy.approved:
        log.warning("approved_by_policy", draft=number)
    for number, why in by_policy.left.items():
        log.info("left_to_people", draft=number, why=why)
    for number, fault in by_policy.failed.items():
        log.error("policy_failed", draft=number, error=str(fault), hint=fault.hint())
    for case, names in made.unmapped.items():
        log.info("unmapped", case=case, products=names)
    for case, error in made.failed.items():
        log.error("draft_failed", case=case, error=str(error), hint=error.hint())


def collect_distributor(edges: Edges, feed: DistroFeed, stop: Callable[[], bool]) -> None:
    """Ask a distributor and judge its feed, one log line; never raises for what the world does."""
    report = distributors.collect(edges, feed, stop)
    tell = log.info if report.whole else log.warning
    tell(
        "distributor_collected",
        source=report.source,
        files=len(report.loaded),
        statements=sum(one.statements for one in report.loaded),
        quarantined=sum(one.quarantined for one in report.loaded),
        failed=report.failed,
        left=report.left,
        error=str(report.error) if report.error else None,
    )
    watch(edges, feed)


def pull_group(edges: Edges, group: PullGroup, stop: Callable[[], bool]) -> None:
    """Ask a group's hosts for their lists, one log line and one for each host that failed."""
    _tell_lists(pulling.pull(edges, group, "(feedbot)", stop=stop))


def take_lists(edges: Edges, stop: Callable[[], bool]) -> None:
    """Take in the lists that arrived in the folder; silent where there are none."""
    report = pulling.take_spool(edges, "(feedbot)", stop)
    if report.taken or report.failed:
        _tell_lists(report)


def _tell_lists(report: pulling.PullReport) -> None:
    for name, why in report.failed.items():
        log.warning("list_failed", group=report.group, name=name, why=why)
    tell = log.warning if report.failed else log.info
    tell("lists_taken", group=report.group, taken=len(report.taken), failed=len(report.failed))


def watch_all(edges: Edges) -> None:
    """Judge every source and distributor that is switched on: one whose rounds have stopped would not be judged by
    them."""
    watched: list[Watched] = [one for one in edges.sources.values() if one.enabled]
    watched += [one for one in edges.distros.values() if one.enabled]
    for one in watched:
        watch(edges, one)


def remind_due(edges: Edges) -> None:
    """Draft the 再通知 that are due, a log line for each; never raises for what one notice does."""
    made = remind(edges, "(feedbot)")
    for draft in made.made:
        log.info("drafted", draft=draft.id, case=draft.notice.case, title=draft.notice.title)
    for number, error in made.failed.items():
        log.error("draft_failed", case=number, error=str(error), hint=error.hint())


def digest_due(edges: Edges) -> None:
    """Draft the digest that is due, one log line; silent where none is. What fails is tried again at the next look."""
    try:
        report = make(edges, "(feedbot)")
    except FeedbotError as error:
        log.error("digest_failed", error=str(error), hint=error.hint())
        return
    if report.draft:
        log.info("digest_drafted", draft=report.draft.id, cases=len(report.told))
    if report.nobody:
        log.info("digest_postponed", drafts=report.nobody, why="they concern nobody now")
    if report.declined:
        log.info("digest_postponed", drafts=report.declined, why="all whom they concern decline such mails")


def watch_blocklists(
    edges: Edges, wanted: BlockWatch, pause: Callable[[float], object], stop: Callable[[], bool]
) -> None:
    """Ask the block lists, one log line, and one for each list that does not work."""
    report = watch_lists(edges, wanted, pause, stop)
    tell = log.warning if report.broken or report.unanswered else log.info
    tell("blocklists_asked", addresses=report.asked, unanswered=len(report.unanswered), drafts=len(report.made))
    for zone, failure in report.broken.items():
        log.warning("blocklist_broken", list=zone, error=failure)
