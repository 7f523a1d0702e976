"""A customer's names where they do not belong: which words count as his, and where they are looked for."""

from collections.abc import Sequence

import pytest

from feedbot.inventory import Contract, Customer, Plan, Server
from feedbot.matching import Exposure
from feedbot.notice import MailText, Post, Recipient
from feedbot.notice._separation import foreign

AOBA = Customer("C-1", "青葉商事", "info@aoba.example", organisation=True)
SATO = Customer("C-22", "佐藤花子", "s@x.example")
EMPTY = MailText("", "", "")


def of(customer: Customer, *servers: tuple[str, str]) -> Recipient:
    """Make a customer with servers, each (name, contract)."""
    held = tuple(
        Exposure(customer, made, Server(name, number), ())
        for name, number in servers
        if (made := Contract(number, customer.id, Plan.VPS, True))
    )
    return Recipient(customer, held)


FIRST, SECOND = of(AOBA, ("ns1.aoba", "A-0001"), ("db7", "A_2"), ("mail", "V777")), of(SATO, ("web-9", "B-0001"))


def post(title: str = "", html: str = "", text: str = "", markdown: str = "") -> Post:
    """Make a post of little."""
    return Post(title, html, text, markdown)


def named(public: Post, mails: Sequence[tuple[Recipient, MailText]]) -> list[tuple[str, str]]:
    """Return what is found: (where, message)."""
    return [(one.where, one.message) for one in foreign(public, mails)]


def in_post(public: Post) -> list[str]:
    """Return the names found in a post, the mails saying nothing."""
    mails = [(FIRST, EMPTY), (SECOND, EMPTY)]
    found = named(public, mails)
    assert {where for where, _ in found} <= {"公開ページ"}
    return [message.removeprefix("the post names ") for _, message in found]


@pytest.mark.parametrize("word", ["ns1.aoba", "A-0001", "V777", "B-0001", "web-9", "C-22", "info@aoba.example"])
def test_every_name_of_a_customer_counts(word: str) -> None:
    """Servers and contracts, the first and the last, his number and his address."""
    assert in_post(post(text=f"弊社の {word} にて")) == [word]


@pytest.mark.parametrize("word", ["db7", "C-1", "A_2", "mail"])
def test_a_short_name_or_one_of_letters_alone_counts_not(word: str) -> None:
    """Three signs, or a word that is also one of the language, tell nobody's identity."""
    assert in_post(post(text=f"弊社の {word} にて")) == []


@pytest.mark.parametrize("text", ["(V777.)", "V777,", "_V777_", "V777-", "+V777@"])
def test_marks_around_a_name_are_no_part_of_it(text: str) -> None:
    """A full stop behind a name hides it not."""
    assert in_post(post(text=text)) == ["V777"]


@pytest.mark.parametrize("text", ["XV777", "V777X", "V7777"])
def test_a_part_of_another_word_is_no_name(text: str) -> None:
    """Names are whole words."""
    assert in_post(post(text=text)) == []


def test_every_part_of_a_post_is_looked_at() -> None:
    """Title, text, HTML and Markdown; what is found is told in order, and once."""
    for one in (post(title="V777"), post(html="<p>V777</p>"), post(text="V777"), post(markdown="V777")):
        assert in_post(one) == ["V777"]
    assert in_post(post(text="V777 A-0001 V777", html="<b>B-0001</b>")) == ["A-0001", "B-0001", "V777"]


@pytest.mark.parametrize(("name", "counts"), [("花", False), ("花子", False), ("佐藤花", True), ("佐藤花子", True)])
def test_a_customer_s_name_in_the_post(name: str, counts: bool) -> None:
    """From three letters on; a shorter one is a part of too many words."""
    one = Recipient(Customer("C-22", name, "s@x.example"), ())
    found = named(post(text=f"本日、{name}のサーバー"), [(one, EMPTY)])
    assert found == ([("公開ページ", f"the post names {name}")] if counts else [])


@pytest.mark.parametrize(
    "mail",
    [
        MailText("V777 について", "本文", ""),
        MailText("", "V777 について", ""),
        MailText("", "一\n\n二\n\nV777", ""),
        MailText("", "", "<p>V777</p>"),
        MailText("", "", "<p>一</p>\n<p>V777</p>"),
    ],
)
def test_every_part_of_a_mail_is_looked_at(mail: MailText) -> None:
    """Another's name in subject, text or HTML is found, in his own it belongs."""
    assert named(post(), [(FIRST, EMPTY), (SECOND, mail)]) == [("メール C-22", "names V777 of another customer")]
    assert named(post(), [(FIRST, mail), (SECOND, EMPTY)]) == []


def test_names_of_two_customers_are_of_both() -> None:
    """A server that both have is no stranger's in either's mail; all of a mail's are told in order."""
    both = of(SATO, ("ns1.aoba", "B-0001"))
    said = MailText("", "ns1.aoba V777 A-0001", "")
    found = [("メール C-22", f"names {name} of another customer") for name in ("A-0001", "V777")]
    assert named(post(), [(FIRST, EMPTY), (both, said)]) == found


@pytest.mark.parametrize("line", ["青葉商事 御中", "鈴木一郎 様"])
def test_a_line_that_addresses_another(line: str) -> None:
    """Any that is not this customer's own, wherever it stands; his own, and what only speaks of one, are none."""
    wrong = [("メール C-22", f"names {line} of another customer")]
    for text in (line, f"はじめに\n{line}\n本文", f"はじめに\n\n{line}"):
        assert named(post(), [(SECOND, MailText("", text, ""))]) == wrong
    assert named(post(), [(SECOND, MailText("", "佐藤花子 様\n\n御中 と 様 のこと\n皆様", ""))]) == []
