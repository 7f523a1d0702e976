"""Approve by a policy that the operator wrote, and by nothing else: small notices over verified statements.

For each open draft of feedbot's own that a policy covers:
1. too many recipients, so many that two persons are needed, a finding of lint, or the day's number used up: left to
   people, as it is
2. else proposed and approved in the policy's name, both in the audit log; a person publishes it
"""

from dataclasses import dataclass, field
from datetime import datetime, time

from feedbot.errors import FeedbotError
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._rendering import Rendering
from feedbot.pipeline.decide import SEEN_DIGITS, approve, propose
from feedbot.pipeline.draft import preview
from feedbot.reading.dates import JST
from feedbot.review import Draft, Policy, State, required_approvals
from feedbot.store import audit, drafts, inventory, reading

_MACHINE = "(feedbot)"


@dataclass(slots=True)
class PolicyReport:
    """Drafts that were approved, and why others that a policy covers were left to people."""

    approved: list[int] = field(default_factory=list)
    left: dict[int, str] = field(default_factory=dict)
    failed: dict[int, FeedbotError] = field(default_factory=dict)


def approve_by_policy(edges: Edges) -> PolicyReport:
    """Decide what the policies allow; one draft that fails stops no other."""
    report = PolicyReport()
    if not edges.desk.policies:
        return report
    with reading(edges.database) as tx:
        waiting = [one for one in reversed(drafts.listing(tx, State.DRAFT)) if one.created_by == _MACHINE]
    for draft in waiting:
        policy = next((one for one in edges.desk.policies if one.covers(draft.notice)), None)
        if policy is None:
            continue
        try:
            why = _refusal(edges, policy, draft)
            if why:
                report.left[draft.id] = why
                continue
            made = propose(edges, draft.id, policy.actor)
            why = _too_much(edges, policy, made)
            if why:  # it changed since the look above: it stays proposed, for people
                report.left[draft.id] = why
                continue
            if approve(edges, draft.id, policy.actor, seen=made.digests.text[:SEEN_DIGITS]).state is State.APPROVED:
                report.approved.append(draft.id)
        except FeedbotError as error:
            report.failed[draft.id] = error
    return report


def _refusal(edges: Edges, policy: Policy, draft: Draft) -> str:
    """Say why a covered draft is left to people; empty where it is not."""
    _, made = preview(edges, draft.id)
    why = _too_much(edges, policy, made)
    if why:
        return why
    with reading(edges.database) as tx:
        today = sum(one.actor == policy.actor for one in audit.moments(tx, ("approve",), _midnight(edges.clock())))
    if today >= policy.a_day:
        return f"the policy has approved {today} today"
    return ""


def _too_much(edges: Edges, policy: Policy, made: Rendering) -> str:
    """Say what of a render a policy does not allow; empty where it allows all."""
    with reading(edges.database) as tx:
        customers = inventory.counts(tx).customers
    if made.findings:
        return f"lint: {made.findings[0].message}"
    if len(made.mails) > policy.recipients:
        return f"{len(made.mails)} recipients, the policy allows {policy.recipients}"
    if required_approvals(len(made.mails), customers) > 1:
        return "so many recipients need two persons"
    return ""


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(JST).date(), time(), JST)
