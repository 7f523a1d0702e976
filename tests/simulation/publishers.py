"""Six publishers that live: they publish, edit with and without a date, withdraw, renumber, reorder and break down.

All of it comes from one seeded generator. What they serve is written in their members' own forms.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from feedbot.errors import FetchError
from feedbot.fetch import Document

JST = "+09:00"
CAPTIVE = b"<!DOCTYPE html><html><head><title>Log in</title></head><body>Please log in</body></html>"
KINDS = ("down", "slow", "blank", "empty", "captive", "elsewhere", "half", "items")


@dataclass
class Item:
    """One advisory: `edition` rises with each meaningful edit; `place` is a part of its address."""

    number: str
    cve: str
    published: datetime
    updated: datetime
    edition: int = 1
    withdrawn: bool = False
    place: str = "a"

    @property
    def title(self) -> str:
        """Withdrawals are made in place, in the title."""
        return ("** 削除 ** " if self.withdrawn else "") + f"見本製品 {self.cve} の脆弱性"

    @property
    def text(self) -> str:
        """The words, which say their edition."""
        return f"{self.cve} に関する記事です。This is edition {self.edition} of it."


@dataclass
class Publisher:
    """One publisher. `window` is how many items its listing holds (0: all), `rate` how many it publishes a poll."""

    member: ClassVar[str]
    numbered: ClassVar[bool] = False
    apart: ClassVar[bool] = False
    """Its items have documents of their own."""

    name: str
    rng: Random
    window: int
    rate: float
    jitter: bool = True
    dated_only: bool = False
    items: list[Item] = field(default_factory=list)
    fault: str = ""
    left: int = 0
    calm: int = 6
    counts: dict[int, int] = field(default_factory=dict)
    late: list[Item] = field(default_factory=list)
    failing: frozenset[str] = frozenset()
    frozen: list[Item] = field(default_factory=list)
    frozen_body: bytes = b""
    shuffled: list[str] = field(default_factory=list)
    kinds: tuple[str, ...] = KINDS
    told: list[Item] | None = None
    """What it answered to a question for all since a day, where one was asked."""

    @property
    def base(self) -> str:
        """Where it is."""
        return f"https://{self.name.replace('_', '-')}.example"

    @property
    def url(self) -> str:
        """Where its listing is."""
        return f"{self.base}/feed"

    def begin(self, now: datetime) -> None:
        """Publish what was there before we came; what had left the listing by then nobody asks for."""
        for hours in range(max(self.window, 12), 0, -1):
            self._publish(now - timedelta(hours=7 * hours))
        self.items += self.late
        self.late = []
        self.items = self.listed()
        self.shuffled = [one.number for one in self.items]

    def live(self, now: datetime) -> None:
        """Let the time until the next poll pass."""
        self.items += self.late
        self.late = []
        rate = self.rate * (4 if self.fault and self.left > 12 else 1)
        for _ in range(3 if self.rng.random() < 0.02 else 1):
            if self.rng.random() < rate:
                self._publish(now - timedelta(minutes=self.rng.randrange(1, 300)))
        if self.rng.random() < 0.15:
            self._edit(self.rng.choice(self.listed()), now)
        if self.rng.random() < 0.02:
            one = self.rng.choice(self.listed())
            one.edition, one.withdrawn = one.edition + 1, True
            one.updated = now - timedelta(minutes=self.rng.randrange(1, 60)) if self.dated_only else one.updated
        if self.rng.random() < 0.02:
            self._move(self.rng.choice(self.listed()), now)
        self.shuffled = [one.number for one in self.listed()]
        if self.rng.random() < 0.2:
            self.rng.shuffle(self.shuffled)

    def _publish(self, when: datetime) -> None:
        one = Item(self._number(when), f"CVE-{when.year}-{self.rng.randrange(10**6, 10**7)}", when, when)
        if self.numbered and self.rng.random() < 0.1:
            self.late.append(one)  # comes out after its successor
            one = Item(self._number(when), f"CVE-{when.year}-{self.rng.randrange(10**6, 10**7)}", when, when)
        self.items.append(one)

    def _number(self, when: datetime) -> str:
        year = when.year
        self.counts[year] = self.counts.get(year, 0) + 1
        return self.write_number(year, self.counts[year])

    def write_number(self, year: int, count: int) -> str:
        """Write a number; by default one that runs nowhere."""
        return f"JVNVU#{self.rng.randrange(10**7, 10**8)}"

    def _edit(self, one: Item, now: datetime) -> None:
        one.edition += 1
        if self.dated_only or self.rng.random() < 0.5:
            one.updated = now - timedelta(minutes=self.rng.randrange(1, 60))

    def _move(self, one: Item, now: datetime) -> None:
        """Give the same text another address."""
        one.place = chr(ord(one.place) + 1) if one.place != "z" else "a"
        if self.dated_only:
            one.edition, one.updated = one.edition + 1, now - timedelta(minutes=5)

    def listed(self) -> list[Item]:
        """Return what the listing names now, the latest first."""
        found = sorted(self.items, key=lambda one: (one.updated, one.number), reverse=True)
        return found[: self.window] if self.window else found

    def break_down(self, longest: int) -> None:
        """Begin or end a fault; between two of them there are quiet polls."""
        if self.fault:
            self.left -= 1
            if self.left <= 0:
                self.fault, self.calm, self.failing, self.frozen = "", 6, frozenset(), []
        elif self.calm:
            self.calm -= 1
        elif self.rng.random() < 0.06:
            kinds = [one for one in self.kinds if one != "items" or self.apart]
            self.fault = self.rng.choice(kinds)
            long = self.fault in ("down", "slow") and self.rng.random() < 0.3
            self.left = self.rng.randrange(15, longest) if long else self.rng.randrange(1, 6)

    def freeze(self, now: datetime) -> None:
        """Serve from now on what stands there now, as a cache does that nobody empties."""
        self.fault = "frozen"
        self.frozen = [replace(one) for one in self.listed_in_order()]
        self.frozen_body = self.listing(self.frozen, now)

    def shown(self) -> list[Item]:
        """Return the items that can be had at this poll, by who asks for all of them."""
        if self.told is not None:
            return self.told
        if self.fault in ("down", "slow", "blank", "empty", "captive", "elsewhere"):
            return []
        if self.fault == "frozen":
            return self.frozen
        by_number = {one.number: one for one in self.listed()}
        found = [by_number[number] for number in self.shuffled if number in by_number]
        if self.fault == "half":
            return found[: len(found) // 2]
        if self.fault == "items":
            bad = {one.number for one in found[::3]}
            return [one for one in found if one.number not in bad]
        return found

    def answer(self, url: str, now: datetime) -> Document:
        """Serve one address."""
        if url == self.url:
            return self._answer_listing(url, self.listed_in_order(), now)
        if url.startswith(f"{self.base}/myjvn?"):
            return self._answer_listing(url, self.since(url), now)
        for one in self.items:
            if self.address(one) == url and (self.fault != "items" or one in self.shown()):
                return Document(url, self.document(one), now)
        raise FetchError(url, "the server answered {status}", permanent=False, status=503)

    def since(self, url: str) -> list[Item]:
        """Return what was updated since the day that a question names, however long ago it left the listing."""
        asked = dict(parse_qsl(urlsplit(url).query))
        day = "-".join(asked[f"datePublishedStart{part}"] for part in "YMD")
        found = [one for one in self.items if local(one.updated)[:10] >= day]
        self.told = [] if self.fault else found
        return found

    def _answer_listing(self, url: str, whole: list[Item], now: datetime) -> Document:
        if self.fault == "down":
            raise FetchError(url, "the server answered {status}", permanent=False, status=503)
        if self.fault == "slow":
            raise FetchError(url, "no complete answer within {seconds} seconds", permanent=False, seconds=60)
        if self.fault == "frozen":
            return Document(url, self.frozen_body, now)
        if self.fault == "elsewhere":
            return Document("https://gate.example/", b"Your session has ended.", now)
        body = {"blank": b" \n", "captive": CAPTIVE, "empty": self.listing([], now)}.get(self.fault)
        if body is None:
            body = self.listing(whole[: len(whole) // 2] if self.fault == "half" else whole, now)
        return Document(url, body, now)

    def listed_in_order(self) -> list[Item]:
        """Return what the listing names, in the order of the day."""
        by_number = {one.number: one for one in self.listed()}
        return [by_number[number] for number in self.shuffled if number in by_number]

    def stamp(self, now: datetime) -> str:
        """The time of building, which jitters with each answer where the publisher is of that kind."""
        return (now + timedelta(seconds=self.rng.randrange(60))).isoformat() if self.jitter else "2026-01-01T00:00:00Z"

    def address(self, one: Item) -> str:
        """Return an item's own address."""
        return f"{self.base}/{one.place}/{one.number.replace('#', '')}"

    def listing(self, items: list[Item], now: datetime) -> bytes:
        """Write the listing of some items."""
        raise NotImplementedError

    def document(self, one: Item) -> bytes:
        """Write an item's own document, or a listing of it alone."""
        return self.listing([one], one.updated)


