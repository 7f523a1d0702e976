"""Mails as bytes: what is read back is what was given, and nothing else is in it."""

import email
import email.header
import email.policy
import email.utils
import re
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.delivery import Outgoing, message, signed
from feedbot.errors import DeliveryError
from feedbot.inventory import Customer
from feedbot.notice import MailText, Provider, Recipient
from feedbot.signature import Detached, Signer, SigningError, VerifiedText, verify_detached
from tests.providerkey import KeyHome, key_home

GOLDEN = Path(__file__).parent / "golden"
DATE = datetime(2026, 4, 1, 18, tzinfo=timezone(timedelta(hours=9)))
PROVIDER = Provider(
    "青空ホスティング", "青空VPS", "notice@aozora.example", "support@aozora.example", "https://aozora.example"
)
CUSTOMER = Customer("C001", "株式会社みほん", "ops@mihon.example", organisation=True)
MAIL = MailText(
    "【重要】【青空VPS】ntpd に関する注意喚起", "株式会社みほん 御中\n\n本文です。\n", "<p>本文です。</p>\n"
)
HEADERS = [
    "Date",
    "From",
    "To",
    "Subject",
    "Message-ID",
    "Reply-To",
    "List-Id",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
]


def compose(
    mail: MailText = MAIL, customer: Customer = CUSTOMER, provider: Provider = PROVIDER, **more: Any
) -> Outgoing:
    """Compose with what every test has in common."""
    given_ = {"key": "INFO-2026-0001/1/C001/smtp", "secret": b"secret", "date": DATE, **more}
    return message(mail, provider=provider, recipient=Recipient(customer, ()), **given_)


