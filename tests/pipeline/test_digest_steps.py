"""Over random days at a provider's, each customer is told of each case he still has once, and of no urgent one in a
digest."""

import random
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import time

import pytest

from feedbot.advisory import Status
from feedbot.errors import ReviewError
from feedbot.notice import Kind, digests
from feedbot.pipeline import decide, digest
from feedbot.pipeline.publish import publish
from feedbot.pipeline.send import send_due
from feedbot.review import Draft, State
from feedbot.store import drafts
from tests.fakes import World
from tests.pipeline.shop import PRODUCTS, WHO, Shop
from tests.pipeline.test_digest import text
from tests.pipeline.test_publish import parsed

_TOLD = re.compile(rf"({'|'.join(PRODUCTS)})r(\d+)に関する")
_OPEN = (State.DRAFT, State.PROPOSED, State.APPROVED, State.VOID)
LOW, URGENT = ("3.1", "5.3", "6.9"), ("9.1", "9.8")


@dataclass
class Days:
    """A shop and what a test knows of it: `said` is product → (revision, score), None where it was taken back."""

    shop: Shop
    dice: random.Random
    said: dict[str, tuple[int, str] | None] = field(default_factory=dict)
    revisions: Counter[str] = field(default_factory=Counter)
    steps: list[str] = field(default_factory=list)

    def rated(self, product: str, score: str) -> None:
        """Let a publisher say something new, and draft it."""
        self.revisions[product] += 1
        number = self.revisions[product]
        self.shop.flaw(product, score, str(number), title=f"{product} r{number} に関する注意喚起")
        self.said[product] = (number, score)
        self.shop.draft()

    def taken_back(self, product: str) -> None:
        """Let the publisher withdraw it."""
        if self.said.get(product):
            self.revisions[product] += 1
            number = self.revisions[product]
            title = f"{product} r{number} に関する注意喚起"
            self.shop.flaw(product, "5.3", str(number), title=title, status=Status.WITHDRAWN)
            self.said[product] = None
            self.shop.draft()

    def open(self) -> list[Draft]:
        """Return the drafts that go out by themselves, the oldest first."""
        with self.shop.edges.database.begin() as tx:
            found = [one for state in _OPEN for one in drafts.listing(tx, state)]
        return sorted((one for one in found if not one.notice.digest), key=lambda one: one.id)

    def send(self) -> None:
        """Send everything that is open; what can no longer be proposed is rejected."""
        for one in self.open():
            before = len(self.shop.stage.mails)
            try:
                if self.shop.load(one.id).state is State.APPROVED:
                    publish(self.shop.edges, one.id, "author")
                    send_due(self.shop.edges, "w")
                else:
                    self.shop.send(one.id)
            except ReviewError:
                self.again(one.id)
            if one.notice.kind is Kind.DIGEST:
                self.check_digest(before)

    def again(self, number: int) -> None:
        """Propose what is void once more, or reject it."""
        try:
            self.shop.send(number)
        except ReviewError:
            decide.reject(self.shop.edges, number, "reviewer", "nobody")

    def check_digest(self, before: int) -> None:
        """See that nothing urgent or taken back stands in a digest that just went out."""
        for mail in self.shop.stage.mails[before:]:
            for product, number in set(_TOLD.findall(text(parsed(mail)))):
                now = self.said[product]
                assert now, self.steps
                assert (int(number), now[1] in LOW) == (now[0], True), self.steps

    def approve(self) -> None:
        """Approve the digest that is open, and leave it so."""
        for one in self.open():
            if one.notice.kind is Kind.DIGEST and one.state in (State.DRAFT, State.VOID):
                try:
                    decide.propose(self.shop.edges, one.id, "author")
                    decide.approve(self.shop.edges, one.id, "author")
                except ReviewError:
                    decide.reject(self.shop.edges, one.id, "reviewer", "nobody")

    def reject(self) -> None:
        """Reject the digest that is open."""
        for one in self.open():
            if one.notice.kind is Kind.DIGEST:
                decide.reject(self.shop.edges, one.id, "reviewer", "not today")

    def day(self) -> None:
        """Let a day pass: drafts, and the digest that is due, looked at twice."""
        self.shop.later(days=1)
        self.shop.draft()
        digest.make(self.shop.edges, "(feedbot)")
        digest.make(self.shop.edges, "(other)")

    def step(self) -> None:
        """Do something."""
        product = self.dice.choice(PRODUCTS)
        moves = {
            "low": lambda: self.rated(product, self.dice.choice(LOW)),
            "urgent": lambda: self.rated(product, self.dice.choice(URGENT)),
            "back": lambda: self.taken_back(product),
            "patch": lambda: self.shop.patch(self.dice.choice(WHO), product),
            "day": self.day,
            "send": self.send,
            "approve": self.approve,
            "reject": self.reject,
        }
        name = self.dice.choices(list(moves), (5, 1, 1, 2, 5, 2, 2, 1))[0]
        self.steps.append(f"{name} {product}")
        moves[name]()


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(one, marks=pytest.mark.long) for one in range(3, 300))])
def test_each_is_told_once_of_what_he_still_has(stage: World, seed: int) -> None:
    """Cases come, are rated anew, taken back, patched; digests fall due, are approved, rejected, sent."""
    edges = replace(stage.edges(), digest=digests.Digests("day", at=time(10), below="high"))
    days = Days(Shop(stage, edges).open(), random.Random(seed))
    for _ in range(12):
        days.step()
    for _ in range(3):
        days.day()
        days.send()
    told = Counter(
        (mail.customer, product, int(number))
        for mail in stage.mails
        for product, number in set(_TOLD.findall(text(parsed(mail))))
    )
    assert [one for one, count in told.items() if count > 1] == [], days.steps
    for product, now in days.said.items():
        for who in WHO:
            has = days.shop.installed[f"{who.lower()}.vps.example"][product] == "1.0-1"
            if now and has:
                assert told[who, product, now[0]] == 1, (who, product, days.steps)
