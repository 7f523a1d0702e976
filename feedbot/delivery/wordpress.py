"""Notices as articles of a WordPress site, by its REST API (developer.wordpress.org/rest-api/reference/posts).

    article of this notice (slug = its number)?  no → POST /posts, publish or draft as configured
                                                 yes → POST /posts/ID: text and title anew, its state as people left it

The slug finds the article again, so a second try after a crash or a lost answer makes no second article, and a later
edition or a withdrawal goes where the first one stands. The login is an application password over https.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Literal
from urllib.parse import urlencode

from feedbot.delivery._channel import AlarmChannel, Answer, Outcome
from feedbot.delivery._hook import SECONDS, failed, said
from feedbot.errors import FetchError
from feedbot.fetch.http import NetworkPolicy
from feedbot.fetch.post import exchange
from feedbot.messages import tr

TITLE = "WordPress"
TAKES = "post"


@dataclass(frozen=True, slots=True)
class Settings:
    """`url` is the site's address, `user` and `password` its user and an application password of his. `status` is how a
    new article stands: `publish`, or `draft` for a person to publish. `categories` are numbers of categories."""

    url: str
    user: str
    password: str = field(repr=False)
    policy: NetworkPolicy
    status: Literal["publish", "draft"] = "publish"
    categories: tuple[int, ...] = ()
    seconds: float = SECONDS


def open_channel(settings: Settings) -> AlarmChannel:
    """Return a way to the site; each notice is two requests."""
    return _WordPress(settings)


class _WordPress:
    """One article a notice."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._posts = f"{settings.url.rstrip('/')}/wp-json/wp/v2/posts"

    def tell(self, content: bytes) -> Answer:
        """Make the article, or put this edition in its place."""
        notice = said(content)
        slug = str(notice["number"]).lower()
        asked = urlencode({"slug": slug, "status": "any", "context": "edit", "_fields": "id"})
        try:
            found = self._ask(f"{self._posts}?{asked}", None)
            if not isinstance(found, list):
                return _strange()
            article = {"title": notice["title"], "content": _content(notice), "slug": slug}
            if found:
                number = found[0].get("id") if isinstance(found[0], dict) else None
                if not isinstance(number, int):
                    return _strange()
                made = self._ask(f"{self._posts}/{number}", article)
            else:
                new = {"status": self._settings.status, "categories": list(self._settings.categories)}
                made = self._ask(self._posts, article | {name: value for name, value in new.items() if value})
        except FetchError as error:
            return failed(error, self._settings.url)
        link = made.get("link") if isinstance(made, dict) else None
        return Answer(Outcome.ACCEPTED, 0, link) if isinstance(link, str) else _strange()

    def _ask(self, url: str, article: Mapping[str, object] | None) -> object:
        """Return what the site says, None where it is no JSON. Raises FetchError."""
        settings = self._settings
        login = b64encode(f"{settings.user}:{settings.password}".encode()).decode()
        body = None if article is None else json.dumps(article).encode()
        headers = {"Authorization": f"Basic {login}"}
        told = exchange(url, body, policy=settings.policy, seconds=settings.seconds, headers=headers)
        try:
            found: object = json.loads(told)
        except (ValueError, RecursionError):
            return None
        return found


def _content(notice: Mapping[str, object]) -> str:
    """Return the article's HTML; of a notice that was taken back it begins with the reason."""
    html, gone = str(notice["html"]), notice.get("withdrawn")
    return html if gone is None else f"<p><strong>取下げ</strong> {escape(str(gone))}</p>\n{html}"


def _strange() -> Answer:
    return Answer(Outcome.DEFERRED, 0, tr("the answer is not that of WordPress's REST API"))