def parsed(outgoing: Outgoing) -> EmailMessage:
    """Read the message as another program does."""
    found = email.message_from_bytes(outgoing.content, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def body(outgoing: Outgoing, subtype: str) -> str:
    """The text of one part."""
    part = parsed(outgoing).get_body((subtype,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("encoding", ["utf-8", "iso-2022-jp"])
def test_the_bytes_are_those_that_were_looked_at(encoding: str) -> None:
    """The whole message, byte for byte, as a person has read it once."""
    content = compose(customer=replace(CUSTOMER, encoding=encoding), in_reply_to="<first@aozora.example>").content
    assert content == (GOLDEN / f"mail-{encoding}.eml").read_bytes()


def test_a_mail_reads_as_it_was_written() -> None:
    """Headers, both parts and the envelope."""
    outgoing = compose(in_reply_to="<first@aozora.example>", draft=7)
    found = parsed(outgoing)
    assert found["Subject"] == MAIL.subject
    assert found["From"] == "青空ホスティング <notice@aozora.example>"
    assert found["To"] == outgoing.recipient == "ops@mihon.example"
    assert found["Date"].datetime == DATE
    assert found["Reply-To"] == "support@aozora.example"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["List-Id"] == "<notice.aozora.example>"
    assert found["In-Reply-To"] == found["References"] == "<first@aozora.example>"
    assert found["Message-ID"] == outgoing.message_id
    assert found.get_content_type() == "multipart/alternative"
    assert (body(outgoing, "plain"), body(outgoing, "html")) == (MAIL.text, MAIL.html)
    assert (outgoing.draft, outgoing.channel, outgoing.customer) == (7, "smtp", "C001")
    assert not found.defects


def test_a_mail_without_html_has_one_part() -> None:
    """Text alone is text/plain."""
    outgoing = compose(replace(MAIL, html=""))
    assert parsed(outgoing).get_content_type() == "text/plain"
    assert body(outgoing, "plain") == MAIL.text


def test_the_same_input_gives_the_same_bytes() -> None:
    """Nothing random: a second try sends what the first one did."""
    assert compose() == compose()


def test_the_message_id_comes_of_key_and_secret() -> None:
    """Another key or another installation gives another one, in the sender's domain."""
    identifiers = {compose().message_id, compose(key="k2").message_id, compose(secret=b"other").message_id}
    assert len(identifiers) == 3
    assert all(identifier.endswith("@aozora.example>") for identifier in identifiers)


def test_a_contact_that_is_no_address_leaves_the_sender() -> None:
    """Where replies go must be an address."""
    outgoing = compose(provider=replace(PROVIDER, contact="サポート窓口 03-0000-0000"))
    assert parsed(outgoing)["Reply-To"] == "notice@aozora.example"


@pytest.mark.parametrize("name", ["Aozora, Inc.", "Evil <evil@a.example>", '"', "a\\", "(c)", "", "A" * 300, " a  b "])
def test_a_sender_has_one_address_whatever_his_name_is(name: str) -> None:
    """Commas, angles and quotes in the company's name make no second address."""
    found = email.message_from_bytes(compose(provider=replace(PROVIDER, name=name)).content)
    ((shown, address),) = email.utils.getaddresses([found["From"].replace("\r\n", "")])
    assert address == "notice@aozora.example"
    assert str(email.header.make_header(email.header.decode_header(shown))) == name


@pytest.mark.parametrize(
    "subject",
    [
        "件名\r\nBcc: evil@a.example",
        "件名\nBcc: evil@a.example",
        "件名\r",
        "\u2028件名",
        "a\0b",
        "\x85",
        "=?utf-8?B?DQpCY2M6IGV2aWxAYS5leGFtcGxl?=",
        "お知らせ =?iso-8859-1?Q?=0ABcc=3A_evil=40a.example?=",
        "\ud800",
    ],
)
def test_a_subject_that_is_or_decodes_to_a_line_end_is_refused(subject: str) -> None:
    """No way to write CR LF into a subject leads to a message."""
    with pytest.raises(DeliveryError, match="control character") as caught:
        compose(replace(MAIL, subject=subject))
    assert caught.value.permanent
    with pytest.raises(DeliveryError, match="control character"):
        compose(provider=replace(PROVIDER, name=subject))


def test_a_subject_that_looks_encoded_is_shown_as_it_was_given() -> None:
    """Harmless encoded words in a title stay what the operator wrote."""
    outgoing = compose(replace(MAIL, subject="=?utf-8?B?QUJD?= の書き方"))
    assert parsed(outgoing)["Subject"] == "=?utf-8?B?QUJD?= の書き方"


@pytest.mark.parametrize(
    "subject",
    [
        "=?x-unknown?b?QQ==?=",
        "=?utf-8?b?/w==?=",
        "=?utf-8?b?Q?= is broken",
        "=?utf-8?q?half",
        "A =?",
        "?=",
        "=?utf-8?q?=41?= =?utf-8?q?=42?=",
    ],
)
def test_what_looks_encoded_and_is_not_stays_as_it_is(subject: str) -> None:
    """In the subject and in the sender's name; neither reads otherwise, nor stops the mail."""
    outgoing = compose(replace(MAIL, subject=subject), provider=replace(PROVIDER, name=subject))
    found = email.message_from_bytes(outgoing.content)
    shown = [
        str(email.header.make_header(email.header.decode_header(found[name].replace("\r\n", ""))))
        for name in ("Subject", "From")
    ]
    assert shown == [subject, f"{subject} <notice@aozora.example>"]


@pytest.mark.parametrize(("length", "encoded"), [(1, False), (62, False), (63, True)])
def test_a_short_ascii_subject_is_written_as_it_is(length: int, encoded: bool) -> None:
    """With its name it stays under 76 characters; a longer one is folded in encoded words."""
    subject = ("ntpd 4.2.8 is affected by CVE-2026-0001 and should be updated now" * 2)[: length - 1] + "!"
    outgoing = compose(replace(MAIL, subject=subject))
    assert (f"\r\nSubject: {subject}\r\n".encode() in outgoing.content) != encoded
    assert parsed(outgoing)["Subject"] == subject


@pytest.mark.parametrize(
    ("name", "encoded"), [("A" * 60, False), ("A" * 61, True), ("Aozora VPS", False), ("Aozora, VPS", True)]
)
def test_a_plain_name_of_a_sender_is_written_as_it_is(name: str, encoded: bool) -> None:
    """Of atoms, 60 characters at most."""
    content = compose(provider=replace(PROVIDER, name=name)).content
    assert (f"\r\nFrom: {name}\r\n <notice@aozora.example>\r\n".encode() in content) != encoded


def test_encoded_words_hold_whole_characters_of_60_columns() -> None:
    """RFC 2047 allows 75; no character is cut in two."""
    content = compose(replace(MAIL, subject="脆" * 13)).content
    words = [b64encode(("脆" * count).encode()).decode() for count in (12, 1)]
    wire = "\r\n ".join(f"=?utf-8?b?{word}?=" for word in words)
    assert f"\r\nSubject: {wire}\r\n".encode() in content


def test_an_address_has_254_characters_at_most() -> None:
    """RFC 5321; a Message-ID too."""
    address = "a" * (254 - len("@b.example")) + "@b.example"
    assert compose(customer=replace(CUSTOMER, email=address)).recipient == address
    with pytest.raises(DeliveryError, match="plain mail address") as caught:
        compose(customer=replace(CUSTOMER, email="a" + address))
    assert caught.value.permanent
    first = f"<{address[2:]}>"
    assert parsed(compose(in_reply_to=first))["References"] == first
    with pytest.raises(DeliveryError, match="Message-ID") as caught:
        compose(in_reply_to=f"<{address[1:]}>")
    assert caught.value.permanent


@pytest.mark.parametrize(("length", "encoding"), [(998, "7bit"), (999, "base64")])
def test_a_line_of_998_bytes_goes_as_it_is(length: int, encoding: str) -> None:
    """RFC 5322: not counting its end."""
    outgoing = compose(MailText("s", "a" * length, ""), replace(CUSTOMER, encoding="iso-2022-jp"))
    assert parsed(outgoing)["Content-Transfer-Encoding"] == encoding
    assert body(outgoing, "plain") == "a" * length + "\n"


def test_a_provider_says_where_answers_go_and_what_the_list_is() -> None:
    """As configured, where it is; an address that is none is an error, not another address."""
    found = parsed(
        compose(provider=replace(PROVIDER, reply_to="desk@aozora.example", list_id="security.aozora.example"))
    )
    assert (found["Reply-To"], found["List-Id"]) == ("desk@aozora.example", "<security.aozora.example>")
    with pytest.raises(DeliveryError, match="plain mail address"):
        compose(provider=replace(PROVIDER, reply_to="desk"))


@pytest.mark.parametrize(
    ("list_id", "words"), [("=?utf-8?q?a?=.example", "do not read back"), ("a" * 990, "too long or not ASCII")]
)
def test_a_head_that_would_read_otherwise_never_leaves(list_id: str, words: str) -> None:
    """The message is read once more as a stranger would, whatever made the header."""
    with pytest.raises(DeliveryError, match=words) as caught:
        compose(provider=replace(PROVIDER, list_id=list_id))
    assert caught.value.permanent
    assert parsed(compose(provider=replace(PROVIDER, list_id="a" * 987)))["List-Id"] == f"<{'a' * 987}>"


@pytest.mark.parametrize(
    "wrong",
    [
        {"customer": replace(CUSTOMER, encoding="utf-7")},
        {"customer": replace(CUSTOMER, encoding="iso-2022-jp"), "mail": replace(MAIL, text="髙")},
        {"mail": replace(MAIL, html="\0")},
    ],
)
def test_what_cannot_be_written_is_refused_for_good(wrong: dict[str, Any]) -> None:
    """Another try would say the same; the error names the message."""
    with pytest.raises(DeliveryError, match="INFO-2026-0001/1/C001/smtp") as caught:
        compose(**wrong)
    assert caught.value.permanent


@pytest.mark.parametrize("address", ["a..b@mobile.example", "a.b.@mobile.example", "root@localhost"])
def test_addresses_that_are_in_use_are_written(address: str) -> None:
    """What carriers gave out against the standard, and a host without a dot, are addresses all the same."""
    assert compose(customer=replace(CUSTOMER, email=address)).recipient == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ops",
        "a@b.example, c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "Ops <a@b.example>",
        '"a b"@c.example',
        "a@b.example ",
        "a@b..example",
        "日本@a.example",
        "a@日本.example",
        "a" * 250 + "@b.example",
        "a@b.example\n",
    ],
)
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    """In the recipient and in the sender."""
    with pytest.raises(DeliveryError, match="plain mail address"):
        compose(customer=replace(CUSTOMER, email=address))
    with pytest.raises(DeliveryError, match="plain mail address"):
        compose(provider=replace(PROVIDER, from_address=address))


@pytest.mark.parametrize("identifier", ["first@a.example", "<a@b>\r\nBcc: <c@d>", "<a b@c>", "<" + "a" * 300 + "@b>"])
def test_what_is_no_message_id_is_refused(identifier: str) -> None:
    """A thread is held together by identifiers only."""
    with pytest.raises(DeliveryError, match="Message-ID"):
        compose(in_reply_to=identifier)


def test_a_body_ends_its_lines_in_crlf_and_stays_whole() -> None:
    """LF, CR LF and CR in a text become line ends, and a lone dot is a line like any other."""
    outgoing = compose(MailText("s", "a\r\nb\rc\n.\n.\n", ""), replace(CUSTOMER, encoding="iso-2022-jp"))
    assert outgoing.content.endswith(b"\r\n\r\na\r\nb\r\nc\r\n.\r\n.\r\n")


def test_control_characters_in_a_body_are_refused() -> None:
    """An escape of the text's own could hide markup in ISO-2022-JP."""
    for text in ("a\x1b$Bb", "\0", "\x0c"):
        with pytest.raises(DeliveryError, match="control character"):
            compose(replace(MAIL, text=text))


def test_iso_2022_jp_is_sent_as_its_readers_expect() -> None:
    """7bit, its own charset in header and parts, and the characters of cp932 keyboards."""
    outgoing = compose(
        MailText("９～１７時－確認", "10～20 台\n", "<p>～</p>"), replace(CUSTOMER, encoding="ISO-2022-JP")
    )
    assert b"Subject: =?iso-2022-jp?b?" in outgoing.content
    assert outgoing.content.count(b'charset="iso-2022-jp"\r\nContent-Transfer-Encoding: 7bit\r\n') == 2
    assert parsed(outgoing)["Subject"] == "９〜１７時−確認"
    assert body(outgoing, "plain") == "10〜20 台\n"


def test_what_iso_2022_jp_cannot_write_is_named() -> None:
    """A hold with the character, not a question mark in the customer's mail."""
    with pytest.raises(DeliveryError) as caught:
        compose(replace(MAIL, text="担当: 髙橋"), replace(CUSTOMER, encoding="iso-2022-jp"))
    assert "髙 cannot be written in iso-2022-jp" in str(caught.value)
    with pytest.raises(DeliveryError, match="① cannot be written"):
        compose(replace(MAIL, subject="手順①"), replace(CUSTOMER, encoding="iso-2022-jp"))


def test_an_unknown_encoding_is_refused() -> None:
    """Only the two that are tested are written."""
    with pytest.raises(DeliveryError, match="unknown encoding utf-7"):
        compose(customer=replace(CUSTOMER, encoding="utf-7"))


def test_a_line_too_long_for_7bit_goes_as_base64() -> None:
    """No line of the message is over 998 bytes."""
    outgoing = compose(replace(MAIL, text="長い行" * 400), replace(CUSTOMER, encoding="iso-2022-jp"))
    assert body(outgoing, "plain") == "長い行" * 400 + "\n"
    assert max(map(len, outgoing.content.split(b"\r\n"))) <= 998


LINE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=120)
TEXT = st.lists(LINE, max_size=6).map("\n".join)


