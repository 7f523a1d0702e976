"""What arrives by itself: taken in once, kept before it is read, put away after; no crash loses or doubles it."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest

from feedbot.advisory import Trust
from feedbot.errors import FetchError
from feedbot.fetch import Arrival, Document, Inbox, mail
from feedbot.fetch.mailbox import Maildir
from feedbot.fetch.spool import Spool
from feedbot.pipeline import ConfiguredSource, Edges
from feedbot.pipeline.collect import collect
from feedbot.pipeline.inbox import MailReader
from feedbot.pipeline.reread import reread
from feedbot.source import Judge, Source
from feedbot.store import advisories, documents, inbox, quarantine, sources
from tests.fakes import World
from tests.pipeline.conftest import DATA

FIRST = (DATA / "texts" / "at260001.txt").read_bytes()
SIGNED = (DATA / "www" / "at" / "2026" / "at260001.txt").read_bytes()
OTHER = (DATA / "www" / "at" / "2026" / "at260002.txt").read_bytes()
FORGED = (DATA / "www" / "at" / "2026" / "at260004.txt").read_bytes()
NUMBER = "CSIRT-A-AT-2026-0001"


def from_inbox(edges: Edges, box: Inbox) -> ConfiguredSource:
    """Let CSIRT-A's texts arrive instead of being asked for."""
    source = edges.sources["csirt_a"]
    return replace(source, member=cast(Source, MailReader(source.member)), inbox=box)


def posted(text: bytes, name: str = "1") -> bytes:
    """Put a text into a mail, as a mailing list sends it."""
    message = EmailMessage()
    message["Message-ID"] = f"<{name}@csirt-a.example>"
    message["Subject"] = "alert"
    message.set_content(text.decode(), cte="8bit")
    return message.as_bytes()


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """An empty Maildir."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / "mail" / name).mkdir(parents=True)
    return tmp_path / "mail"


@pytest.fixture
def spool(tmp_path: Path, stage: World) -> Callable[..., Path]:
    """Put a file into a spool folder, a minute old unless said otherwise; its parent is the spool."""
    folder = tmp_path / "spool"
    folder.mkdir()

    def put(name: str, body: bytes, age: float = 60) -> Path:
        (folder / name).write_bytes(body)
        changed = stage.now.timestamp() - age
        os.utime(folder / name, (changed, changed))
        return folder / name

    return put


def lying(folder: Path) -> dict[str, bytes]:
    """Return the files of a spool by their path within it."""
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def quarantined(edges: Edges) -> list[str]:
    """Return the reasons of what is in quarantine."""
    with edges.database.begin() as tx:
        return [item.reason for item in quarantine.listing(tx)]


def test_a_signed_text_by_mail_is_verified_and_taken_in_once(edges: Edges, maildir: Path) -> None:
    """It verifies by the source's own keys and came by mail; the next round does not read it again."""
    (maildir / "new" / "1.host").write_bytes(posted(SIGNED))
    source = from_inbox(edges, Maildir(maildir))
    assert collect(edges, source).new == [NUMBER]
    again = collect(edges, source)
    assert (again.new, again.same, again.whole) == ([], 0, True)
    with edges.database.begin() as tx:
        current = advisories.current(tx, "csirt_a", NUMBER)
        (digest,) = documents.of_item(tx, "csirt_a", NUMBER)
        kept = documents.load(tx, digest)
        state = sources.state(tx, "csirt_a")
    assert current is not None
    assert current.trust is Trust.SIGNED
    assert (kept.url, kept.body, kept.media_type) == ("mail:1@csirt-a.example", posted(SIGNED), mail.MAIL)
    assert (state.items, state.failures, state.last_success is not None) == (1, 0, True)


def test_words_around_a_signed_text_change_nothing(edges: Edges, maildir: Path) -> None:
    """A list's footer is outside the signature and says nothing; a forged text by mail is held as by any other way."""
    (maildir / "new" / "1.host").write_bytes(posted(b"forwarded:\n" + SIGNED + b"\n-- \nfooter\n"))
    (maildir / "new" / "2.host").write_bytes(posted(FORGED, "2"))
    report = collect(edges, from_inbox(edges, Maildir(maildir)))
    assert report.new == [NUMBER]
    assert [one.partition(":")[0] for one in report.held] == ["CSIRT-A-AT-2026-0004"]


