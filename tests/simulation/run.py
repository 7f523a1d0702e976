"""Let the six publishers and feedbot live through some time, and hold every round against the ledger."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from feedbot.delivery import Answer, Outcome
from feedbot.fetch import Document, NotModified, Validators
from feedbot.pipeline import AlarmChannels, Edges
from feedbot.pipeline.alarms import watch
from feedbot.pipeline.collect import collect, collect_document
from feedbot.store import advisories, reading, sources
from tests.fakes import World, world
from tests.simulation.ledger import EXPECTED, Account, Episode, edition_of, unseen
from tests.simulation.publishers import Publisher, six

POLL = timedelta(hours=8)
LONGEST = 48
"""Polls of the longest outage."""
GRACE = 2
"""Polls within which a state must be told, and must be told to be over."""
Script = Mapping[str, tuple[str, int, int]]
"""Source → a fault, the poll at which it begins, and for how many polls."""
Serve = Callable[[Publisher, str, Validators | None, datetime], Document | NotModified]


@dataclass
class Run:
    """The figures, and every fault that was found."""

    rounds: int = 0
    new: int = 0
    changed: int = 0
    published: int = 0
    known: int = 0
    passed_unseen: int = 0
    gaps: int = 0
    questions: int = 0
    taken_by_hand: int = 0
    alarms: Counter[str] = field(default_factory=Counter)
    episodes: list[Episode] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def say(self) -> dict[str, object]:
        """Return the figures."""
        kinds = Counter(one.kind for one in self.episodes)
        return {
            "rounds": self.rounds,
            "published": self.published,
            "known": self.known,
            "new": self.new,
            "changed": self.changed,
            "episodes": dict(sorted(kinds.items())),
            "passed_unseen": self.passed_unseen,
            "questions": self.questions,
            "gap_alarms": self.gaps,
            "taken_by_hand": self.taken_by_hand,
            "alarms": dict(sorted(self.alarms.items())),
            "faults": len(self.faults),
        }


def served(publisher: Publisher, url: str, validators: Validators | None, now: datetime) -> Document | NotModified:
    """Serve in this process, as a server does that answers with an ETag."""
    document = publisher.answer(url, now)
    tag = document.sha256[:16]
    if validators and validators.etag == tag:
        return NotModified(url)
    return replace(document, validators=Validators(etag=tag))


class Simulation:
    """The world, feedbot in it, an operator who does what an alarm tells him, and the ledger."""

    def __init__(self, folder: Path, seed: int, serve: Serve = served) -> None:
        self.run = Run()
        self.world: World = world(folder)
        self.publishers = {one.name: one for one in six(seed)}
        self.accounts = {name: Account() for name in self.publishers}
        self.poll = 0
        self.states: dict[str, str] = dict.fromkeys(self.publishers, "ok")
        self.open: dict[str, Episode] = {}
        self.doubted: dict[str, int] = {}
        self._serve = serve
        self._script: Script = {}
        self.edges = self._wired()
        for one in self.publishers.values():
            one.begin(self.world.now)

    def tell(self, content: bytes) -> Answer:
        """Take an alarm, as a webhook: note the state, and hold it against what is the case."""
        alarm = json.loads(content)
        self.run.alarms[f"{alarm['kind']} {alarm['state']}"] += 1
        name, state = alarm["source"], alarm["state"]
        if alarm["kind"] in ("opened", "changed"):
            self._check_cause(name, state, alarm["reason"])
        self.states[name] = state
        return Answer(Outcome.ACCEPTED, 200)

    def live(self, polls: int, script: Script | None = None, *, until_fault: bool = False) -> Run:
        """Live through `polls`; besides what befalls them, `script` says what shall befall some."""
        self._script = script or {}
        for _ in range(polls):
            self.step()
            if until_fault and self.run.faults:
                return self.run
        self.recover()
        return self.run

    def step(self) -> None:
        """One poll of all."""
        now = self.world.now
        for one in self.publishers.values():
            if self.poll:
                one.live(now)
            self._break(one)
        for name in self.publishers:
            self.round(self.publishers[name], now)
            self._operate(self.publishers[name], now)
            self._check_silent(self.publishers[name])
        for episode in self.run.episodes:
            if not episode.judged and episode.last + GRACE < self.poll:
                episode.judged = True
                self._check_episode(episode)
        self.poll += 1
        self.world.now = now + POLL

    def recover(self) -> None:
        """Let every fault end, poll on until quiet, and hold the whole store against the ledger."""
        for one in self.publishers.values():
            one.left = 0
            one.calm = 10**6
        for _ in range(8):
            for one in self.publishers.values():
                one.calm = 10**6
            self.step()
        for name, one in self.publishers.items():
            self._compare(one, self.accounts[name])

    def _wired(self) -> Edges:
        configured = {
            name: replace(self.world.source(name, one.member, one.url), interval=POLL)
            for name, one in self.publishers.items()
        }
        edges = self.world.edges(**configured)
        return replace(edges, fetch=self._fetch, alarms=AlarmChannels(webhook=self))

    def _fetch(self, url: str, validators: Validators | None, limit: int = 0) -> Document | NotModified:
        publisher = next(one for one in self.publishers.values() if url.startswith(one.base))
        return self._serve(publisher, url, validators, self.world.now)

    def _break(self, one: Publisher) -> None:
        before = one.fault
        kind, first, polls = self._script.get(one.name, ("", 0, 0))
        if first <= self.poll < first + polls:
            if kind == "frozen" and one.fault != kind:
                one.freeze(self.world.now)
            one.fault, one.left = kind, first + polls - self.poll
        else:
            one.break_down(LONGEST)
        if before == one.fault:
            return
        if before:
            self.open.pop(one.name).last = self.poll - 1
        if one.fault:
            self.open[one.name] = Episode(one.name, one.fault, self.poll, one.jitter, self.poll)
            self.run.episodes.append(self.open[one.name])

    def round(self, one: Publisher, now: datetime) -> None:
        """Collect and watch one source; what came must be exactly what the ledger says."""
        account, source = self.accounts[one.name], self.edges.sources[one.name]
        one.told = None
        report = collect(self.edges, source)
        shown = one.shown()
        new, changed = account.note(shown, now)
        lost = unseen(one, account) if not one.fault else []
        if one.told is not None:
            account.listed = set()
        elif shown:
            listed = {item.number for item in (shown if one.fault in ("half", "frozen") else one.listed())}
            if account.listed and not (account.listed & listed) - new - changed:
                self.doubted[one.name] = self.poll  # so much came at once that more may have passed
            account.note_listing(listed, new | changed, now)
        if lost and one.name not in self.doubted:
            self.doubted[one.name] = self.poll
        if one.fault in EXPECTED and one.name in self.open:
            self.open[one.name].last = self.poll
        watch(self.edges, source)
        self.run.questions += bool(one.told)
        self.run.rounds += 1
        self.run.new += len(report.new)
        self.run.changed += len(report.changed)
        if set(report.new) != new or set(report.changed) != changed or report.held:
            self._fault(one.name, f"new {set(report.new) ^ new}, changed {set(report.changed) ^ changed} {report}")
        self._note_states(one)

    def _note_states(self, one: Publisher) -> None:
        state = self.states[one.name]
        for episode in self.run.episodes:
            if episode.source != one.name or episode.ended is not None:
                continue
            if state == EXPECTED[episode.kind] and episode.told is None and episode.last >= self.poll:
                episode.told = self.poll
            elif episode.told is not None and state != EXPECTED[episode.kind]:
                episode.ended = self.poll

    def _operate(self, one: Publisher, now: datetime) -> None:
        """Do what the hint of a gap says: take in by hand what passed unseen, then say that the listing is right."""
        account = self.accounts[one.name]
        if one.fault not in ("", "frozen"):
            return
        if self.states[one.name] != "gap":
            lost = unseen(one, account)
            if lost and not one.fault and self.poll - self.doubted.get(one.name, self.poll) >= GRACE:
                self._fault(one.name, f"passed unseen and nobody was told: {[item.number for item in lost]}")
            return
        self.run.gaps += 1
        source = self.edges.sources[one.name]
        for item in unseen(one, account):
            self.run.passed_unseen += 1
            self.run.taken_by_hand += 1
            account.note([item], now)
            url = one.address(item) if one.apart else one.url
            report = collect_document(self.edges, source, Document(url, one.document(item), now))
            if report.new != [item.number]:
                self._fault(one.name, f"by hand: {report}")
        with self.edges.database.begin() as tx:
            sources.accept(tx, one.name, ())
        watch(self.edges, source)
        self.doubted.pop(one.name, None)

    def _check_cause(self, name: str, state: str, reason: str) -> None:
        """No alarm without a cause: a fault that goes on, or something that may have passed unseen."""
        one = self.publishers[name]
        if state == EXPECTED.get(one.fault):
            if state == "stale":
                self._check_silence(name)
            return
        had = self.accounts[name].editions
        if state == "gap" and (name in self.doubted or any(item.number not in had for item in one.items)):
            return
        self._fault(name, f"false alarm {state} ({reason}) while {one.fault or 'well'}")

    def _check_silence(self, name: str) -> None:
        due = self.accounts[name].silent_from()
        if due is None or not due < self.world.now <= due + GRACE * POLL:
            self._fault(name, f"stale at {self.world.now}, due {due}")

    def _check_silent(self, one: Publisher) -> None:
        """A feed that stands still is called so by its second poll after the longest silence that can be usual."""
        due = self.accounts[one.name].silent_from()
        if one.fault == "frozen" and due and due + GRACE * POLL < self.world.now and self.states[one.name] != "stale":
            self._fault(one.name, f"silent since long and nobody was told: due {due}")

    def _check_episode(self, episode: Episode) -> None:
        if episode.due and (episode.told is None or episode.told - episode.first >= GRACE):
            self._fault(episode.source, f"not told within two polls: {episode}")
        if self._goes_on(episode):
            return
        if episode.told is not None and (episode.ended is None or episode.ended - episode.last > GRACE):
            self._fault(episode.source, f"not told to be over within two polls: {episode}")

    def _goes_on(self, episode: Episode) -> bool:
        """Say whether a fault that is called the same followed at once, as where a scripted one cuts in."""
        return any(
            one.source == episode.source
            and EXPECTED[one.kind] == EXPECTED[episode.kind]
            and episode.last < one.first <= episode.last + GRACE
            for one in self.run.episodes
        )

    def _compare(self, one: Publisher, account: Account) -> None:
        """Hold every stored edition of every number against the ledger, and the ledger against what was published."""
        self.run.published += len(one.items)
        self.run.known += len(account.editions)
        with reading(self.edges.database) as tx:
            for item in one.items:
                if item.number not in account.editions:
                    self._fault(one.name, f"never had: {item.number}")
            for number, editions in account.editions.items():
                stored = [
                    edition_of("\n".join((each.advisory.summary, *(part.text for part in each.advisory.sections))))
                    for each in advisories.history(tx, one.name, number)
                ]
                if stored != editions:
                    self._fault(one.name, f"{number}: stored {stored}, could be had {editions}")

    def _fault(self, name: str, what: str) -> None:
        self.run.faults.append(f"poll {self.poll} {name}: {what}")