@settings(max_examples=150)
@given(LINE.filter(lambda text: "=?" not in text), LINE.filter(lambda text: "=?" not in text), TEXT, TEXT)
def test_whatever_is_written_is_read_back_and_nothing_is_added(subject: str, name: str, text: str, html: str) -> None:
    """Any subject, any name, any text: the list of headers is ours, and every value is the given one."""
    mail = MailText(subject, text, html)
    outgoing = compose(mail, provider=replace(PROVIDER, name=name))
    found = email.message_from_bytes(outgoing.content)
    many = found.is_multipart()
    assert found.keys() == HEADERS + ([] if many else ["Content-Transfer-Encoding"])
    assert str(email.header.make_header(email.header.decode_header(found["Subject"].replace("\r\n", "")))) == subject
    parts = [str(part.get_payload(decode=True), "utf-8") for part in (found.get_payload() if many else [found])]
    written = [part.replace("\r\n", "\n").removesuffix("\n") for part in parts]
    assert written == [one.removesuffix("\n") for one in (text, html)[: len(parts)]]
    assert outgoing.content.isascii()
    assert b"\n" not in outgoing.content.replace(b"\r\n", b"")
    assert b"\r" not in outgoing.content.replace(b"\r\n", b"")
    assert max(map(len, outgoing.content.split(b"\r\n"))) <= 78


