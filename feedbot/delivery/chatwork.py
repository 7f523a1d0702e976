"""Alarms and notices into a Chatwork room, by its API v2 (developer.chatwork.com: POST /rooms/ROOM/messages).

What stands in brackets is a tag there, [toall] calls everybody: brackets are written in full width.
"""

from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from feedbot.delivery._channel import AlarmChannel, Answer
from feedbot.delivery._hook import SECONDS, hand_on, line
from feedbot.fetch.http import NetworkPolicy

TITLE = "Chatwork"
TAKES = "alarm"
_BRACKETS = str.maketrans("[]", "［］")


@dataclass(frozen=True, slots=True)
class Settings:
    """`room` is the number in the room's address (rid…), `token` the API token of the one who speaks there."""

    room: str
    token: str = field(repr=False)
    policy: NetworkPolicy
    url: str = "https://api.chatwork.com/v2"
    seconds: float = SECONDS


def open_channel(settings: Settings) -> AlarmChannel:
    """Return a way into the room; each message is a connection of its own."""
    return _Room(settings)


class _Room:
    """One request a message."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def tell(self, content: bytes) -> Answer:
        """Post one message, unread for the speaker too: it is feedbot that spoke, not the owner of the token."""
        settings = self._settings
        body = urlencode({"body": line(content).translate(_BRACKETS), "self_unread": "1"}).encode()
        headers = {"X-ChatWorkToken": settings.token, "Content-Type": "application/x-www-form-urlencoded"}
        url = f"{settings.url.rstrip('/')}/rooms/{quote(settings.room, safe='')}/messages"
        return hand_on(url, body, policy=settings.policy, seconds=settings.seconds, headers=headers)
