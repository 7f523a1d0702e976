"""Delivery into a Maildir."""

import mailbox
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from feedbot.delivery import Answer, Outcome, Outgoing
from feedbot.delivery.maildir import Settings, open_channel

OUTGOING = Outgoing(
    "N-1/1/C/maildir", 1, "maildir", "C", "ops@mihon.example", "<m@a.example>", b"Subject: s\r\n\r\nbody\r\n"
)


def test_a_message_is_found_by_a_mail_reader(tmp_path: Path) -> None:
    """In new/, whole, with nothing left in tmp/."""
    channel = open_channel(Settings(tmp_path / "box"))
    answer = channel.send(OUTGOING)
    channel.close()
    (message,) = mailbox.Maildir(tmp_path / "box", create=False)
    assert (message["Subject"], message.get_payload()) == ("s", "body\n")
    assert list((tmp_path / "box/tmp").iterdir()) == []
    (file,) = (tmp_path / "box/new").iterdir()
    assert file.read_bytes() == b"Subject: s\n\nbody\n"
    assert answer == Answer(Outcome.ACCEPTED, 0, f"box/new/{file.name}")
    # The name is the same in each version of feedbot, or a second try would be a second mail.
    assert file.name == f"{sha256(b'N-1/1/C/maildir').hexdigest()[:32]}.feedbot"


def test_what_is_in_a_maildir_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Mails tell of servers and what they lack."""
    open_channel(Settings(tmp_path / "box")).send(OUTGOING)
    assert {folder.name: folder.stat().st_mode & 0o7777 for folder in (tmp_path / "box").iterdir()} == dict.fromkeys(
        ("tmp", "new", "cur"), 0o700
    )


def test_the_same_message_twice_is_there_once(tmp_path: Path) -> None:
    """A retry after a crash doubles nothing; another key is another message."""
    channel = open_channel(Settings(tmp_path))
    for outgoing in (OUTGOING, OUTGOING, replace(OUTGOING, key="other")):
        assert channel.send(outgoing).outcome is Outcome.ACCEPTED
    assert len(list((tmp_path / "new").iterdir())) == 2


def test_a_disk_that_refuses_is_no_verdict_on_the_message(tmp_path: Path) -> None:
    """A file where the Maildir should be: no session, to be tried again."""
    (tmp_path / "box").write_text("")
    answer = open_channel(Settings(tmp_path / "box")).send(OUTGOING)
    assert answer == Answer(Outcome.NO_SESSION, 0, "box: Not a directory")
