"""The operator hears of each change of a source's health once, whatever breaks on the way to him."""

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from feedbot.advisory.flapping import SETTLED
from feedbot.delivery import Answer, OutboxState, Outcome
from feedbot.errors import FetchError
from feedbot.pipeline import AlarmChannels, Edges
from feedbot.pipeline.alarms import watch
from feedbot.pipeline.collect import collect
from feedbot.pipeline.rounds import watch_all
from feedbot.store import alarms, outbox, reading
from tests.fakes import World
from tests.pipeline import publisher
from tests.pipeline.conftest import BASE, wired

JVN = f"{BASE}/rss/jvn.rdf"


@dataclass
class Hook:
    """A webhook that keeps what it was told, and refuses while it is told to."""

    told: list[dict[str, object]] = field(default_factory=list)
    down: bool = False

    def tell(self, content: bytes) -> Answer:
        """Take an alarm."""
        if self.down:
            return Answer(Outcome.DEFERRED, 503, "the server answered 503")
        self.told.append(json.loads(content))
        return Answer(Outcome.ACCEPTED, 200)

    @property
    def kinds(self) -> list[tuple[object, object]]:
        """What was told, in short."""
        return [(one["kind"], one["state"]) for one in self.told]


@pytest.fixture
def hook() -> Hook:
    """The webhook."""
    return Hook()


@pytest.fixture
def desk(stage: World, hook: Hook) -> Edges:
    """The edges of the stage, with alarms by mail and by webhook."""
    return replace(wired(stage), alarms=AlarmChannels(("noc@hosting.example",), hook))


def poll(stage: World, desk: Edges, after: timedelta = timedelta(minutes=30)) -> None:
    """Let a while pass, and do a round over JVN."""
    stage.now += after
    source = desk.sources["jvn"]
    collect(desk, source)
    watch(desk, source)


def down(stage: World) -> bytes:
    """Take the feed away; return it."""
    body = stage.pages[JVN]
    assert isinstance(body, bytes)
    stage.pages[JVN] = FetchError(JVN, "the server answered {status}", permanent=False, status=503)
    return body


def test_an_outage_is_told_once_and_so_is_its_end(stage: World, desk: Edges, hook: Hook) -> None:
    """Not at the first failure, at the second; not again at the third; and when it is well again."""
    poll(stage, desk)
    body = down(stage)
    poll(stage, desk)
    assert hook.told == []
    for _ in range(3):
        poll(stage, desk)
    assert hook.kinds == [("opened", "failing")]
    stage.pages[JVN] = body
    poll(stage, desk)
    poll(stage, desk)
    assert hook.kinds == [("opened", "failing"), ("closed", "ok")]
    first = hook.told[0]
    assert (first["source"], first["before"], first["held"], first["quarantined"]) == ("jvn", "ok", 0, 0)
    assert "the server answered 503" in str(first["reason"])
    assert first["hint"]


def test_the_mail_says_what_is_the_matter(stage: World, desk: Edges) -> None:
    """A whole message to the operator; the customers' outbox has no part in it."""
    poll(stage, desk)
    down(stage)
    poll(stage, desk)
    poll(stage, desk)
    (mail,) = stage.mails
    assert mail.recipient == "noc@hosting.example"
    message = message_from_bytes(mail.content, policy=policy.default)
    assert message["Subject"] == "[feedbot] source jvn: failing"
    text = message.get_body().get_content()
    assert "JVN (jvn)" in text
    assert "Why: 2 failures in a row" in text
    assert "What to do: " in text
    with reading(desk.database) as tx:
        assert not any(outbox.counts(tx)[state] for state in OutboxState)


def test_a_state_that_lasts_is_told_again_each_day(stage: World, desk: Edges, hook: Hook) -> None:
    """Once a day, however often it is looked at."""
    poll(stage, desk)
    down(stage)
    for _ in range(2 + 3 * 48):
        poll(stage, desk)
    assert hook.kinds == [("opened", "failing"), *[("reminder", "failing")] * 3]
    assert hook.told[0]["since"] == hook.told[-1]["since"]


def test_another_trouble_is_another_alarm(stage: World, desk: Edges, hook: Hook) -> None:
    """From an outage to a captive page: changed, not opened."""
    poll(stage, desk)
    down(stage)
    poll(stage, desk)
    poll(stage, desk)
    stage.pages[JVN] = b"<!DOCTYPE html><html><body>Log in</body></html>"
    poll(stage, desk)
    assert hook.kinds == [("opened", "failing"), ("changed", "captive")]
    assert hook.told[1]["before"] == "failing"


def test_an_empty_feed_keeps_what_was_had(stage: World, desk: Edges, hook: Hook) -> None:
    """A feed in order without an item: told at once, and nothing green until items are back."""
    poll(stage, desk)
    body = down(stage)
    stage.pages[JVN] = body[: body.index(b"<item ")] + b"</rdf:RDF>"
    poll(stage, desk)
    assert hook.kinds == [("opened", "empty")]
    poll(stage, desk)
    assert len(hook.told) == 1