def local(moment: datetime) -> str:
    """Write a time as Japanese publishers do."""
    return (moment.astimezone(UTC) + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M:%S") + JST


_RDF = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF xmlns="http://purl.org/rss/1.0/"'
    ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:sec="http://jvn.jp/rss/mod_sec/" xml:lang="ja">'
    '<channel rdf:about="{url}"><title>t</title><link>{url}</link><description>d</description>'
    "<dc:date>{stamp}</dc:date><dc:creator>{author}</dc:creator></channel>{items}</rdf:RDF>"
)


@dataclass
class Rdf(Publisher):
    """RSS 1.0 with the elements of JVNRSS."""

    def listing(self, items: list[Item], now: datetime) -> bytes:
        """Write the feed."""
        return _RDF.format(
            url=self.url,
            stamp=self.stamp(now),
            author=self.rng.choice(["desk", "webmaster"]) if self.jitter else "desk",
            items="".join(map(self._entry, items)),
        ).encode()

    def _entry(self, one: Item) -> str:
        return (
            f'<item rdf:about="{self.address(one)}"><title>{escape(one.title)}</title><link>{self.address(one)}</link>'
            f"<description>{'' if self.apart else escape(one.text)}</description>"
            f"<sec:identifier>{one.number}</sec:identifier>"
            f'<sec:references source="CVE" id="{one.cve}">https://www.cve.org/CVERecord?id={one.cve}</sec:references>'
            f"<dc:date>{local(one.updated)}</dc:date><dcterms:issued>{local(one.published)}</dcterms:issued>"
            f"<dcterms:modified>{local(one.updated)}</dcterms:modified></item>"
        )


