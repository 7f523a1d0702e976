"""What a checked signature is worth."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.advisory import Verdict
from feedbot.signature import Key, expiring, policy
from feedbot.signature._keys import ends
from feedbot.signature.packets import SignaturePacket
from feedbot.signature.policy import Terms, claimed_number, decide
from feedbot.signature.status import Outcome, Report

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DAY = timedelta(days=1)
SIGNED = NOW - 100 * DAY
PRIMARY, SUB = "A" * 40, "B" * 40
KEY = Key(PRIMARY, PRIMARY, NOW - 1000 * DAY, None, False, 22, 255)
SUBKEY = replace(KEY, fingerprint=SUB, created=NOW - 500 * DAY)
PACKET = SignaturePacket(b"", 4, 1, 8, SIGNED)
GOOD = Report(Outcome.GOOD, SUB, PRIMARY, SIGNED, 8, 1)


def judge(
    report: Report = GOOD,
    packet: SignaturePacket = PACKET,
    *,
    key: Key = KEY,
    subkey: Key = SUBKEY,
    pins: tuple[str, ...] = (PRIMARY,),
    at: datetime | None = None,
    old_header: bool = False,
) -> Verdict:
    """Judge one signature by the subkey."""
    terms = Terms((key, subkey), frozenset(pins), NOW, at=at)
    return decide(report, packet, terms, old_header=old_header).verdict


def signed(when: datetime) -> tuple[Report, SignaturePacket]:
    """The good signature, made at another time."""
    return replace(GOOD, created=when), replace(PACKET, created=when)


def test_a_good_signature_is_verified() -> None:
    """Nothing speaks against it; and no pin means that nobody is trusted."""
    assert judge() is Verdict.VERIFIED
    assert judge(pins=()) is Verdict.WRONG_SIGNER
    assert judge(pins=(SUB,)) is Verdict.WRONG_SIGNER
    assert judge(pins=("C" * 40,)) is Verdict.WRONG_SIGNER


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"report": Report(Outcome.BAD)}, Verdict.BAD),
        ({"report": Report(Outcome.BAD), "old_header": True}, Verdict.BAD),
        ({"report": Report(Outcome.NO_KEY)}, Verdict.UNKNOWN_KEY),
        ({"report": Report(Outcome.UNCHECKED)}, Verdict.REFUSED),
        ({"report": replace(GOOD, outcome=Outcome.KEY_REVOKED)}, Verdict.REFUSED),
        ({"report": replace(GOOD, outcome=Outcome.SIGNATURE_EXPIRED)}, Verdict.REFUSED),
        ({"report": replace(GOOD, outcome=Outcome.KEY_EXPIRED)}, Verdict.REFUSED),
        ({"report": replace(GOOD, created=SIGNED + DAY)}, Verdict.REFUSED),
        ({"report": replace(GOOD, digest=10)}, Verdict.REFUSED),
        ({"report": replace(GOOD, kind=0)}, Verdict.REFUSED),
        ({"report": replace(GOOD, fingerprint="C" * 40)}, Verdict.REFUSED),
        ({"report": replace(GOOD, fingerprint=PRIMARY, primary=SUB)}, Verdict.REFUSED),
        ({"old_header": True}, Verdict.LEGACY_UNVERIFIABLE),
        ({"old_header": True, "report": Report(Outcome.NO_KEY)}, Verdict.LEGACY_UNVERIFIABLE),
        ({"packet": replace(PACKET, digest=2)}, Verdict.LEGACY_UNVERIFIABLE),
        ({"packet": replace(PACKET, version=3)}, Verdict.LEGACY_UNVERIFIABLE),
        ({"packet": replace(PACKET, digest=12), "report": replace(GOOD, digest=12)}, Verdict.REFUSED),
        ({"key": replace(KEY, revoked=True)}, Verdict.REFUSED),
        ({"subkey": replace(SUBKEY, revoked=True)}, Verdict.REFUSED),
        ({"key": replace(KEY, algorithm=1, bits=2047)}, Verdict.REFUSED),
        ({"key": replace(KEY, algorithm=1, bits=2048)}, Verdict.VERIFIED),
        ({"key": replace(KEY, algorithm=3, bits=2048)}, Verdict.VERIFIED),
        ({"key": replace(KEY, algorithm=27, bits=256)}, Verdict.VERIFIED),
        ({"key": replace(KEY, algorithm=19, bits=254)}, Verdict.REFUSED),
        ({"subkey": replace(SUBKEY, algorithm=17, bits=3072)}, Verdict.REFUSED),
        ({"subkey": replace(SUBKEY, algorithm=19, bits=224)}, Verdict.REFUSED),
        ({"subkey": replace(SUBKEY, algorithm=19, bits=256)}, Verdict.VERIFIED),
    ],
)
def test_each_rule(change: dict[str, object], verdict: Verdict) -> None:
    """One thing is changed in a good signature."""
    assert judge(**change) is verdict  # type: ignore[arg-type]  # the table is checked by running it


@pytest.mark.parametrize("digest", [8, 9, 10, 11])
def test_each_modern_digest_is_taken(digest: int) -> None:
    """SHA-256, SHA-384, SHA-512 and SHA-224."""
    assert judge(replace(GOOD, digest=digest), replace(PACKET, digest=digest)) is Verdict.VERIFIED


@pytest.mark.parametrize("change", [{"revoked": True}, {"algorithm": 1, "bits": 1024}, {"expires": SIGNED - DAY}])
def test_another_key_of_the_keyring_has_no_say(change: dict[str, object]) -> None:
    """A revoked, weak or expired key beside the signer's changes nothing."""
    other = replace(KEY, fingerprint="C" * 40, primary="C" * 40, **change)
    terms = Terms((other, KEY, SUBKEY), frozenset({PRIMARY}), NOW)
    assert decide(GOOD, PACKET, terms).verdict is Verdict.VERIFIED


