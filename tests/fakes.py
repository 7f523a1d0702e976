"""The world in miniature: pages in a dictionary, a clock that a test turns, mails and a site kept in lists.

The database is a real SQLite file, the templates and the catalogue are the shipped ones, gpgv is real.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar, cast

from feedbot import members, store
from feedbot.advisory import Verdict
from feedbot.catalog import Catalog
from feedbot.delivery import Answer, Outcome, Outgoing
from feedbot.errors import FetchError
from feedbot.fetch import Document, NotModified, Validators
from feedbot.notice import Provider, render
from feedbot.pipeline import ConfiguredSource, Edges
from feedbot.signature import Keyring, detached_judge_for, judge_for
from feedbot.source import Source
from feedbot.store import meta

_keyring = cache(Keyring.load)
"""Merging keys takes gpg half a second; the keys of a test do not change."""
_catalog, _templates = cache(Catalog.load), cache(render.Templates.load)
"""Reading the shipped ones takes a tenth of a second, and they do not change either."""
PROVIDER = Provider(
    name="見本ホスティング株式会社",
    service="見本サーバー",
    from_address="notice@hosting.example",
    contact="support@hosting.example",
    site_url="https://status.hosting.example/",
)
T = TypeVar("T")
START = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


@dataclass
class World:
    """What the edges reach: `pages` (address → body, or the error it gives), `mails`, `site`, `now`."""

    database: store.Database
    pages: dict[str, bytes | FetchError] = field(default_factory=dict)
    mails: list[Outgoing] = field(default_factory=list)
    site: dict[str, bytes] = field(default_factory=dict)
    now: datetime = START
    answer: Callable[[Outgoing], Answer] = lambda outgoing: Answer(Outcome.ACCEPTED, 250, "ok")
    asked: list[tuple[str, Validators | None]] = field(default_factory=list)

    def fetch(self, url: str, validators: Validators | None, limit: int = 16 * 2**20) -> Document | NotModified:
        """Serve a page; one whose validator is known is not served again."""
        self.asked.append((url, validators))
        body = self.pages.get(url, FetchError(url, "the server answered {status}", permanent=True, status=404))
        if isinstance(body, FetchError):
            raise body
        if len(body) > limit:
            raise FetchError(url, "larger than {limit} bytes", permanent=True, limit=limit)
        document = Document(url, body, self.now)
        tag = document.sha256[:16]
        if validators and validators.etag == tag:
            return NotModified(url)
        return replace(document, validators=Validators(etag=tag))

    def send(self, outgoing: Outgoing) -> Answer:
        """Take a mail, if this world takes it."""
        answer = self.answer(outgoing)
        if answer.outcome in (Outcome.ACCEPTED, Outcome.UNCERTAIN):
            self.mails.append(outgoing)
        return answer

    def close(self) -> None:
        """There is no connection to end."""

    def publish(self, tree: Mapping[str, bytes]) -> None:
        """Put up the site."""
        self.site = dict(tree)

    def edges(self, **sources: ConfiguredSource) -> Edges:
        """Wire this world."""
        return Edges(
            database=self.database,
            clock=lambda: self.now,
            fetch=self.fetch,
            sources=sources,
            catalog=_catalog(),
            templates=_templates(),
            provider=PROVIDER,
            open_mail=lambda: self,
            site=self,
            secret=b"secret" * 6,
            shadow_operator=None,
            inventory_max_age=timedelta(hours=24),
            quote="summary",
            draft_unsigned=True,
        )

    def source(
        self, name: str, member: str, url: str, keys: tuple[Path, ...] = (), pins: tuple[str, ...] = ()
    ) -> ConfiguredSource:
        """Configure a source; with keys its texts must be signed."""
        keyring = _keyring(keys) if keys else None
        return ConfiguredSource(
            name=name,
            member=cast(Source, members.load("feedbot.source", member)),
            url=url,
            judge_for=lambda transport: judge_for(keyring, pins, self.now, transport),
            signed_required=bool(keys),
            tolerated=frozenset({Verdict.EXPIRED_KEY}),
            enabled=True,
            interval=timedelta(minutes=30),
            jitter=timedelta(0),
            detached_for=lambda transport, signature: detached_judge_for(keyring, pins, self.now, transport, signature),
        )


def world(folder: Path) -> World:
    """Make a world with a new database in a folder."""
    path = folder / "feedbot.db"
    path.write_bytes(_established())
    return World(store.open(f"sqlite:///{path}"))


_reached: dict[str, tuple[bytes, list[tuple[str, Validators | None]], object]] = {}


def once(stage: World, name: str, make: Callable[[], T]) -> T:
    """Bring a new world to where `make` leads: it runs for the first one of that name, later ones get its database.

    `make` may ask for pages, but lets nothing out and turns no clock; what it returns is shared, so it must be frozen.
    """
    path = Path(stage.database.url.database or "")
    if name not in _reached:
        answer = make()
        assert (stage.mails, stage.site, stage.now) == ([], {}, START)
        stage.database.dispose()  # the last connection moves the log into the file
        _reached[name] = (path.read_bytes(), list(stage.asked), answer)
    else:
        stage.database.dispose()
        content, stage.asked[:], answer = _reached[name]
        path.write_bytes(content)
    return cast(T, answer)


@cache
def _established() -> bytes:
    """Return the file of a new database; making its tables takes longer than most tests do."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "feedbot.db")
        database = store.open(f"sqlite:///{path}", create=True)
        with database.begin() as tx:
            meta.establish(tx, "test", b"secret" * 6, START)
        database.dispose()
        return path.read_bytes()
