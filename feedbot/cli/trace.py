"""feedbot trace: the walk of one case, from the documents to the receipts."""

from collections import Counter
from typing import TYPE_CHECKING

import typer

from feedbot.cli import _shell
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.advisory import Advisory
    from feedbot.pipeline.match import CaseMatch
    from feedbot.review import Draft
    from feedbot.store import Transaction


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("trace", help=tr("the way of a case, from documents to receipts"))(trace)


def trace(case: str) -> int:
    """Print what each stage made of a case."""
    from feedbot import store
    from feedbot.pipeline.match import match
    from feedbot.store import cases, drafts

    edges = _shell.edges()
    with store.reading(edges.database) as tx:
        found = cases.load(tx, case)
        _shell.show("{case}: {title}", case=found.id, title=found.title)
        for one in found.advisories:
            _came_in(tx, one)
        _matched(match(edges, tx, found))
        for draft in reversed(drafts.of_case(tx, case)):
            _went_out(tx, draft)
    return _shell.DONE


def _came_in(tx: "Transaction", one: "Advisory") -> None:
    from feedbot.store import documents

    for digest in documents.of_item(tx, one.source, one.number):
        document = documents.load(tx, digest)
        _shell.show("fetched   {url} {at}", url=document.url, at=document.fetched_at)
    key = one.signature.primary_fingerprint or ""
    _shell.show("verified  {number}: {trust} {key}", number=one.number, trust=tr(one.trust.value), key=key)
    for item in one.affected:
        _shell.show(
            "read      {evidence} → {range}", evidence=item.evidence, range=item.range if item.complete else "?"
        )


def _matched(found: "CaseMatch") -> None:
    counts = Counter(one.verdict for share in found.exposures for one in share.matches)
    words = ", ".join(f"{tr(verdict.value)} {count}" for verdict, count in counts.items())
    _shell.show("matched   {verdicts}", verdicts=words or "-")


def _went_out(tx: "Transaction", draft: "Draft") -> None:
    from feedbot.store import decisions, outbox

    state = tr(draft.state.value)
    _shell.show("drafted   {number} {name} {state}", number=draft.id, name=draft.notice.number, state=state)
    for one in decisions.of_draft(tx, draft.id):
        _shell.show("reviewed  {at} {actor}: {verb}", at=one.at, actor=one.actor, verb=tr(one.verb))
    sent = ", ".join(f"{tr(state.value)} {count}" for state, count in outbox.counts(tx, draft.id).items() if count)
    _shell.show("sent      {states}", states=sent or "-")
