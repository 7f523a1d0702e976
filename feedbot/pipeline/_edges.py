"""What a pipeline needs of the world, wired once in bootstrap.py; tests give fakes of the same shape."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Protocol

from feedbot.advisory import Verdict
from feedbot.catalog import Catalog
from feedbot.delivery import AlarmChannel, MailChannel, SiteChannel
from feedbot.distro import DistroInfo
from feedbot.errors import NoticeError
from feedbot.fetch import Document, Inbox, NotModified, Validators
from feedbot.inventory import Role
from feedbot.notice import Notice, Provider, again, digests, render
from feedbot.pipeline._sending import Sending
from feedbot.review import Desk
from feedbot.signature import Detached, UnsignedText, VerifiedText
from feedbot.source import Judge, Source
from feedbot.store import Database

ROLES: Mapping[str, tuple[Role, ...]] = {
    "urgent": (Role.EMERGENCY, Role.TECHNICAL),
    "advisory": (Role.TECHNICAL,),
    "listing": (Role.TECHNICAL,),
    "trouble": (Role.TECHNICAL,),
    "maintenance": (Role.ADMINISTRATIVE, Role.TECHNICAL),
    "own": (Role.ADMINISTRATIVE,),
}
"""Whom each kind of notice goes to where the operator says nothing else."""


class Fetch(Protocol):
    """How a document is had."""

    def __call__(self, url: str, validators: Validators | None, limit: int = 16 * 2**20) -> Document | NotModified:
        """Get `url` where it is newer than `validators`, at most `limit` bytes. Raises FetchError."""


class Watched(Protocol):
    """Whose health is judged, and told of: a source or a distributor's feed."""

    @property
    def name(self) -> str:
        """The name it is kept under."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def url(self) -> str:
        """Where it is asked."""

    @property
    def interval(self) -> timedelta:
        """How often it is asked."""

    @property
    def jitter(self) -> timedelta:
        """How much later that may be."""


@dataclass(frozen=True, slots=True)
class ConfiguredSource:
    """A publisher as the operator configured it: `member` reads, `judge_for(transport)` verifies by its own keys.

    `tolerated` are verdicts short of verified with which a text still becomes current, marked and with a warning.
    `detached_for(transport, signature)` verifies a document by the signature beside it.
    `inbox` is where its documents arrive, of a source that is not asked at `url`.
    """

    name: str
    member: Source
    url: str
    judge_for: Callable[[str], Judge]
    signed_required: bool
    tolerated: frozenset[Verdict]
    enabled: bool
    interval: timedelta
    jitter: timedelta
    inbox: Inbox | None = None
    detached_for: Callable[[str, bytes], Judge] | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        return self.member.SOURCE.title


@dataclass(frozen=True, slots=True)
class DistroFeed:
    """Where a distributor publishes what it says of its packages, as the operator configured it.

    `name` is `distro.` and the table's own: a source may be called alike."""

    name: str
    issuer: str
    member: ModuleType
    url: str
    enabled: bool
    interval: timedelta
    jitter: timedelta

    @property
    def info(self) -> DistroInfo:
        """What its member says of the publisher."""
        info: DistroInfo = self.member.DISTRO
        return info

    @property
    def title(self) -> str:
        """What people call it."""
        return self.info.title


@dataclass(frozen=True, slots=True)
class AlarmChannels:
    """Where alarms go: `mail` addresses of the operator's, a `webhook`, `others` by the names of their tables; a state
    that lasts is told again every `remind`."""

    mail: tuple[str, ...] = ()
    webhook: AlarmChannel | None = None
    remind: timedelta = timedelta(days=1)
    others: Mapping[str, AlarmChannel] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The channels as the alarms' rows name them."""
        return (*(f"mail:{one}" for one in self.mail), *self.wired)

    @property
    def wired(self) -> dict[str, AlarmChannel]:
        """Those that take a document, by the same names."""
        webhook = {"webhook": self.webhook} if self.webhook else {}
        return webhook | {f"channel:{name}": channel for name, channel in self.others.items()}


