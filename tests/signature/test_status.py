"""What gpgv says, judged."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.signature import GpgvError, status
from feedbot.signature.status import Outcome

A, B = "A" * 40, "B" * 40
VALID = f"VALIDSIG {A} 2023-11-14 1700000000 0 4 0 22 8 01 {B}"


def judge(*lines: str, code: int = 0) -> status.Report:
    """Judge these lines."""
    return status.judge(code, "".join(f"[GNUPG:] {line}\n" for line in lines).encode())


def test_a_good_signature_is_read() -> None:
    """Everything VALIDSIG says."""
    report = judge("NEWSIG", "KEY_CONSIDERED x 0", "SIG_ID x", "GOODSIG x y", VALID)
    assert report == status.Report(Outcome.GOOD, A, B, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC), 8, 1)


def test_more_fields_and_other_classes_are_read() -> None:
    """The class is hexadecimal, and a newer gpgv may add words."""
    report = judge("NEWSIG", "GOODSIG x", VALID.replace(" 01 ", " 1f ") + " more words")
    assert (report.kind, report.primary) == (0x1F, B)


@pytest.mark.parametrize(
    ("lines", "code", "outcome"),
    [
        (("NEWSIG", "KEYEXPIRED 1", "EXPKEYSIG x", VALID), 0, Outcome.KEY_EXPIRED),
        (("NEWSIG", "KEYREVOKED", "REVKEYSIG x", VALID), 0, Outcome.KEY_REVOKED),
        (("NEWSIG", "REVKEYSIG x", VALID), 0, Outcome.KEY_REVOKED),
        (("NEWSIG", "EXPSIG x", VALID), 1, Outcome.SIGNATURE_EXPIRED),
        (("NEWSIG", "EXPSIG x", VALID), 0, Outcome.SIGNATURE_EXPIRED),
        (("NEWSIG", "BADSIG x"), 1, Outcome.BAD),
        (("NEWSIG", "ERRSIG x", "NO_PUBKEY x"), 2, Outcome.NO_KEY),
        (("NEWSIG", "ERRSIG x"), 2, Outcome.UNCHECKED),
    ],
)
def test_other_outcomes(lines: tuple[str, ...], code: int, outcome: Outcome) -> None:
    """Each story that gpgv tells."""
    assert judge(*lines, code=code).outcome is outcome


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((), 0),
        (("NEWSIG",), 0),
        (("GOODSIG x", VALID), 0),
        (("NEWSIG", "NEWSIG", "GOODSIG x", VALID), 0),
        (("NEWSIG", "GOODSIG x", VALID), 1),
        (("NEWSIG", "GOODSIG x", VALID), 2),
        (("NEWSIG", "EXPSIG x", VALID), 2),
        (("NEWSIG", "GOODSIG x"), 0),
        (("NEWSIG", "GOODSIG x", VALID, VALID), 0),
        (("NEWSIG", "GOODSIG x", "GOODSIG x", VALID), 0),
        (("NEWSIG", "GOODSIG x", VALID, "KEYREVOKED"), 0),
        (("NEWSIG", "EXPKEYSIG x", VALID, "KEYREVOKED"), 0),
        (("NEWSIG", "GOODSIG x", VALID, "NO_PUBKEY x"), 0),
        (("NEWSIG", "BADSIG x"), 0),
        (("NEWSIG", "BADSIG x", VALID), 1),
        (("NEWSIG", "ERRSIG x", "NO_PUBKEY x", VALID), 2),
        *(
            (("NEWSIG", "GOODSIG x", VALID, bad), 0)
            for bad in (
                "BADSIG x",
                "ERRSIG x",
                "EXPSIG x",
                "EXPKEYSIG x",
                "REVKEYSIG x",
                "NODATA 1",
                "UNEXPECTED 0",
                "FAILURE gpg-exit 1",
                "ERROR x 1",
                "BADARMOR",
                "PLAINTEXT 62 0",
            )
        ),
    ],
)
def test_contradictions_are_refused(lines: tuple[str, ...], code: int) -> None:
    """Two stories at once, or half of one."""
    with pytest.raises(GpgvError, match=rf"contradicts itself: .*, exit {code}$"):
        judge(*lines, code=code)


def test_a_contradiction_is_told_in_gpgvs_words() -> None:
    """The keywords alone, because user ids are an attacker's words, and no more than fit a line."""
    with pytest.raises(GpgvError, match=r"contradicts itself: NEWSIG BADSIG, exit 0$"):
        judge("NEWSIG", "BADSIG x y")
    with pytest.raises(GpgvError, match=r"contradicts itself: -, exit 2$"):
        judge(code=2)
    with pytest.raises(GpgvError, match=rf"contradicts itself: {'A' * 200}, exit 0$"):
        judge("A" * 300)


@pytest.mark.parametrize("field", [(0, ""), (3, "x"), (3, "9" * 30), (8, "x"), (9, "zz")])
def test_an_unreadable_validsig_is_refused(field: tuple[int, str]) -> None:
    """No field may be guessed."""
    words = VALID.split(" ")
    words[field[0]] = field[1]
    with pytest.raises(GpgvError):
        judge("NEWSIG", "GOODSIG x", " ".join(words))


def test_a_short_validsig_is_refused() -> None:
    """The primary's fingerprint must be there."""
    with pytest.raises(GpgvError, match="VALIDSIG"):
        judge("NEWSIG", "GOODSIG x", VALID.removesuffix(" " + B))


@pytest.mark.parametrize("said", [b"gpgv: ok\n", b"[GNUPG:] NEWSIG", b"[GNUPG:]NEWSIG\n", b"\n"])
def test_only_whole_status_lines(said: bytes) -> None:
    """Anything else on the pipe is no gpgv."""
    with pytest.raises(GpgvError, match=r"no status line|middle of a line"):
        status.judge(0, said)


@pytest.mark.parametrize("end", ["\u2028", "\x85", "\x0b", "\x0c", "\x1c", "\r"])
def test_user_ids_cannot_forge_a_line(end: str) -> None:
    """Lines end at LF alone."""
    with pytest.raises(GpgvError, match="contradicts"):
        judge("NEWSIG", f"GOODSIG x mallory{end}[GNUPG:] {VALID}")


@given(st.integers(0, 3), st.lists(st.sampled_from(["NEWSIG", "GOODSIG x", "BADSIG x", "ERRSIG x", "NODATA 1", VALID])))
def test_good_needs_the_whole_story(code: int, lines: list[str]) -> None:
    """Whatever is said in whatever order, GOOD comes of one NEWSIG, one GOODSIG, one VALIDSIG, exit 0 and no more."""
    try:
        good = judge(*lines, code=code).outcome is Outcome.GOOD
    except GpgvError:
        good = False
    assert good == (code == 0 and sorted(lines) == sorted(["NEWSIG", "GOODSIG x", VALID]))


@given(st.binary(max_size=200))
def test_nothing_but_gpgv_errors(said: bytes) -> None:
    """Any bytes are judged or refused."""
    for data in (said, b"[GNUPG:] " + said + b"\n"):
        try:
            status.judge(0, data)
        except GpgvError:
            continue
