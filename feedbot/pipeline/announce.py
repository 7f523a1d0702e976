"""Tell published notices in the channels that carry posts: chat rooms, WordPress, webhooks, programs.

Each edition is told once a channel, when its page is on the site; a withdrawal once more. What is told is one JSON
document of fixed bytes, queued beside the alarms and handed on by the same rounds: in order, again until it is taken.
In shadow mode nothing is told: a chat room has no 【試験】 that people would not take for true.
"""

import json
from collections.abc import Iterable
from datetime import datetime

import structlog

from feedbot.notice import Notice, Post, Step, site, words
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._telling import inert
from feedbot.review import Draft
from feedbot.store import Transaction, drafts, lock
from feedbot.store import alarms as repository

log = structlog.get_logger()
SOURCE = "(notices)"


def announce(edges: Edges, published: Iterable[Draft]) -> None:
    """Queue what has not been told of these drafts, whose pages are on the site."""
    for draft in published:
        if site.has_page(draft.notice):
            with edges.database.begin() as tx:
                lock(tx, "alarms")
                _queue(edges, tx, draft, None)


def take_back(edges: Edges, tx: Transaction, draft: Draft, reason: str) -> None:
    """Queue, in the transaction that withdraws a notice, that it was taken back."""
    if site.has_page(draft.notice):
        _queue(edges, tx, draft, reason)


def _queue(edges: Edges, tx: Transaction, draft: Draft, withdrawn: str | None) -> None:
    notice, now = draft.notice, edges.clock()
    if edges.shadow_operator:
        if edges.posts:
            log.info("not_announced", draft=draft.id, number=notice.number, reason="delivery.mode is shadow")
        return
    post = None
    for name in edges.posts:
        key = f"post/{notice.number}/{notice.edition}/{name}" + ("" if withdrawn is None else "/withdrawn")
        if not repository.known(tx, key):
            post = post or drafts.frozen(tx, draft.id, post_only=True).post
            content = document(edges, notice, post, withdrawn, key, now)
            repository.queue(tx, SOURCE, f"channel:{name}", key, content, now)


def document(edges: Edges, notice: Notice, post: Post, withdrawn: str | None, key: str, now: datetime) -> bytes:
    """Return what a channel is given of a notice: `text` is its line for a chat room, `html`, `body` and `markdown` the
    post; `withdrawn` is the reason where it was taken back, else null."""
    url = site.page_url(notice, edges.provider)
    mark = words.STEPS[Step.WITHDRAWN] if withdrawn is not None else words.KINDS[notice.kind]
    line = f"【{mark}】{post.title} {notice.number} 第{notice.edition}版"
    whole = {
        "text": f"{inert(line)} {url}",
        "id": key,
        "kind": notice.kind,
        "step": notice.step,
        "number": notice.number,
        "edition": notice.edition,
        "title": post.title,
        "issued": notice.issued.isoformat() if notice.issued else None,
        "at": now.isoformat(),
        "url": url,
        "html": post.html,
        "body": post.text,
        "markdown": post.markdown,
        "withdrawn": withdrawn,
    }
    return json.dumps(whole, ensure_ascii=False).encode("utf-8", "backslashreplace")
