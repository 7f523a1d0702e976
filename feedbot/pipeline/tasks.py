"""Tasks for a person: opened once, told once in every alarm channel, closed by a person; both audited."""

import structlog

from feedbot.errors import DeliveryError
from feedbot.messages import tr
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._telling import Saying
from feedbot.pipeline.alarms import write
from feedbot.store import Transaction, audit, tasks

log = structlog.get_logger()
SOURCE = "(outbox)"
"""Under which name the alarms about tasks are kept."""


def open_task(edges: Edges, tx: Transaction, kind: str, subject: str, detail: str, actor: str) -> bool:
    """Open a task and write the alarms that tell of it. False where one of this kind is open for the subject."""
    now = edges.clock()
    if not tasks.open_one(tx, kind, subject, detail, actor, now):
        return False
    audit.append(tx, actor, "task", subject, f"{kind}: {detail}", now)
    log.warning("task", kind=kind, subject=subject, detail=detail)
    what = tr(kind)
    hint = tr("feedbot outbox status shows the tasks; feedbot outbox done NUMBER closes one")
    head = tr("[feedbot] a task: {what}: {subject}", what=what, subject=subject)
    saying = Saying(head, (head, detail, hint), {"kind": kind, "subject": subject, "reason": detail, "hint": hint})
    for place, channel in enumerate(edges.alarms.names):
        key = f"task/{kind}/{subject}/{now.isoformat()}/{place}"
        write(edges, tx, SOURCE, channel, saying, key, now)
    return True


def done(edges: Edges, number: int, actor: str) -> tasks.Task:
    """Close a task. Raises DeliveryError where it is not open."""
    with edges.database.begin() as tx:
        task = tasks.close_number(tx, number, actor, edges.clock())
        if task is None:
            raise DeliveryError(
                f"task {number}", "no such open task", permanent=True, hint="feedbot outbox status shows them"
            )
        audit.append(tx, actor, "done", task.subject, task.kind, edges.clock())
    return task