@settings(max_examples=150)
@given(st.text(), st.text(), st.text(), st.sampled_from(["utf-8", "iso-2022-jp"]))
def test_a_foreign_header_never_comes_in(subject: str, name: str, text: str, encoding: str) -> None:
    """Whatever is given, hostile or not: an error, or our list of headers."""
    try:
        outgoing = compose(
            MailText(subject, text, text),
            replace(CUSTOMER, encoding=encoding),
            replace(PROVIDER, name=name),
        )
    except DeliveryError:
        return
    found = email.message_from_bytes(outgoing.content)
    assert found.keys() in (HEADERS, [*HEADERS, "Content-Transfer-Encoding"])


def test_utc_dates_are_dates_too() -> None:
    """The date is written in the zone it came in."""
    assert b"Date: Wed, 01 Apr 2026 09:00:00 +0000\r\n" in compose(date=DATE.astimezone(UTC)).content


@pytest.fixture(scope="module")
def provider_key() -> Iterator[tuple[KeyHome, str]]:
    """The provider's key, in a home of its own."""
    with key_home() as home:
        yield home, home.key("notice")


def taken_apart(content: bytes) -> tuple[bytes, bytes]:
    """Cut a multipart/signed message into the bytes that were signed and the signature, by RFC 2046 alone."""
    found = re.search(rb'^Content-Type: multipart/signed;(?:\r\n .*?)*boundary="([^"]+)"', content, re.MULTILINE)
    assert found is not None
    _, part, signature, end = content.split(b"--" + found[1])
    assert end == b"--\r\n"
    return part.removeprefix(b"\r\n").removesuffix(b"\r\n"), signature.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")