def test_no_fingerprint_is_said_where_none_was_proven() -> None:
    """None, and not an empty text."""
    found = decide(Report(Outcome.NO_KEY), PACKET, Terms((), frozenset(), NOW))
    assert (found.fingerprint, found.primary_fingerprint) == (None, None)


def test_what_gpgv_could_not_check_is_said_so() -> None:
    """Not taken for another fault."""
    terms = Terms((KEY, SUBKEY), frozenset({PRIMARY}), NOW)
    assert "could not check" in decide(Report(Outcome.UNCHECKED), PACKET, terms).reason


def test_times_are_exact_to_the_second() -> None:
    """One day of slack for clocks; not before the key, not at or after its end."""
    second = timedelta(seconds=1)
    assert judge(*signed(NOW + DAY)) is Verdict.VERIFIED
    assert judge(*signed(NOW + DAY + second)) is Verdict.REFUSED
    assert judge(*signed(SUBKEY.created)) is Verdict.VERIFIED
    assert judge(*signed(SUBKEY.created - second)) is Verdict.REFUSED
    for ending in ({"key": replace(KEY, expires=SIGNED)}, {"subkey": replace(SUBKEY, expires=SIGNED)}):
        assert judge(**ending) is Verdict.REFUSED
        assert judge(*signed(SIGNED - second), **ending) is Verdict.EXPIRED_KEY


def test_expired_since_is_its_own_verdict() -> None:
    """Judged by `now`, whatever the clock that gpgv reads."""
    for outcome in (Outcome.GOOD, Outcome.KEY_EXPIRED):
        report = replace(GOOD, outcome=outcome)
        assert judge(report, key=replace(KEY, expires=NOW)) is Verdict.EXPIRED_KEY
        assert judge(report, key=replace(KEY, expires=NOW + DAY)) is Verdict.VERIFIED


def test_at_judges_as_of_a_time() -> None:
    """From the signing time to before the key's end; it lifts no other rule."""
    key = replace(KEY, expires=SIGNED + 10 * DAY)
    assert judge(key=key) is Verdict.EXPIRED_KEY
    assert judge(key=key, at=SIGNED) is Verdict.VERIFIED
    assert judge(key=key, at=SIGNED - timedelta(seconds=1)) is Verdict.REFUSED
    assert judge(key=key, at=SIGNED + 10 * DAY - timedelta(seconds=1)) is Verdict.VERIFIED
    assert judge(key=key, at=SIGNED + 10 * DAY) is Verdict.EXPIRED_KEY
    assert judge(key=replace(key, revoked=True), at=SIGNED) is Verdict.REFUSED
    assert judge(key=key, at=SIGNED, pins=()) is Verdict.WRONG_SIGNER
    assert judge(key=key, at=SIGNED, old_header=True) is Verdict.LEGACY_UNVERIFIABLE


