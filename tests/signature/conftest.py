"""One workshop for all signature tests: its keys are made once."""

from collections.abc import Iterator

import pytest

from tests.conftest import need_program
from tests.signature.make_cases import Workshop
from tests.signature.make_cases import workshop as open_workshop


@pytest.fixture(scope="session")
def workshop() -> Iterator[Workshop]:
    """The home with everybody's keys."""
    need_program("gpg", "gpg")
    need_program("gpg-agent", "gpg-agent")
    need_program("gpgv", "gpgv")
    with open_workshop() as shop:
        yield shop
