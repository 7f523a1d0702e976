"""Alarms as JSON to an address of the operator's: a chat room, a pager, a monitoring system.

POST, `Content-Type: application/json`, one alarm a request; any 2xx is an answer. https unless the host stands under
network.allow_http, addresses within only where network.allow_private lists them, no redirect.
"""

from dataclasses import dataclass, field

from feedbot.delivery._channel import AlarmChannel, Answer, Outcome
from feedbot.errors import FetchError
from feedbot.fetch.http import NetworkPolicy, StatusError
from feedbot.fetch.post import SECONDS, post

TITLE = "Webhook"
TAKES = "alarm"


@dataclass(frozen=True, slots=True)
class Settings:
    """`url` may hold a secret (chat rooms do so), so it is never shown; `seconds` is for the whole request."""

    url: str = field(repr=False)
    policy: NetworkPolicy
    seconds: float = SECONDS


def open_channel(settings: Settings) -> AlarmChannel:
    """Return a way to the address; each alarm is a connection of its own."""
    return _Webhook(settings)


class _Webhook:
    """One request an alarm."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def tell(self, content: bytes) -> Answer:
        """Post one alarm. What fails is told without the address."""
        try:
            status = post(self._settings.url, content, policy=self._settings.policy, seconds=self._settings.seconds)
        except StatusError as error:
            return Answer(Outcome.DEFERRED, error.status, error.reason())
        except FetchError as error:
            return Answer(Outcome.DEFERRED, 0, error.reason().replace(self._settings.url, "…"))
        return Answer(Outcome.ACCEPTED, status)