def test_as_of_is_said_only_where_it_holds() -> None:
    """A verdict that did not need the time does not carry it."""
    terms = Terms((KEY, SUBKEY), frozenset({PRIMARY}), NOW, at=SIGNED)
    assert decide(GOOD, PACKET, terms).as_of == SIGNED
    assert decide(GOOD, PACKET, replace(terms, at=None)).as_of is None
    assert decide(Report(Outcome.BAD), PACKET, terms).as_of is None


def test_a_version_3_signature_is_named() -> None:
    """The reason says what is old: the digest, else the packet, else the header."""
    terms = Terms((KEY, SUBKEY), frozenset({PRIMARY}), NOW)
    assert "digest V3 is too old" in decide(GOOD, replace(PACKET, version=3), terms).reason
    assert "SHA1 is too old" in decide(GOOD, replace(PACKET, version=3, digest=2), terms).reason
    assert "digest MD5 is too old" in decide(GOOD, PACKET, terms, old_header=True).reason


@given(st.sampled_from(list(Outcome)), st.integers(0, 12), st.booleans(), st.booleans(), st.integers(-2000, 2000))
def test_verified_needs_everything(outcome: Outcome, digest: int, pinned: bool, old: bool, days: int) -> None:
    """No mix of inputs is verified but the good one."""
    when = NOW + days * DAY
    report = Report(outcome, SUB, PRIMARY, when, digest, 1)
    packet = replace(PACKET, digest=digest, created=when)
    found = judge(report, packet, pins=(PRIMARY,) if pinned else (), old_header=old)
    good = outcome is Outcome.GOOD and digest in (8, 9, 10, 11) and pinned and not old and -500 <= days <= 1
    assert (found is Verdict.VERIFIED) == good


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("各位\n\nJPCERT-AT-2014-0001\nJPCERT/CC\n2014-01-15", "JPCERT-AT-2014-0001"),
        ("JVN#12345678\r\nx", "JVN#12345678"),
        ("FreeBSD-SA-26:10", "FreeBSD-SA-26:10"),
        ("no digits here\nABC\nA1", "A1"),
        ("\u3000 \tA1 \r\nB2", "A1"),
        ("X1X\nB2", "X1X"),
        ("1-A\nB2", "1-A"),
        ("(2)\n\nB2", "B2"),
        ("A 1\nA.1\nＡ１\n>A1\n- A1", None),
        ("", None),
        ("A1\u2028x\nB2", "B2"),
    ],
)
def test_the_claimed_number(text: str, number: str | None) -> None:
    """The first line that is a bare number; blanks before it set it to the right, as JPCERT/CC does."""
    assert claimed_number(text) == number


def test_ends_is_the_earlier_end() -> None:
    """A subkey does not outlive its primary."""
    early, late = replace(KEY, expires=NOW), replace(SUBKEY, expires=NOW + DAY)
    assert ends(late, (early, late)) == NOW
    assert ends(early, (early, replace(late, expires=NOW - DAY))) == NOW
    assert ends(SUBKEY, (KEY, SUBKEY)) is None


def test_expiry_is_warned_of_at_60_and_14_days() -> None:
    """The soonest first; revoked keys and far ends are not told."""
    keys = [replace(KEY, fingerprint=f"{days}", expires=NOW + days * DAY) for days in (61, 60, 15, 14, 1, 0, -1)] + [
        replace(KEY, fingerprint="r", revoked=True, expires=NOW),
        KEY,
    ]
    assert [(entry.key.fingerprint, entry.urgency.value) for entry in expiring(keys, NOW)] == [
        ("-1", "expired"),
        ("0", "expired"),
        ("1", "alarm"),
        ("14", "alarm"),
        ("15", "warn"),
        ("60", "warn"),
    ]


def test_clock_slack_is_a_day() -> None:
    """The number of the design."""
    assert policy.CLOCK_SLACK == DAY