@pytest.mark.parametrize("encoding", ["utf-8", "iso-2022-jp"])
@pytest.mark.parametrize("html", ["", MAIL.html])
def test_a_signed_mail_verifies_and_reads_as_before(
    provider_key: tuple[KeyHome, str], encoding: str, html: str, tmp_path: Path
) -> None:
    """gpg and our own verifier take the parts as they stand in the message; its words and headers are the same."""
    home, key = provider_key
    mail = replace(MAIL, text=MAIL.text + "From here on\nblank at the end \n.\n-- \n見本\n\n\n", html=html)
    plain = compose(mail, replace(CUSTOMER, encoding=encoding), in_reply_to="<first@aozora.example>", draft=7)
    outgoing = signed(plain, Signer(home.home, key).detached)

    found = parsed(outgoing)
    assert found.get_content_type() == "multipart/signed"
    assert found.get_param("protocol") == "application/pgp-signature"
    assert found.get_param("micalg") == "pgp-sha256"
    first, second = found.iter_parts()
    assert first.get_content_type() == ("multipart/alternative" if html else "text/plain")
    assert second.get_content_type() == "application/pgp-signature"
    assert not found.defects
    assert (body(outgoing, "plain"), html and body(outgoing, "html")) == (body(plain, "plain"), html)
    kept = [(name, value) for name, value in parsed(plain).items() if not name.startswith("Content-")]
    assert [(name, value) for name, value in found.items() if name != "Content-Type"] == kept
    assert replace(outgoing, content=b"") == replace(plain, content=b"")

    data, armor = taken_apart(outgoing.content)
    assert data in plain.content
    (tmp_path / "data").write_bytes(data)
    (tmp_path / "sig").write_bytes(armor)
    home.gpg("--verify", str(tmp_path / "sig"), str(tmp_path / "data"))
    seen = {"keyring": home.keyring(key), "pins": (key,), "now": datetime(2099, 1, 1, tzinfo=UTC)}
    assert isinstance(verify_detached(data, armor, **seen), VerifiedText)
    (tmp_path / "data").write_bytes(data.replace(b"\r\n", b"\n"))
    with pytest.raises(subprocess.CalledProcessError):
        home.gpg("--verify", str(tmp_path / "sig"), str(tmp_path / "data"))


