"""The branch of the error tree: which error becomes which verdict, and which never becomes one."""

import pytest

from feedbot.advisory import Verdict
from feedbot.errors import SignatureError
from feedbot.signature import _errors as errors


@pytest.mark.parametrize(
    ("verdict", "names"),
    [
        (Verdict.MALFORMED, {"MalformedError", "GrammarError", "ArmorError", "PacketError"}),
        (Verdict.REFUSED, {"RefusedError", "LimitError", "ForbiddenError", "GpgvError"}),
        (None, {"KeyringError", "SigningError"}),
    ],
)
def test_each_error_is_one_verdict_or_none(verdict: Verdict | None, names: set[str]) -> None:
    """What is wrong with a document is one of two branches; what is wrong with our keys or our agent is neither."""
    own = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, SignatureError)]
    assert {kind.__name__ for kind in own if getattr(kind, "verdict", None) is verdict} - {"SignatureError"} == names
    malformed = {kind.__name__ for kind in own if issubclass(kind, errors.MalformedError)}
    refused = {kind.__name__ for kind in own if issubclass(kind, errors.RefusedError)}
    assert (verdict is Verdict.MALFORMED) is (names <= malformed)
    assert (verdict is Verdict.REFUSED) is (names <= refused)
    assert not malformed & refused