@dataclass
class JvnIpedia(Rdf):
    """The whole statement stands in the feed; numbers run."""

    member: ClassVar[str] = "jvn_ipedia"
    numbered: ClassVar[bool] = True

    def write_number(self, year: int, count: int) -> str:
        """JVNDB-2026-000001."""
        return f"JVNDB-{year}-{count:06}"


@dataclass
class Jvn(Rdf):
    """The feed names pages; numbers do not run."""

    member: ClassVar[str] = "jvn"
    apart: ClassVar[bool] = True

    def document(self, one: Item) -> bytes:
        """Write the page."""
        day, last = (f"{moment:%Y/%m/%d}" for moment in (one.published, one.updated))
        return (
            f'<!DOCTYPE html><html lang="ja"><head><meta charset="UTF-8"><title>{one.number}</title></head><body>'
            f'<main id="main"><h1>{one.number}<br />{escape(one.title)}</h1><p>公開日:{day}</p><p>最終更新日:{last}</p>'
            f"<h2>概要</h2><p>{escape(one.text)}</p><h2>対策方法</h2><p>アップデートする</p></main></body></html>"
        ).encode()


@dataclass
class Jpcert(Rdf):
    """Alerts as texts, named by their address; numbers run."""

    member: ClassVar[str] = "jpcert"
    numbered: ClassVar[bool] = True
    apart: ClassVar[bool] = True

    def write_number(self, year: int, count: int) -> str:
        """CSIRT-S-AT-2026-0001."""
        return f"CSIRT-S-AT-{year}-{count:04}"

    def address(self, one: Item) -> str:
        """The address promises the number, so it never changes."""
        _, year, count = one.number.rsplit("-", 2)
        return f"{self.base}/at/{year}/at{year[2:]}{count}.html"

    def document(self, one: Item) -> bytes:
        """Write the alert."""
        return (
            f"各位\n\n          {one.number}\n          CSIRT-S\n          {one.published:%Y-%m-%d}(初版)\n"
            f"          {one.updated:%Y-%m-%d}(更新)\n\n     <<< CSIRT-S Alert {one.published:%Y-%m-%d} >>>\n\n"
            f"        {one.title}\n\n        {self.address(one)}\n\n\nI. 概要\n\n  {one.text}\n\n\n"
            "II. 対策\n\n  アップデートしてください。\n"
        ).encode()