def stand_in(data: bytes) -> Detached:
    """A signature without a key: the digest of what was signed."""
    lines = [
        b"-----BEGIN PGP SIGNATURE-----",
        b"",
        sha256(data).hexdigest().encode(),
        b"-----END PGP SIGNATURE-----",
        b"",
    ]
    return Detached(b"\n".join(lines), "pgp-sha512")


def test_the_bytes_of_a_signed_mail_are_those_that_were_looked_at() -> None:
    """The whole message, byte for byte, as a person has read it once; and the same a second time."""
    made = signed(compose(), stand_in)
    assert made.content == (GOLDEN / "mail-signed.eml").read_bytes()
    assert made == signed(compose(), stand_in)


@settings(max_examples=100)
@given(TEXT, TEXT, st.sampled_from(["utf-8", "iso-2022-jp"]))
def test_what_is_signed_survives_the_way(text: str, html: str, encoding: str) -> None:
    """7bit lines that no relay has a reason to change, and the signed bytes are found between the boundaries."""
    try:
        plain = compose(MailText("s", text, html), replace(CUSTOMER, encoding=encoding))
    except DeliveryError:
        return
    outgoing = signed(plain, stand_in)
    data, armor = taken_apart(outgoing.content)
    assert stand_in(data).armor == armor.replace(b"\r\n", b"\n")
    assert plain.content.endswith(data)
    for line in data.split(b"\r\n"):
        assert line.isascii()
        assert not line.startswith(b"From ")
        assert not line.endswith((b" ", b"\t"))
        assert not set(line) & set(b"\r\n")
    assert parsed(outgoing).keys() == HEADERS


def test_a_line_that_would_be_changed_on_its_way_goes_as_base64() -> None:
    """`From ` and blanks at the end of a line (RFC 3156, section 3), in the parts that would go as 7bit."""
    for line in ("From me", "blank ", "tab\t"):
        content = compose(MailText("s", f"a\n{line}\nb\n", ""), replace(CUSTOMER, encoding="iso-2022-jp")).content
        assert b"Content-Transfer-Encoding: base64" in content
    kept = compose(MailText("s", "a From me\n> From\n\nb\n", ""), replace(CUSTOMER, encoding="iso-2022-jp"))
    assert b"Content-Transfer-Encoding: 7bit" in kept.content


def test_a_failing_signer_gives_no_message() -> None:
    """Its error comes out as it is."""

    def fails(data: bytes) -> Detached:
        raise SigningError("key", "gpg or gpg-agent did not answer in time")

    with pytest.raises(SigningError, match="in time"):
        signed(compose(), fails)


def test_a_signature_that_is_not_ascii_gives_no_message() -> None:
    """A relay would change it on the way."""
    with pytest.raises(DeliveryError, match="too long or not ASCII"):
        signed(compose(), lambda _: Detached(b"\xff\n", "pgp-sha256"))


def test_a_control_character_is_named_by_its_number() -> None:
    """It cannot be shown; a message of no draft has the number 0."""
    with pytest.raises(DeliveryError, match=r"character U\+001B"):
        compose(replace(MAIL, text="a\x1bb"))
    assert compose().draft == 0
