"""A mail that could not be delivered, to another address: what was approved, and nothing of the old address."""

import email
from dataclasses import replace

import pytest

from feedbot.delivery import Outgoing, readdressed, signed
from feedbot.errors import DeliveryError
from tests.delivery.test_compose import MAIL, compose, stand_in

OLD = replace(compose(in_reply_to="<first@aozora.example>", draft=7), attempts=3, sender="bounces+1-0@aozora.example")
SECRET = b"secret"


def again(outgoing: Outgoing = OLD, address: str = "new@mihon.example", in_reply_to: str = "") -> Outgoing:
    """The row 12, to another address."""
    return readdressed(outgoing, address, SECRET, 12, in_reply_to)


def test_only_the_address_and_the_number_are_others() -> None:
    """To, Message-ID and what it refers to; it begins untried, as a message of its own."""
    new, found = again(), email.message_from_bytes(again().content)
    assert (new.key, new.recipient) == ("INFO-2026-0001/1/C001/again-12/smtp", "new@mihon.example")
    assert (new.draft, new.channel, new.customer, new.attempts, new.sender) == (7, "smtp", "C001", 0, "")
    before = dict(email.message_from_bytes(compose().content).items())
    assert dict(found.items()) == before | {"To": "new@mihon.example", "Message-ID": new.message_id}
    assert new.content.partition(b"\r\n\r\n")[2] == OLD.content.partition(b"\r\n\r\n")[2]
    assert b"first@aozora.example" not in new.content


def test_its_message_id_is_of_its_own_key() -> None:
    """In the old one's domain; a second time to a third address gives another one."""
    new = again()
    assert new.message_id == compose(key=new.key, secret=SECRET).message_id
    assert readdressed(OLD, "new@mihon.example", SECRET, 12) == new
    assert readdressed(OLD, "new@mihon.example", SECRET, 13).message_id != new.message_id
    assert readdressed(OLD, "new@mihon.example", b"other", 12).message_id != new.message_id


def test_it_refers_to_what_came_to_the_new_address() -> None:
    """Right behind its own number, as in a mail that is composed."""
    found = email.message_from_bytes(again(in_reply_to="<other@aozora.example>").content)
    assert found["In-Reply-To"] == found["References"] == "<other@aozora.example>"
    place = found.keys().index("Message-ID")
    assert found.keys()[place : place + 4] == ["Message-ID", "In-Reply-To", "References", "Reply-To"]
    assert sorted(found.keys()) == sorted(email.message_from_bytes(OLD.content).keys())


def test_what_is_signed_stays_signed() -> None:
    """The part that a signature covers is the same to the byte."""
    old = signed(compose(MAIL), stand_in)
    new = again(old)
    assert new.content.partition(b"Content-Type: ")[2] == old.content.partition(b"Content-Type: ")[2]


@pytest.mark.parametrize("address", ["", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example"])
def test_another_address_is_one_plain_address(address: str) -> None:
    """As that of a mail that is composed."""
    with pytest.raises(DeliveryError, match="plain mail address"):
        again(address=address)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"To: ops@mihon.example\r\n", b"To: other@mihon.example\r\n"),
        (b"To: ops@mihon.example\r\n", b"To: ops@mihon.example\r\n" * 2),
        (b"Message-ID: ", b"Message-ID: x"),
    ],
)
def test_a_mail_that_is_not_what_its_row_says_is_not_changed(old: bytes, new: bytes) -> None:
    """Another recipient's, or twice his: for good, and named by the new key."""
    with pytest.raises(DeliveryError, match=r"again-12.*do not read back") as caught:
        again(replace(OLD, content=OLD.content.replace(old, new)))
    assert caught.value.permanent
