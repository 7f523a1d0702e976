"""The walk of one advisory (ARCHITECTURE.md), step by step, with fakes at the edges."""

from pathlib import Path

from feedbot.advisory import Trust
from feedbot.delivery import OutboxState
from feedbot.matching import MatchVerdict
from feedbot.pipeline import decide, draft
from feedbot.pipeline.collect import collect
from feedbot.pipeline.match import match
from feedbot.pipeline.publish import publish
from feedbot.pipeline.send import send_due
from feedbot.review import State
from feedbot.store import advisories, audit, cases, documents, drafts, outbox
from tests.fakes import world
from tests.pipeline.conftest import FIRST, import_fleet, pages, wired

NUMBER = "CSIRT-A-AT-2026-0001"


def test_the_walk_of_one_advisory(tmp_path: Path) -> None:
    """Fetched, verified, read, grouped, matched, drafted, approved, sent, received: each step leaves what it should."""
    stage = world(tmp_path)
    stage.pages |= pages("www")
    edges = wired(stage)
    import_fleet(edges)

    # 1, 2: the listing, then each item, as documents that are stored before anything reads them
    report = collect(edges, edges.sources["csirt_a"])
    with edges.database.begin() as tx:
        (digest,) = documents.of_item(tx, "csirt_a", NUMBER)
        assert documents.load(tx, digest).body == stage.pages[FIRST]

        # 3, 4: the signature's words and no others, read into an advisory
        advisory = advisories.current(tx, "csirt_a", NUMBER)
        assert advisory is not None
        assert advisory.trust is Trust.SIGNED
        assert [str(one.range) for one in advisory.affected] == ["vers:generic/<=2.4.59"]

        # 5, 6: new by its meaning, in a case of its own
        assert NUMBER in report.new
        case = cases.of_advisory(tx, "csirt_a", NUMBER)
        assert case is not None

        # 7: components, servers and customers, each with a reason
        found = match(edges, tx, case)
        verdicts = {one.component.version: (one.verdict, one.because.rule) for one in found.matches}
        assert verdicts["2.4.57-2"] == (MatchVerdict.AFFECTED, "upstream-range")
        assert verdicts["2.4.62-1~deb12u2"] == (MatchVerdict.NOT_AFFECTED, "upstream-range")

    # 8: one post, and one mail for each customer
    made = next(one for one in draft.draft_cases(edges, "feedbot").made if one.notice.case == case.id)
    _, shown = draft.preview(edges, made.id)
    assert [one.recipient.customer.id for one in shown.mails] == ["C001", "C002", "C003", "C004", "C005"]
    assert shown.errors == ()

    # 9: a person decides over the frozen render
    frozen = decide.propose(edges, made.id, "author")
    assert decide.approve(edges, made.id, "author").digests == frozen.digests

    # 10: outbox rows, the wire, receipts
    publish(edges, made.id, "author")
    with edges.database.begin() as tx:
        assert outbox.counts(tx)[OutboxState.PENDING] == 5
    send_due(edges, "w")
    with edges.database.begin() as tx:
        assert drafts.load(tx, made.id).state is State.PUBLISHED
        assert all(one.answer is not None and one.answer.code == 250 for one in outbox.listing(tx))
        verbs = [one.verb for one in audit.entries(tx) if one.subject == f"draft {made.id}"]
    assert verbs == ["draft", "propose", "approve", "publish"]
    assert {one.customer for one in stage.mails} == {"C001", "C002", "C003", "C004", "C005"}
