"""What every channel has in common: its name, what it carries, hidden secrets, one message after another."""

from dataclasses import replace
from typing import Literal

import pytest

from feedbot import members
from feedbot.delivery import (
    Answer,
    Outcome,
    Outgoing,
    chatwork,
    command,
    mattermost,
    slack,
    smtp,
    teams,
    webhook,
    wordpress,
)
from feedbot.delivery._channel import lanes_of
from feedbot.delivery._send import SmtpSettings
from feedbot.fetch.http import NetworkPolicy

OUTGOING = Outgoing("N-1/1/C/smtp", 1, "smtp", "C", "ops@mihon.example", "<m@a.example>", b"Subject: s\r\n\r\nbody\r\n")


@pytest.mark.parametrize(
    ("name", "title", "takes"),
    [
        ("smtp", "SMTP", "mail"),
        ("maildir", "Maildir", "mail"),
        ("site", "障害報告 site", "site"),
        ("wordpress", "WordPress", "post"),
        ("slack", "Slack", "alarm"),
        ("mattermost", "Mattermost", "alarm"),
        ("teams", "Microsoft Teams", "alarm"),
        ("chatwork", "Chatwork", "alarm"),
        ("webhook", "Webhook", "alarm"),
        ("command", "Command", "alarm"),
    ],
)
def test_a_channel_says_what_it_is_and_carries(name: str, title: str, takes: str) -> None:
    """The configuration asks for it before one is opened."""
    member = members.load("feedbot.delivery", name)
    assert (title, takes) == (member.TITLE, member.TAKES)


def test_no_channel_is_without_its_row() -> None:
    """A new one gets its row above."""
    rows = next(mark for mark in test_a_channel_says_what_it_is_and_carries.pytestmark)  # type: ignore[attr-defined]
    assert sorted(name for name, _, _ in rows.args[1]) == sorted(members.names("feedbot.delivery"))


SECRET = "T0K3N"
POLICY = NetworkPolicy()


@pytest.mark.parametrize(
    "settings",
    [
        slack.Settings(f"https://x.example/{SECRET}", POLICY),
        mattermost.Settings(f"https://x.example/{SECRET}", POLICY),
        teams.Settings(f"https://x.example/{SECRET}", POLICY),
        chatwork.Settings("42", SECRET, POLICY),
        webhook.Settings(f"https://x.example/{SECRET}", POLICY, secret=SECRET),
        wordpress.Settings("https://x.example", "ops", SECRET, POLICY),
    ],
)
def test_no_settings_show_their_secret(settings: object) -> None:
    """Settings stand in logs and tracebacks; by this the configuration knows too what may stand in a file."""
    assert SECRET not in repr(settings)


def test_what_is_not_configured_is_what_the_documentation_says() -> None:
    """Chatwork's own API, half a minute for a request or a program, an article that is public, a body unsigned."""
    assert chatwork.Settings("42", SECRET, POLICY).url == "https://api.chatwork.com/v2"
    assert command.Settings(("true",)).seconds == 30
    assert {
        slack.Settings("u", POLICY).seconds,
        chatwork.Settings("42", SECRET, POLICY).seconds,
        webhook.Settings("u", POLICY).seconds,
        wordpress.Settings("u", "ops", SECRET, POLICY).seconds,
    } == {30}
    article = wordpress.Settings("u", "ops", SECRET, POLICY)
    assert (article.status, article.categories) == ("publish", ())
    assert webhook.Settings("u", POLICY).secret == ""


class Slow:
    """A channel that answers with a number of its own."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def send(self, outgoing: Outgoing) -> Answer:
        """Accept it."""
        self.said.append(outgoing.key)
        return Answer(Outcome.ACCEPTED, len(self.said))

    def close(self) -> None:
        """Nothing is held."""


def test_a_channel_of_one_message_at_a_time_is_one_lane() -> None:
    """No second message is begun until the answer of the first is taken; none is answered for twice."""
    channel, second = Slow(), replace(OUTGOING, key="second")
    lanes = lanes_of(channel)
    assert (lanes.free(), lanes.answers()) == (1, ())
    lanes.begin(OUTGOING)
    assert (lanes.free(), channel.said) == (0, [OUTGOING.key])
    assert lanes.answers() == ((OUTGOING, Answer(Outcome.ACCEPTED, 1)),)
    assert (lanes.free(), lanes.answers()) == (1, ())
    lanes.begin(second)
    assert lanes.answers() == ((second, Answer(Outcome.ACCEPTED, 2)),)
    assert lanes_of(lanes) is lanes  # type: ignore[arg-type]


def test_an_answer_without_words_says_nothing() -> None:
    """Its code is that of SMTP, of which there is none; the outcomes are told in logs and figures by these words."""
    assert (Answer(Outcome.DEFERRED).code, Answer(Outcome.DEFERRED).text) == (0, "")
    assert [Outcome(word).value for word in ("accepted", "deferred", "refused", "no_session", "uncertain")] == [
        outcome.value for outcome in Outcome
    ]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_password_is_taken_where_it_goes_encrypted(security: Literal["starttls", "tls"]) -> None:
    """Nothing is connected yet."""
    smtp.open_channel(SmtpSettings("x.example", "n@a.example", security=security, username="u", password="p")).close()
