"""Spoiled documents: exactly a text that was signed, or no."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedbot.signature import Keyring, UnsignedText, VerifiedText, keys, verify_detached, verify_file, verify_inside
from tests.signature.make_cases import NOW, NUMBER, TEXT, Workshop, canonical
from tests.signature.mutate import mutate

COUNT = 1_000_000
COUNTER = Path(".hypothesis/long-signature-mutations")


@pytest.fixture(scope="session")
def attempt(workshop: Workshop) -> Callable[[random.Random], bool]:
    """Return a function that spoils one of four documents and judges it by each entrance; true where one took it."""
    keyring = keys.merge([workshop.public(workshop.a), workshop.public(workshop.b)])
    texts = (TEXT.encode(), TEXT.encode("iso2022_jp"), b"- one\n-- two\nFrom three \n", f"{NUMBER}\nanother\n".encode())
    documents = [workshop.clear(text) for text in texts]
    signed = {canonical(text) for text in texts}
    signatures = [workshop.detach(text, "--armor") for text in texts]

    def once(rng: random.Random) -> bool:
        pick, other = rng.randrange(len(texts)), rng.randrange(len(texts))
        if rng.random() < 0.2:
            return _detached(rng, pick, other)
        spoiled = mutate(documents[pick], documents[other], rng)
        entrance = rng.choice((verify_file, verify_inside))
        found = entrance(spoiled, keyring=keyring, pins=(workshop.a,), now=NOW)
        return _exact(found, signed, keyring)

    def _detached(rng: random.Random, pick: int, other: int) -> bool:
        text, signature = texts[pick], signatures[pick]
        if rng.random() < 0.5:
            text = mutate(text, texts[other], rng)
        else:
            signature = mutate(signature, signatures[other], rng)
        found = verify_detached(text, signature, keyring=keyring, pins=(workshop.a,), now=NOW)
        return _exact(found, set(texts), keyring)

    return once


def _exact(found: VerifiedText | UnsignedText, signed: set[bytes], keyring: Keyring) -> bool:
    """Hold that what is taken is one of the signed texts, byte for byte."""
    if isinstance(found, UnsignedText):
        assert found.signature.reason
        return False
    assert found.signed in signed
    assert found.signature.primary_fingerprint in {key.fingerprint for key in keyring.primaries}
    return True


@settings(
    max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rng=st.randoms(use_true_random=False))
def test_spoiled_documents_are_exact_or_refused(rng: random.Random, attempt: Callable[[random.Random], bool]) -> None:
    """No mutation makes another text pass, and none raises."""
    attempt(rng)


def test_some_mutations_are_harmless(attempt: Callable[[random.Random], bool]) -> None:
    """The mutations are not so wild that the property is empty: some documents are still taken."""
    assert 5 < sum(attempt(random.Random(seed)) for seed in range(200)) < 120


@pytest.mark.long
def test_a_million_mutations(attempt: Callable[[random.Random], bool]) -> None:
    """The same, a million times; goes on where it was stopped (the counter file holds the next seed)."""
    COUNTER.parent.mkdir(exist_ok=True)
    start = int(COUNTER.read_text()) if COUNTER.exists() else 0
    for seed in range(start, COUNT):
        attempt(random.Random(seed))
        if seed % 1000 == 999:
            COUNTER.write_text(str(seed + 1))
