"""What a pipeline needs of the world, wired once in bootstrap.py; tests give fakes of the same shape."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from feedbot.advisory import Verdict
from feedbot.catalog import Catalog
from feedbot.delivery import MailChannel, SiteChannel
from feedbot.fetch import Document, NotModified, Validators
from feedbot.notice import Provider, render
from feedbot.signature import Detached
from feedbot.source import Judge, Source
from feedbot.store import Database

Fetch = Callable[[str, Validators | None], Document | NotModified]
"""`fetch(url, validators)`; raises FetchError."""


@dataclass(frozen=True, slots=True)
class ConfiguredSource:
    """A publisher as the operator configured it: `member` reads, `judge_for(transport)` verifies by its own keys.

    `tolerated` are verdicts short of verified with which a text still becomes current, marked and with a warning.
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


@dataclass(frozen=True, slots=True)
class Edges:
    """The world, as a pipeline sees it. `secret` makes Message-IDs; with `shadow_operator` every mail goes to him.
    `sign_mail` and `sign_post`, where what leaves is signed, raise SigningError."""

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

    @property
    def channel(self) -> str:
        """The outbox channel of the mode in force: what was queued in one mode never leaves in the other."""
        return "shadow" if self.shadow_operator else "smtp"
