"""Alarms and notices as JSON to an address of the operator's: a pager, a monitoring system, a page of his own.

POST, `Content-Type: application/json`, one document a request; any 2xx is an answer. https unless the host stands under
network.allow_http, addresses within only where network.allow_private lists them, no redirect. With a secret, the header
`X-Hub-Signature-256: sha256=HEX` is the HMAC of the body, as GitHub's webhooks have it. A document that is sent again
after a failure is the same bytes, its `id` the same.
"""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256

from feedbot.delivery._channel import AlarmChannel, Answer
from feedbot.delivery._hook import SECONDS, hand_on
from feedbot.fetch.http import NetworkPolicy

TITLE = "Webhook"
TAKES = "alarm"


@dataclass(frozen=True, slots=True)
class Settings:
    """`url` may hold a secret (chat rooms do so), so it is never shown; `seconds` is for the whole request; `secret`
    signs the body."""

    url: str = field(repr=False)
    policy: NetworkPolicy
    seconds: float = SECONDS
    secret: str = field(default="", repr=False)


def open_channel(settings: Settings) -> AlarmChannel:
    """Return a way to the address; each document is a connection of its own."""
    return _Webhook(settings)


class _Webhook:
    """One request a document."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def tell(self, content: bytes) -> Answer:
        """Post one document. What fails is told without the address."""
        settings, headers = self._settings, {}
        if settings.secret:
            made = hmac.new(settings.secret.encode(), content, sha256).hexdigest()
            headers = {"X-Hub-Signature-256": f"sha256={made}"}
        return hand_on(settings.url, content, policy=settings.policy, seconds=settings.seconds, headers=headers)
