"""From bytes to text."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.signature import ForbiddenError
from feedbot.signature.decoding import decode_signed, decode_unsigned

TEXT = "各位\n\n見本サーバーの脆弱性(CVE-2026-0001)について、注意を喚起します。\n"


def codec_letters() -> str:
    """Every letter that Python's own ISO-2022-JP knows and maps as cp932 does."""
    found = []
    for row in range(0x21, 0x75):
        for cell in range(0x21, 0x7F):
            raw = b"\x1b$B" + bytes((row, cell)) + b"\x1b(B"
            try:
                letter = raw.decode("iso2022_jp")
                if letter.encode("cp932").decode("cp932") == letter:
                    found.append(letter)
            except UnicodeError:
                continue
    return "".join(found)


LETTERS = codec_letters()


@given(st.lists(st.text(st.sampled_from(LETTERS + "ab 12"), max_size=20), max_size=5))
def test_iso_2022_jp_as_python_writes_it(lines: list[str]) -> None:
    """What Python's codec encodes comes back."""
    text = "\n".join(lines)
    assert decode_signed(text.encode("iso2022_jp")) == text


def test_every_letter_of_the_table_is_read() -> None:
    """Rows 1 to 84 but for a handful of signs that the two tables map differently."""
    assert len(LETTERS) > 6850
    assert decode_signed(LETTERS.encode("iso2022_jp")) == LETTERS


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\x1b$B-!-j|b\x1b(B", "①㈱髙"),
        (b"\x1b(I12\x1b(B", "ｱｲ"),
        (b"\x1b(Jx\\\x1b(B", "x\\"),
        (b"\x1b$@\x30\x21\x1b(B\r\n", "亜\r\n"),
        (b"\x1b$B0!\nplain\n", "亜\nplain\n"),
        (b"\x1b$B0!\r\nplain", "亜\r\nplain"),
    ],
)
def test_iso_2022_jp_as_mailers_write_it(raw: bytes, text: str) -> None:
    """Vendor letters, half-width kana, JIS-Roman, the old table, and lines that forget to return to ASCII."""
    assert decode_signed(raw) == text


@pytest.mark.parametrize(
    "raw",
    [
        b"\x1b$B0\x1b(B",
        b"\x1b$B0 \x1b(B",
        b"\x1b$B2 \x1b(B",
        b"\x1b$B1\x7f\x1b(B",
        b"\x1b$B\x7f!\x1b(B",
        b"\x1b$B~~\x1b(B",
        "亜".encode() + b"\x1b(B",
        b"\x1b(B\xe4",
        "亜".encode("cp932"),
        b"\xff",
    ],
)
def test_what_is_neither_is_refused(raw: bytes) -> None:
    """Half a letter, an empty place of the table, mixed encodings."""
    with pytest.raises(ForbiddenError, match="neither UTF-8 nor ISO-2022-JP"):
        decode_signed(raw)
    assert decode_unsigned(raw)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso2022_jp", "euc_jp", "cp932"])
def test_unsigned_japanese_is_recognised(encoding: str) -> None:
    """By its bytes."""
    assert decode_unsigned(TEXT.encode(encoding)) == TEXT


@given(st.binary(max_size=100))
def test_any_bytes_can_be_shown(raw: bytes) -> None:
    """Showing never fails, and a signed text is decoded or refused."""
    assert isinstance(decode_unsigned(raw), str)
    with contextlib.suppress(ForbiddenError):
        decode_signed(raw)