@dataclass
class Kev(Publisher):
    """One JSON document holds the whole catalogue; entries have no date of change."""

    member: ClassVar[str] = "cisa_kev"

    def write_number(self, year: int, count: int) -> str:
        """A CVE number: it runs nowhere."""
        return f"CVE-{year}-{self.rng.randrange(10**4, 10**5)}{count:03}"

    def listing(self, items: list[Item], now: datetime) -> bytes:
        """Write the catalogue."""
        entries = [
            {
                "cveID": one.number,
                "vendorProject": "Acme",
                "product": "Lamp",
                "vulnerabilityName": one.title,
                "dateAdded": f"{one.published:%Y-%m-%d}",
                "shortDescription": one.text,
                "requiredAction": "Apply updates.",
                "dueDate": f"{one.published + timedelta(days=21):%Y-%m-%d}",
                "knownRansomwareCampaignUse": "Unknown",
                "notes": "",
            }
            for one in items
        ]
        head = {"title": "Catalogue", "catalogVersion": "1", "dateReleased": self.stamp(now), "count": len(items)}
        return json.dumps(head | {"vulnerabilities": entries}, ensure_ascii=False).encode()


@dataclass
class Csaf(Publisher):
    """A ROLIE feed that names documents."""

    member: ClassVar[str] = "csaf"
    apart: ClassVar[bool] = True

    def write_number(self, year: int, count: int) -> str:
        """Its numbers leave some out, so none is missed."""
        return f"ACME-{year}-{count * 7 + self.rng.randrange(5):05}"

    def address(self, one: Item) -> str:
        """A JSON document."""
        return f"{super().address(one)}.json"

    def listing(self, items: list[Item], now: datetime) -> bytes:
        """Write the feed."""
        entries = [
            {
                "id": one.number,
                "title": one.title,
                "published": one.published.isoformat(),
                "updated": one.updated.isoformat(),
                "link": [{"rel": "self", "href": self.address(one)}],
                "content": {"type": "application/json", "src": self.address(one)},
            }
            for one in items
        ]
        return json.dumps({"feed": {"id": "feed", "updated": self.stamp(now), "entry": entries}}).encode()

    def document(self, one: Item) -> bytes:
        """Write the document."""
        tracking = {
            "id": one.number,
            "version": str(one.edition),
            "status": "final",
            "initial_release_date": one.published.isoformat(),
            "current_release_date": one.updated.isoformat(),
            "revision_history": [],
        }
        head = {
            "csaf_version": "2.0",
            "category": "csaf_security_advisory",
            "title": one.title,
            "lang": "en",
            "publisher": {"name": "Acme", "category": "vendor", "namespace": self.base},
            "notes": [{"category": "summary", "text": one.text}],
            "tracking": tracking,
        }
        return json.dumps({"document": head, "vulnerabilities": [{"cve": one.cve}]}).encode()


@dataclass
class Rss(Publisher):
    """RSS 2.0 of anybody's; a renumbered item is another one with the same words."""

    member: ClassVar[str] = "rss"

    def write_number(self, year: int, count: int) -> str:
        """An id."""
        return f"tag:acme,{self.rng.randrange(10**9)}"

    def _move(self, one: Item, now: datetime) -> None:
        """Give the same text another number: the old entry goes."""
        if self.rng.random() < 0.5:
            super()._move(one, now)
            return
        self.items.remove(one)
        self.items.append(replace(one, number=self.write_number(0, 0)))

    def address(self, one: Item) -> str:
        """A page that nobody fetches."""
        return f"{self.base}/{one.place}/{one.number[-9:]}"

    def listing(self, items: list[Item], now: datetime) -> bytes:
        """Write the feed."""
        entries = "".join(
            f"<item><title>{escape(one.title)}</title><link>{self.address(one)}</link>"
            f'<guid isPermaLink="false">{one.number}</guid><description>{escape(one.text)}</description>'
            f"<pubDate>{one.updated.astimezone(UTC):%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
            for one in items
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
            f"<title>t</title><link>{self.base}</link><description>d</description><lastBuildDate>{self.stamp(now)}</lastBuildDate>{entries}</channel></rss>"
        ).encode()


def six(seed: int) -> list[Publisher]:
    """Return the six, each with a generator of its own, so that one more draw of one does not change the others."""
    return [
        Jpcert("jpcert", Random(seed), window=8, rate=0.25),
        Jvn("jvn", Random(seed + 1), window=8, rate=0.25),
        JvnIpedia("jvn_ipedia", Random(seed + 2), window=10, rate=0.4),
        Kev("cisa_kev", Random(seed + 3), window=0, rate=0.06, jitter=False),
        Csaf("csaf", Random(seed + 4), window=0, rate=0.05, jitter=False, dated_only=True),
        Rss("rss", Random(seed + 5), window=8, rate=0.25, jitter=False),
    ]
