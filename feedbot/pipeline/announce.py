"""Tell published notices in the channels that carry posts: chat rooms, WordPress, webhooks, programs.

Each edition is told once a channel, when its page is on the site; a withdrawal once more. They are in the provider's
name: what only the pages of its brands show is not told there. What is told is one JSON
document of fixed bytes, queued in the transaction that publishes, and handed on behind the pages: in order, again until
it is taken. What was published in shadow mode is never told: a chat room has no 【試験】 that people would not take for
true.
"""

import json
from datetime import datetime

import structlog

from feedbot.notice import Notice, Post, Step, site, words
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._pages import PROVIDER
from feedbot.pipeline._telling import inert
from feedbot.pipeline.alarms import drain
from feedbot.review import Draft
from feedbot.store import Transaction, drafts
from feedbot.store import alarms as repository

log = structlog.get_logger()
SOURCE = "(notices)"


def announce(edges: Edges, tx: Transaction, draft: Draft) -> None:
    """Queue, in the transaction that publishes a notice, that it is out; `deliver` waits until its page is."""
    if not site.has_page(draft.notice) or not edges.posts:
        return
    if edges.shadow_operator:
        log.info("not_announced", draft=draft.id, number=draft.notice.number, reason="delivery.mode is shadow")
        return
    pages = drafts.frozen(tx, draft.id, post_only=True).pages
    for name in edges.posts if not pages or PROVIDER in pages else ():
        _queue(edges, tx, draft, name, None)


def take_back(edges: Edges, tx: Transaction, draft: Draft, reason: str) -> None:
    """Queue, in the transaction that withdraws a notice, that it was taken back, where it was told of."""
    for name in edges.posts:
        if not edges.shadow_operator and repository.known(tx, _key(draft.notice, name)):
            _queue(edges, tx, draft, name, reason)


def deliver(edges: Edges) -> None:
    """Hand on the posts that wait. What calls this has built the pages before."""
    for name, channel in edges.posts.items():
        drain(edges, f"post:{name}", channel)


def _key(notice: Notice, name: str) -> str:
    return f"{repository.POSTS}{notice.number}/{notice.edition}/{name}"


def _queue(edges: Edges, tx: Transaction, draft: Draft, name: str, withdrawn: str | None) -> None:
    notice, now = draft.notice, edges.clock()
    key = _key(notice, name) + ("" if withdrawn is None else "/withdrawn")
    post = drafts.frozen(tx, draft.id, post_only=True).post
    repository.queue(tx, SOURCE, f"post:{name}", key, document(edges, notice, post, withdrawn, key, now), now)


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