def test_the_same_bytes_at_another_place_are_not_read_twice(edges: Edges, maildir: Path) -> None:
    """A Message-ID proves nothing, so another text under the same one is read; a copy is known by its digest."""
    (maildir / "new" / "1.host").write_bytes(posted(SIGNED))
    source = from_inbox(edges, Maildir(maildir))
    collect(edges, source)
    (maildir / "new" / "2.host").write_bytes(posted(SIGNED))
    (maildir / "new" / "3.host").write_bytes(posted(OTHER, "1"))
    report = collect(edges, source)
    assert (report.same, report.new) == (1, ["CSIRT-A-AT-2026-0002"])
    with edges.database.begin() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM fetches").scalar() == 2


def test_a_bad_mail_is_quarantined_and_the_rest_kept(edges: Edges, maildir: Path) -> None:
    """Huge, deep, textless, unreadable: each is a row with its bytes; none is read again until the code changes."""
    source = from_inbox(edges, Maildir(maildir))
    limit = source.member.SOURCE.limit
    hostile = {
        "1": b"Message-ID: <huge@a.example>\n\n" + b"x" * limit,
        "2": b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(999)),
        "3": b"Content-Type: image/png\n\nx",
        "4": b"Content-Type: text/plain; charset=no-such\n\n\xff\xfe\xff",
    }
    for name, raw in hostile.items():
        (maildir / "new" / f"{name}.host").write_bytes(raw)
    (maildir / "new" / "9.host").write_bytes(posted(SIGNED))
    report = collect(edges, source)
    assert (report.new, len(report.quarantined), report.unreachable) == ([NUMBER], 4, [])
    reasons = " | ".join(quarantined(edges))
    assert all(word in reasons for word in ("larger than", "more than 50 parts", "holds no text"))
    assert collect(edges, source).quarantined == []


def test_a_stored_mail_can_be_read_again(edges: Edges, maildir: Path) -> None:
    """A mail that could not be read is kept whole and taken apart anew."""
    (maildir / "new" / "1.host").write_bytes(posted(SIGNED))
    source = from_inbox(edges, Maildir(maildir))
    blind = replace(source, judge_for=lambda transport: (_ for _ in ()).throw(ValueError("made up")))
    assert len(collect(edges, blind).quarantined) == 1
    assert reread(edges, source).new == [NUMBER]
    assert quarantined(edges) == []


def test_a_spooled_file_is_read_and_put_away(edges: Edges, spool: Callable[..., Path]) -> None:
    """What was understood lies in done/, what was not in failed/ and in quarantine."""
    folder = spool("at260001.txt", SIGNED).parent
    spool("bad.txt", b"-----BEGIN nothing")
    report = collect(edges, from_inbox(edges, Spool(folder)))
    assert (report.new, len(report.quarantined)) == ([NUMBER], 1)
    assert lying(folder) == {"done/at260001.txt": SIGNED, "failed/bad.txt": b"-----BEGIN nothing"}
    with edges.database.begin() as tx:
        assert inbox.seen(tx, "csirt_a") == frozenset()


def test_a_spooled_mail_is_a_mail(edges: Edges, spool: Callable[..., Path]) -> None:
    """A saved .eml is taken apart as one that came by mail."""
    folder = spool("alert.eml", posted(SIGNED)).parent
    assert collect(edges, from_inbox(edges, Spool(folder))).new == [NUMBER]


def test_unfinished_files_are_left_alone(edges: Edges, stage: World, spool: Callable[..., Path]) -> None:
    """Too young, .part, hidden, a folder: nothing is touched; the young one is read once it has settled."""
    folder = spool("young.txt", SIGNED, age=1).parent
    spool("copy.txt.part", SIGNED)
    spool(".hidden", SIGNED)
    (folder / "sub").mkdir()
    source = from_inbox(edges, Spool(folder))
    assert collect(edges, source).new == []
    assert sorted(lying(folder)) == [".hidden", "copy.txt.part", "young.txt"]
    stage.now += timedelta(seconds=10)
    assert collect(edges, source).new == [NUMBER]
    assert sorted(lying(folder)) == [".hidden", "copy.txt.part", "done/young.txt"]


def test_a_file_dated_in_the_future_is_read(edges: Edges, spool: Callable[..., Path]) -> None:
    """Another machine's clock does not hide a file for ever."""
    folder = spool("at260001.txt", SIGNED, age=-86400).parent
    assert collect(edges, from_inbox(edges, Spool(folder))).new == [NUMBER]


def test_two_files_of_one_name_are_both_kept(edges: Edges, spool: Callable[..., Path]) -> None:
    """Nothing in done/ is overwritten by another text."""
    folder = spool("alert.txt", SIGNED).parent
    source = from_inbox(edges, Spool(folder))
    collect(edges, source)
    spool("alert.txt", OTHER)
    assert collect(edges, source).new == ["CSIRT-A-AT-2026-0002"]
    assert sorted(lying(folder).values()) == sorted([SIGNED, OTHER])


