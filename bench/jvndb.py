"""Megabytes a second of a yearly file of JVN iPedia: ours, feedparser, and the floors of lxml and expat, on the same
bytes in one run.

    python -m bench.jvndb [--json]

The file is made here in the publisher's shape (_jvnrss.py): 26,000 items, 44 MB. "items" counts everything from the
bytes to Item nouns with all fields kept (every reference, product, score, name and date); "read" goes on to the
Advisory of each. feedparser reads the whole file once; it keeps one reference, product and score an item. MB are
10^6 bytes; the time is that of the processor, so that other work on the machine counts less; of ours and the floors the
best of three.
"""

import json
import sys
import time
import xml.parsers.expat
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import feedparser  # type: ignore[import-untyped]  # it ships no types
from lxml import etree

from bench import _jvnrss as made
from feedbot.advisory import Advisory, Trust
from feedbot.fetch import Document
from feedbot.signature import judge_for
from feedbot.source import _jvnrss, jvn_ipedia

ITEMS = 26_000


def main(as_json: bool) -> None:
    """Measure, and print a table or JSON."""
    figures = _measure("".join(made.pieces(ITEMS)).encode())
    if as_json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:44} {value:12.1f}")


def _measure(body: bytes) -> dict[str, float]:
    document = Document("https://feeds.csirt-a.example/jvndb_2026.rdf", body, datetime(2026, 11, 1, tzinfo=UTC))
    judge = judge_for(None, (), document.fetched_at, "https")
    work: dict[str, tuple[int, Callable[[], int]]] = {
        "expat, no handlers, MB/s": (3, lambda: _expat(body)),
        "lxml iterparse, nothing looked at, MB/s": (3, lambda: _iterparse(body)),
        "feedbot items, MB/s": (3, lambda: sum(_whole(one) for one in _jvnrss.items(document))),
        "feedbot read, MB/s": (3, lambda: sum(_read(one) for one in jvn_ipedia.read(document, judge))),
        "feedparser, MB/s": (1, lambda: len(feedparser.parse(BytesIO(body)).entries)),
    }
    figures = {"items": float(ITEMS), "bytes": float(len(body))}
    for name, (times, once) in work.items():
        figures[name] = len(body) / 1e6 / min(_timed(once) for _ in range(times))
    return figures


def _timed(once: Callable[[], int]) -> float:
    began = time.process_time()
    found = once()
    taken = time.process_time() - began
    if found != ITEMS:
        raise SystemExit(f"{found} items of {ITEMS}: the measurement is void")
    return taken


def _whole(item: object) -> bool:
    """An item counts only with its fields: three references at least, a product, a score, a name, both dates."""
    if not isinstance(item, _jvnrss.Item) or len(item.references) < 3 or not (item.published and item.updated):
        return False
    return bool(item.products and item.severity and item.names and item.summary)


def _read(advisory: object) -> bool:
    return isinstance(advisory, Advisory) and bool(advisory.affected) and advisory.trust is Trust.TRANSPORT


def _expat(body: bytes) -> int:
    xml.parsers.expat.ParserCreate().Parse(body, True)
    return ITEMS


def _iterparse(body: bytes) -> int:
    count = 0
    for _, element in etree.iterparse(BytesIO(body), events=("end",), tag="{*}item"):
        count += 1
        element.clear()
    return count


if __name__ == "__main__":
    main("--json" in sys.argv)
