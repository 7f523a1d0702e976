"""The clear-signed frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.signature import GrammarError, LimitError, MalformedError, RefusedError, clearsign

FRAME = (
    b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n%s\n"
    b"-----BEGIN PGP SIGNATURE-----\n\nxx\n-----END PGP SIGNATURE-----\n"
)

SEVEN = {"MD5", "SHA1", "RIPEMD160", "SHA224", "SHA256", "SHA384", "SHA512"}

signable = st.lists(
    st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t"), max_size=30), min_size=1
).map(lambda lines: "\n".join(lines).encode())


def escape(text: bytes) -> bytes:
    """Dash-escape as a signer does."""
    return b"\n".join(b"- " + line if line.startswith((b"-", b"From ")) else line for line in text.split(b"\n"))


@given(signable)
def test_parse_undoes_a_signers_frame(text: bytes) -> None:
    """Whatever is signed comes back, but for blanks at line ends, with LF and with CRLF."""
    expected = b"\n".join(line.rstrip(b" \t") for line in text.split(b"\n"))
    document = FRAME % escape(text)
    for data in (document, document.replace(b"\n", b"\r\n")):
        block = clearsign.parse(data)
        assert block.signed == expected
        assert block.block == data
        assert block.hashes == {"SHA256"}
        assert clearsign.cut(b"before\n" + data + b"after\n") == data


def test_a_block_without_end_is_cut_to_the_last_line() -> None:
    """The last line may lack its line end; what is missing is for `parse` to say."""
    begun = b"-----BEGIN PGP SIGNED MESSAGE-----\n\na\nb"
    assert clearsign.cut(b"-----END PGP SIGNATURE-----\n" + begun) == begun + b"\n"


@given(st.binary(max_size=300))
def test_nothing_but_our_errors(noise: bytes) -> None:
    """Any bytes, in any place of the frame, are parsed or refused, and always salvaged."""
    for data in (noise, FRAME % noise, FRAME.replace(b"Hash: SHA256", noise.replace(b"%", b"")) % b"x", noise + FRAME):
        clearsign.salvage(data)
        for take in (clearsign.parse, lambda whole: clearsign.parse(clearsign.cut(whole))):
            try:
                block = take(data)
            except (MalformedError, RefusedError):
                continue
            assert b"\x00" not in block.signed


@pytest.mark.parametrize(
    ("header", "hashes"),
    [
        (b"", set()),
        (b"Hash: MD5\n", {"MD5"}),
        (b"Hash: SHA1\nHash: SHA512\n", {"SHA1", "SHA512"}),
        (b"Hash: SHA256,SHA384, SHA224\n", {"SHA256", "SHA384", "SHA224"}),
        (b"Hash: RIPEMD160  \n", {"RIPEMD160"}),
        (b"Hash: " + ",".join(sorted(SEVEN)).encode() + b"\n", SEVEN),
    ],
)
def test_hash_headers(header: bytes, hashes: set[str]) -> None:
    """Any number of Hash headers, each with one name or more."""
    assert clearsign.parse(FRAME.replace(b"Hash: SHA256\n", header) % b"x").hashes == hashes


@pytest.mark.parametrize(
    "header", [b"hash: SHA256\n", b"Hash:SHA256\n", b"Hash: \n", b"Hash: sha256\n", b"Hash: SHA3\n", b" Hash: SHA256\n"]
)
def test_other_headers_are_refused(header: bytes) -> None:
    """What is nearly a Hash header is none."""
    with pytest.raises(GrammarError, match="line 2 is neither"):
        clearsign.parse(FRAME.replace(b"Hash: SHA256\n", header) % b"x")


@pytest.mark.parametrize("byte", [*range(9), 11, 12, *range(14, 27), *range(28, 32), 127])
def test_control_bytes_are_refused(byte: int) -> None:
    """Every control byte but TAB, LF, CRLF and an escape of ISO-2022-JP, with the line it stands on."""
    with pytest.raises(GrammarError, match=rf"line 5 holds a control byte \(0x{byte:02x}\)"):
        clearsign.parse(FRAME % b"ok\na%cb" % byte)


def test_the_line_is_counted_from_the_first_byte() -> None:
    """A line end in the very first byte counts."""
    with pytest.raises(GrammarError, match=r"line 2 holds a control byte \(0x0c\)"):
        clearsign.check_bytes(b"\n\x0cx")


@pytest.mark.parametrize("escape_", [b"\x1b$@", b"\x1b$B", b"\x1b(B", b"\x1b(J", b"\x1b(I"])
def test_escapes_of_iso_2022_jp_pass(escape_: bytes) -> None:
    """Its five escapes are text; half of one is not."""
    assert clearsign.parse(FRAME % escape_).signed == escape_
    with pytest.raises(GrammarError):
        clearsign.parse(FRAME % escape_[:2])


def test_limits_are_exact() -> None:
    """A line of 8,192 bytes and a text of 1 MiB pass, one byte more does not."""
    assert (clearsign.MAX_LINE, clearsign.MAX_BYTES) == (8192, 1_048_576)
    clearsign.check_bytes(b"x" * clearsign.MAX_LINE)
    clearsign.check_bytes(b"x\n" * (clearsign.MAX_BYTES // 2))
    for data in (b"ok\n" + b"x" * (clearsign.MAX_LINE + 1), b"x\n" * (clearsign.MAX_BYTES // 2) + b"x"):
        with pytest.raises(LimitError):
            clearsign.check_bytes(data)
    with pytest.raises(GrammarError):
        clearsign.cut(b"x\n" * (clearsign.MAX_BYTES // 2))
    with pytest.raises(LimitError):
        clearsign.cut(b"x\n" * (clearsign.MAX_BYTES // 2) + b"x")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "line 1 stands before"),
        (b"\n\nx\n" + FRAME, "line 3 stands before"),
        (FRAME + b"\nx", "line 10 stands after"),
        (
            b"-----BEGIN PGP SIGNED MESSAGE-----\n-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----",
            "empty line before",
        ),
        (b"-----BEGIN PGP SIGNED MESSAGE-----\n", "signature is missing"),
        (FRAME.replace(b"-----END PGP SIGNATURE-----", b""), "cut off"),
        (FRAME % b"ok\n-x", "line 5 starts with a dash"),
        (FRAME % b"-----BEGIN PGP PUBLIC KEY BLOCK-----", "line 4 starts with a dash"),
        (FRAME % b"-", "line 4 starts with a dash"),
    ],
)
def test_reasons_name_the_line(data: bytes, reason: str) -> None:
    """What is wrong is named, with the line."""
    with pytest.raises(GrammarError, match=reason):
        clearsign.parse(data)


def test_only_blanks_are_dropped_at_line_ends() -> None:
    """Not letters, and not what other alphabets call a blank."""
    assert clearsign.parse(FRAME % "aX\nb\u3000\nc\xa0 ".encode()).signed == "aX\nb\u3000\nc\xa0".encode()


@pytest.mark.parametrize("blank", [b" ", b"\t", b" \t "])
def test_blanks_after_armor_lines_are_allowed(blank: bytes) -> None:
    """RFC 9580, 6.2: white space may follow an armor line, nothing else."""
    data = FRAME.replace(b"-----\n", b"-----" + blank + b"\n") % b"x"
    assert clearsign.parse(data).signed == b"x"
    with pytest.raises(GrammarError):
        clearsign.parse(data.replace(b"-----" + blank, b"-----" + blank + b".", 1))


def test_salvage_takes_what_can_be_read() -> None:
    """A page that lost header, separator or signature still gives its text, and keeps the items of a list."""
    begin = b"-----BEGIN PGP SIGNED MESSAGE-----\n"
    assert clearsign.salvage(b"page\n" + begin + b"a\n- b\n- -c \n") == b"a\n- b\n-c\n"
    assert clearsign.salvage(begin + b"Hash: SHA1\nComment: x\n\na\n-----BEGIN PGP SIGNATURE-----\nb") == b"a"
    assert clearsign.salvage(begin + b"Hash: SHA1\n\na\n\nb") == b"a\n\nb"
    assert clearsign.salvage(b"> " + begin + b"\r\na\r\n") == b"a\n"
    assert clearsign.salvage(begin + b"X: y\n\na\n") == b"a\n"
    assert clearsign.salvage(begin + b"Hash: SHA1\n\nNote: a\nb") == b"Note: a\nb"
    assert clearsign.salvage(b"a\nb\nc") == b"a\nb\nc"
