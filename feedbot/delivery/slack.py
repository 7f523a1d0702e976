"""Alarms and notices into a Slack channel, by an incoming webhook (docs.slack.dev: Sending messages).

In the text, `&` begins an entity; `<` and `>`, which make links and calls, are inert before they come here.
"""

from feedbot.delivery._channel import AlarmChannel
from feedbot.delivery._hook import Room, RoomSettings

TITLE = "Slack"
TAKES = "alarm"
Settings = RoomSettings


def open_channel(settings: RoomSettings) -> AlarmChannel:
    """Return a way into the channel."""
    return Room(settings, lambda words: {"text": words.replace("&", "&amp;")})