@dataclass(frozen=True, slots=True)
class Brand:
    """In whose name mails are written, and by which templates. `site` is where it has pages of its own, None where it
    has none: its mails then link to no page. `sign_mail` is of its own key: the provider's names the provider, so
    without one its mails are not signed."""

    provider: Provider
    templates: render.Templates
    site: SiteChannel | None = None
    sign_mail: Callable[[bytes], Detached] | None = None

    def numbered(self, notice: Notice) -> Notice:
        """Return a notice with its number as this brand shows it, in its texts and in a digest's cases too: one
        sequence for all, its own prefix."""
        matters = tuple(replace(one, notice=self.numbered(one.notice)) for one in notice.matters)
        notice = replace(notice, matters=matters)
        if not notice.number:
            return notice
        number = self.provider.numbered(notice.number)
        own = re.compile(rf"(?<![\w-]){re.escape(notice.number)}(?![\w-])", re.ASCII)
        blocks = tuple(replace(one, text=own.sub(number, one.text)) for one in notice.blocks)
        matters = tuple(replace(one, notice=self.numbered(one.notice)) for one in notice.matters)
        return replace(notice, number=number, title=own.sub(number, notice.title), blocks=blocks, matters=matters)


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is called for what waits for a person: channels in the order in which they are told, as the alarms' rows name
    them, and how long each has before the next is, for an urgent matter and for another."""

    ladder: tuple[str, ...] = ()
    urgent: timedelta = timedelta(minutes=10)
    normal: timedelta = timedelta(hours=2)

    def patience(self, *, urgent: bool) -> timedelta:
        """Return how long one who was told has."""
        return self.urgent if urgent else self.normal


@dataclass(frozen=True, slots=True)
class PullGroup:
    """Hosts that are asked for their package lists: the words of a command, `{host}` in them, run without a shell.
    `parallel` hosts at once, each within `deadline` and `most` bytes; `format` is empty where the list tells it."""

    name: str
    command: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    hosts_file: Path | None = None
    format: str = ""
    enabled: bool = True
    interval: timedelta = timedelta(hours=12)
    jitter: timedelta = timedelta(minutes=30)
    deadline: timedelta = timedelta(minutes=2)
    parallel: int = 10
    most: int = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Edges:
    """The world, as a pipeline sees it. `secret` makes Message-IDs; with `shadow_operator` every mail goes to him.
    Where `quiet_before` is set (a backfill sets it), a matter all of which is dated before it makes no notice.
    `sign_mail` and `sign_post`, where what leaves is signed, raise SigningError. `posts` are the channels, by name,
    where notices are told besides mail and site. `brands` are the names that contracts may bear, `roles` who gets which
    kind of notice (`urgent` before all kinds), `audiences` the operator's expressions by name,
    `reminders` his policy of 再通知, `digest` that of まとめ, `desk` who may decide what."""

    database: Database
    clock: Callable[[], datetime]
    fetch: Fetch
    sources: Mapping[str, ConfiguredSource]
    catalog: Catalog
    templates: render.Templates
    provider: Provider
    open_mail: Callable[[], MailChannel]
    site: SiteChannel
    secret: bytes
    shadow_operator: str | None
    inventory_max_age: timedelta
    quote: str
    draft_unsigned: bool
    sign_mail: Callable[[bytes], Detached] | None = None
    sign_post: Callable[[str], bytes] | None = None
    alarms: AlarmChannels = AlarmChannels()
    posts: Mapping[str, AlarmChannel] = field(default_factory=dict)
    oncall: OnCall = OnCall()
    quiet_before: datetime | None = None
    desk: Desk = field(default_factory=Desk)
    sign_bundle: Callable[[str], bytes] | None = None
    check_bundle: Callable[[bytes], VerifiedText | UnsignedText] | None = None
    distros: Mapping[str, DistroFeed] = field(default_factory=dict)
    pulls: Mapping[str, PullGroup] = field(default_factory=dict)
    inventory_spool: Inbox | None = None
    sending: Sending = field(default_factory=Sending)
    brands: Mapping[str, Brand] = field(default_factory=dict)
    roles: Mapping[str, tuple[Role, ...]] = field(default_factory=lambda: ROLES)
    audiences: Mapping[str, str] = field(default_factory=dict)
    reminders: again.Reminders = field(default_factory=again.Reminders)
    digest: digests.Digests = field(default_factory=digests.Digests)

    def brand(self, name: str) -> Brand:
        """Return a brand, the provider itself for an empty name. Raises NoticeError for one that is not configured:
        another's name in its place would be a wrong one."""
        if not name:
            return Brand(self.provider, self.templates, sign_mail=self.sign_mail)
        if name not in self.brands:
            raise NoticeError(
                name,
                "no such brand in the configuration, but contracts name it",
                hint="configure [brands.{name}], or import the contracts without it",
                name=name,
            )
        return self.brands[name]

    @property
    def brand_sites(self) -> dict[str, SiteChannel]:
        """The pages of those brands that have their own, by brand."""
        return {name: one.site for name, one in self.brands.items() if one.site is not None}

    @property
    def told(self) -> dict[str, AlarmChannel]:
        """The channels that take documents, alarms or posts, as their rows name them."""
        return self.alarms.wired | {f"post:{name}": channel for name, channel in self.posts.items()}

    @property
    def operators(self) -> tuple[str, ...]:
        """The addresses that alarms and calls go to."""
        called = (one.removeprefix("mail:") for one in self.oncall.ladder if one.startswith("mail:"))
        return tuple(dict.fromkeys((*self.alarms.mail, *called)))

    @property
    def channel(self) -> str:
        """The outbox channel of the mode in force: what was queued in one mode never leaves in the other."""
        return "shadow" if self.shadow_operator else "smtp"