def test_a_file_written_anew_while_it_is_read_is_not_put_away_unread(edges: Edges, spool: Callable[..., Path]) -> None:
    """What lies in done/ was read; the new text is taken in by the next round."""
    path = spool("alert.txt", SIGNED)
    source = from_inbox(edges, Spool(path.parent))

    def judged(transport: str) -> Judge:
        spool("alert.txt", OTHER)
        return source.judge_for(transport)

    assert collect(edges, replace(source, judge_for=judged)).new == [NUMBER]
    assert lying(path.parent) == {"alert.txt": OTHER}
    assert collect(edges, source).new == ["CSIRT-A-AT-2026-0002"]
    assert lying(path.parent) == {"done/alert.txt": OTHER}


def test_a_file_with_a_name_of_any_bytes_is_read_and_put_away(edges: Edges, spool: Callable[..., Path]) -> None:
    """Names of Shift_JIS come from old machines: the round goes on, and the file keeps its name."""
    name = os.fsdecode("注意喚起.txt".encode("shift_jis"))
    folder = spool(name, SIGNED).parent
    assert collect(edges, from_inbox(edges, Spool(folder))).new == [NUMBER]
    assert lying(folder) == {f"done/{name}": SIGNED}


def test_a_file_over_the_limit_stays_and_is_told(edges: Edges, spool: Callable[..., Path]) -> None:
    """It was not stored, so it is not put away."""
    source = edges.sources["csirt_a"]
    folder = spool("huge.txt", b"x" * (source.member.SOURCE.limit + 1)).parent
    report = collect(edges, from_inbox(edges, Spool(folder)))
    assert ["larger than" in one for one in report.unreachable] == [True]
    assert list(lying(folder)) == ["huge.txt"]


def test_an_inbox_that_is_not_there_fails_its_source(edges: Edges, tmp_path: Path) -> None:
    """The source's state says so; the next round that finds it is well again."""
    source = from_inbox(edges, Spool(tmp_path / "nowhere"))
    report = collect(edges, source)
    assert isinstance(report.error, FetchError)
    (tmp_path / "nowhere").mkdir()
    assert collect(edges, source).whole
    with edges.database.begin() as tx:
        assert sources.state(tx, "csirt_a").failures == 0


def test_a_stop_leaves_the_rest_for_the_next_round(edges: Edges, spool: Callable[..., Path]) -> None:
    """Told to stop, it takes no further file; none is lost."""
    folder = spool("a.txt", SIGNED).parent
    source = from_inbox(edges, Spool(folder))
    assert collect(edges, source, lambda: True).new == []
    assert collect(edges, source).new == [NUMBER]


class Killed(BaseException):
    """The process ends here: no handler of ours sees it."""


STEPS = (
    "feedbot.pipeline.inbox.keep_and_take",
    "feedbot.pipeline._take.take",
    "feedbot.store.inbox.note",
    "feedbot.fetch.spool.Spool.settle",
    "feedbot.store.inbox.forget",
)


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_loses_and_doubles_nothing(
    edges: Edges, spool: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The next round ends as one without a crash would have: one revision, one file in done/, nothing remembered."""
    folder = spool("at260001.txt", SIGNED).parent
    source = from_inbox(edges, Spool(folder))

    def die(*given: object, **more: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(step, die)
        with pytest.raises(Killed):
            collect(edges, source)
    collect(edges, source)
    assert lying(folder) == {"done/at260001.txt": SIGNED}
    with edges.database.begin() as tx:
        assert len(documents.of_item(tx, "csirt_a", NUMBER)) == 1
        assert inbox.seen(tx, "csirt_a") == frozenset()


def test_what_was_moved_by_hand_meanwhile_is_no_fault(edges: Edges, spool: Callable[..., Path]) -> None:
    """Somebody takes the file away while it is read: it is stored, and the round goes on."""
    path = spool("at260001.txt", SIGNED)

    class Snatched(Spool):
        def settle(self, arrival: Arrival, *, read: bool) -> None:
            path.unlink()
            Spool.settle(self, arrival, read=read)

    report = collect(edges, from_inbox(edges, Snatched(path.parent)))
    assert (report.new, report.whole) == ([NUMBER], True)


def test_an_unknown_document_is_the_members_own(edges: Edges) -> None:
    """A document that is no mail reaches the member untouched."""
    source = edges.sources["csirt_a"]
    reader = MailReader(source.member)
    page = Document("https://csirt-a.example/a.txt", FIRST, edges.clock())
    assert list(reader.read(page, source.judge_for("https"))) == list(
        source.member.read(page, source.judge_for("https"))
    )
