"""Alarms and notices into a Mattermost channel (developers.mattermost.com: Incoming webhooks)."""

from feedbot.delivery._channel import AlarmChannel
from feedbot.delivery._hook import Room, RoomSettings

TITLE = "Mattermost"
TAKES = "alarm"
Settings = RoomSettings


def open_channel(settings: RoomSettings) -> AlarmChannel:
    """Return a way into the channel."""
    return Room(settings, lambda words: {"text": words})