def test_an_alarm_that_cannot_be_handed_on_waits(stage: World, desk: Edges, hook: Hook) -> None:
    """The webhook is down: the mail goes, the alarm stays, is shown, and goes in its order when it is up again."""
    poll(stage, desk)
    body = down(stage)
    hook.down = True
    poll(stage, desk)
    poll(stage, desk)
    stage.pages[JVN] = body
    poll(stage, desk)
    assert hook.told == []
    assert len(stage.mails) == 2
    with reading(desk.database) as tx:
        waiting = alarms.waiting(tx)
    assert [(one.channel, one.source) for one in waiting] == [("webhook", "jvn")] * 2
    assert waiting[0].error == "503 the server answered 503"
    hook.down = False
    poll(stage, desk)
    assert hook.kinds == [("opened", "failing"), ("closed", "ok")]
    with reading(desk.database) as tx:
        assert alarms.count_waiting(tx) == 0


def test_a_relay_that_is_down_delays_a_mail_and_loses_none(stage: World, desk: Edges) -> None:
    """Not even an unclear answer ends an alarm; the second try is the same message."""
    poll(stage, desk)
    down(stage)
    tried: list[bytes] = []

    def unclear(outgoing: object) -> Answer:
        tried.append(outgoing.content)  # type: ignore[attr-defined]  # an Outgoing
        return Answer(Outcome.UNCERTAIN, 0, "cut")

    well, stage.answer = stage.answer, unclear
    poll(stage, desk)
    poll(stage, desk)
    stage.answer = well
    poll(stage, desk)
    assert tried == [tried[0]]
    assert stage.mails[-1].content == tried[0]


def test_a_crash_between_note_and_mail_loses_nothing(
    stage: World, desk: Edges, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """State and alarm are one transaction: what was noted is handed on by whoever comes next."""
    poll(stage, desk)
    down(stage)
    poll(stage, desk)

    def killed(content: bytes) -> Answer:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(hook, "tell", killed)
        with pytest.raises(KeyboardInterrupt):
            poll(stage, desk)
    poll(stage, desk)
    assert hook.kinds == [("opened", "failing")]


def test_a_channel_that_is_gone_takes_its_alarms_along(stage: World, desk: Edges, hook: Hook) -> None:
    """The operator took the webhook out of the configuration: nothing waits for ever."""
    poll(stage, desk)
    down(stage)
    hook.down = True
    poll(stage, desk)
    poll(stage, desk)
    watch(replace(desk, alarms=AlarmChannels()), desk.sources["jvn"])
    with reading(desk.database) as tx:
        assert alarms.count_waiting(tx) == 0


def test_a_source_whose_rounds_have_stopped_is_told(stage: World, desk: Edges, hook: Hook) -> None:
    """Nobody polls it any more; the watch over all sources sees it."""
    poll(stage, desk)
    stage.now += timedelta(hours=2)
    watch_all(desk)
    assert ("opened", "stale") in hook.kinds


def test_a_text_that_goes_to_and_fro_is_told_when_it_begins_and_when_it_is_over(stage: World, hook: Hook) -> None:
    """Two mirrors disagree about two advisories for a day: each is told once a channel, and once that it is over."""
    read = publisher.source(stage)
    desk = replace(publisher.wired(stage, read), alarms=AlarmChannels(("noc@hosting.example",), hook))

    def serve(words: str, after: timedelta) -> None:
        stage.now += after
        publisher.put(stage, *(f"number: {number}\nsummary: {words}" for number in ("B-1", "B-2")))
        collect(desk, read)
        watch(desk, read)

    for number in range(24):
        serve("AB"[number % 2], timedelta(hours=1))
    begun = [(one["kind"], one["state"], one["number"]) for one in hook.told]
    assert begun == [("opened", "flapping", "B-1"), ("opened", "flapping", "B-2")]
    assert hook.told[0]["hint"] == "compare the publisher's page; feedbot advisory show B-1"
    serve("B", SETTLED + timedelta(hours=1))
    over = [(one["kind"], one["state"], one["number"]) for one in hook.told[2:] if "number" in one]
    assert over == [("closed", "ok", "B-1"), ("closed", "ok", "B-2")]
    subjects = [message_from_bytes(mail.content, policy=policy.default)["Subject"] for mail in stage.mails]
    assert subjects[:2] == [f"[feedbot] source csirt_b: the text of B-{number} goes to and fro" for number in (1, 2)]
    assert "[feedbot] source csirt_b: the text of B-2 has settled" in subjects
    assert len({mail.key for mail in stage.mails}) == len(stage.mails)


def test_what_a_publisher_writes_calls_nobody_in_a_chat_room(stage: World, desk: Edges, hook: Hook) -> None:
    """No link and no call to everybody in the line that is shown; a program still gets the reason as it is."""
    poll(stage, desk)
    stage.pages[JVN] = FetchError(
        JVN, "{said}", permanent=False, said="<!channel> <https://evil.example|log in>\n@here"
    )
    poll(stage, desk)
    poll(stage, desk)
    (alarm,) = hook.told
    assert not set("<>@\n") & set(str(alarm["text"]))
    assert "!channel" in str(alarm["text"])
    assert "<!channel>" in str(alarm["reason"])
