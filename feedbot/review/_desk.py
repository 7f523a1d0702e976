"""Who may do what at the review desk, and what the operator lets pass without a person.

A role that names nobody is open to everybody, so a small shop needs no lists. An admin may do everything. A policy
approves small notices that rest on verified statements alone; it is no person, and never one of two.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from feedbot.advisory import Trust
from feedbot.errors import ReviewError
from feedbot.messages import tr
from feedbot.notice import Kind, Notice


class DeskRole(StrEnum):
    """What a person is at the desk: 起案者, 承認者, 公開者, 管理者."""

    AUTHOR = "author"
    REVIEWER = "reviewer"
    PUBLISHER = "publisher"
    ADMIN = "admin"


NEEDED: Mapping[str, DeskRole] = MappingProxyType(
    {
        "draft": DeskRole.AUTHOR,
        "edit": DeskRole.AUTHOR,
        "propose": DeskRole.AUTHOR,
        "approve": DeskRole.REVIEWER,
        "reject": DeskRole.REVIEWER,
        "publish": DeskRole.PUBLISHER,
        "withdraw": DeskRole.PUBLISHER,
    }
)
"""Verb → the role it takes."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be approved without a person: first notices and 続報 that rest on statements of `sources` alone, each
    verified by its signature, with at most `recipients` mails and no finding of lint, `a_day` times a day at most."""

    name: str
    sources: frozenset[str]
    recipients: int
    a_day: int

    @property
    def actor(self) -> str:
        """Who stands in the audit log for it."""
        return f"(policy {self.name})"

    def covers(self, notice: Notice) -> bool:
        """Say whether a notice is of the sort that this policy is about."""
        return (
            notice.kind is Kind.ADVISORY
            and bool(notice.advisories)
            and all(one.source in self.sources and one.trust is Trust.SIGNED for one in notice.advisories)
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """The roles (nobody named: everybody) and the policies in force."""

    roles: Mapping[DeskRole, frozenset[str]] = field(default_factory=dict)
    policies: tuple[Policy, ...] = ()

    def require(self, subject: str, actor: str, verb: str) -> None:
        """Raise ReviewError, naming the role, where this person may not do that. A policy may propose and approve."""
        if any(actor == one.actor for one in self.policies) and verb in ("propose", "approve"):
            return
        needed = NEEDED[verb]
        named = self.roles.get(needed, frozenset())
        if named and actor not in named | self.roles.get(DeskRole.ADMIN, frozenset()):
            raise ReviewError(
                subject,
                "{actor} is no {role}",
                hint="{names} may do that; the lists are under [desk] in the configuration",
                actor=actor,
                role=tr(needed.value),
                names=", ".join(sorted(named)),
            )


def is_person(actor: str) -> bool:
    """Say whether an actor is a person: (feedbot) and policies are not."""
    return not actor.startswith("(")
