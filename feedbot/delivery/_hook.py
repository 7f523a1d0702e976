"""What channels that speak HTTP share: one request, its outcome, and no secret in what is said of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from feedbot.delivery._channel import Answer, Outcome
from feedbot.errors import FetchError
from feedbot.fetch.http import NO_HEADERS, NetworkPolicy, StatusError
from feedbot.fetch.post import SECONDS, post

__all__ = ["SECONDS", "Room", "RoomSettings", "failed", "hand_on", "line", "said"]


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """What a chat room needs: `url` is the address that it gave, a secret; `seconds` is for the whole request."""

    url: str = field(repr=False)
    policy: NetworkPolicy
    seconds: float = SECONDS


class Room:
    """A chat room that takes one JSON document a message, made of its words by `body`; each is a connection."""

    def __init__(self, settings: RoomSettings, body: Callable[[str], object]) -> None:
        self._settings = settings
        self._body = body

    def tell(self, content: bytes) -> Answer:
        """Say one thing."""
        settings, body = self._settings, json.dumps(self._body(line(content))).encode()
        return hand_on(settings.url, body, policy=settings.policy, seconds=settings.seconds)


def hand_on(
    url: str, body: bytes, *, policy: NetworkPolicy, seconds: float, headers: Mapping[str, str] = NO_HEADERS
) -> Answer:
    """Post a body; any 2xx is ACCEPTED, everything else will be tried again: an operator mends an address or a token
    without losing what waits. The address, a secret in chat rooms, is not told."""
    try:
        return Answer(Outcome.ACCEPTED, post(url, body, policy=policy, seconds=seconds, headers=headers))
    except FetchError as error:
        return failed(error, url, *headers.values())


def failed(error: FetchError, *secrets: str) -> Answer:
    """Return what a failed request comes to; none of `secrets` stands in what is said."""
    code, reason = error.status if isinstance(error, StatusError) else 0, error.reason()
    for secret in filter(None, secrets):
        reason = reason.replace(secret, "…")
    return Answer(Outcome.DEFERRED, code, reason)


def said(content: bytes) -> Mapping[str, object]:
    """Return the document that a channel is given to tell: the pipeline's own, so it is an object."""
    found = json.loads(content)
    assert isinstance(found, dict)
    return found


def line(content: bytes) -> str:
    """Return the words for a chat room; what would call everybody or look like a link is inert in them already."""
    return str(said(content)["text"]).encode("utf-8", "replace").decode()
