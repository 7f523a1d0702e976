"""Alarms and notices into a Microsoft Teams channel, by a webhook of its Workflows: an Adaptive Card of one text block.

The form is that of "Post to a channel when a webhook request is received" (learn.microsoft.com, Adaptive Cards 1.2).
"""

from feedbot.delivery._channel import AlarmChannel
from feedbot.delivery._hook import Room, RoomSettings

TITLE = "Microsoft Teams"
TAKES = "alarm"
Settings = RoomSettings


def open_channel(settings: RoomSettings) -> AlarmChannel:
    """Return a way into the channel."""
    return Room(settings, _card)


def _card(words: str) -> dict[str, object]:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.2",
        "body": [{"type": "TextBlock", "text": words, "wrap": True}],
    }
    attached = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attached]}
