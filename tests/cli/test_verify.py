"""feedbot verify and feedbot keys, as an operator calls them."""

import json
from pathlib import Path

import pytest

from feedbot import messages
from feedbot.cli.keys import keys_expire, keys_import, keys_list, keys_pin
from feedbot.cli.verify import command, verify
from feedbot.errors import ConfigError
from tests.signature.conftest import workshop
from tests.signature.make_cases import NUMBER, TEXT, Workshop

__all__ = ["workshop"]


def files(shop: Workshop, folder: Path) -> tuple[Path, Path]:
    """Write a signed text and its key."""
    (folder / "text.asc").write_bytes(shop.clear())
    (folder / "key.gpg").write_bytes(shop.public(shop.a))
    return folder / "text.asc", folder / "key.gpg"


def test_json_is_that_of_the_contract(workshop: Workshop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0 and every key of the documented object."""
    text, key = files(workshop, tmp_path)
    assert verify(text, None, [key], [], NUMBER, None, True) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["verdict"] == "verified"
    assert made["text"] == TEXT.rstrip("\n")
    assert made["fingerprint"] == made["primary_fingerprint"] == workshop.a
    assert made["signed_at"] == "2026-10-01T09:00:00+00:00"
    assert (made["digest"], made["reason"]) == ("SHA256", "")
    assert set(made) == {
        "verdict", "text", "text_sha256", "fingerprint", "primary_fingerprint", "signed_at", "digest", "reason",
    }  # fmt: skip


def test_as_of_is_in_the_json(workshop: Workshop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--at` is echoed where the verdict holds for it."""
    text, key = files(workshop, tmp_path)
    assert verify(text, None, [key], [], None, "2026-10-02T00:00:00+09:00", True) == 0
    assert json.loads(capsys.readouterr().out)["as_of"] == "2026-10-02T00:00:00+09:00"


@pytest.mark.parametrize(("pin", "verdict"), [("a", "verified"), ("b", "wrong_signer")])
def test_pins(pin: str, verdict: str, workshop: Workshop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pin leaves out every other key; no text is given unless it is good."""
    text, key = files(workshop, tmp_path)
    code = verify(text, None, [key], [getattr(workshop, pin)], None, None, True)
    made = json.loads(capsys.readouterr().out)
    assert (made["verdict"], code, made["text"] is None) == (verdict, int(verdict != "verified"), code == 1)


def test_detached_and_bad(workshop: Workshop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The signature in another file; a person reads verdict and reason."""
    text, key = tmp_path / "text", files(workshop, tmp_path)[1]
    text.write_text(TEXT)
    (tmp_path / "sig").write_bytes(workshop.detach())
    assert verify(text, tmp_path / "sig", [key], [], None, None, False) == 0
    assert "text: verified" in capsys.readouterr().out
    text.write_text(TEXT + "x")
    messages.use("ja")
    assert verify(text, tmp_path / "sig", [key], [], None, None, False) == 1
    assert "理由: 署名された本文と一致しません" in capsys.readouterr().out


def test_several_keyrings_after_one_option(workshop: Workshop, tmp_path: Path) -> None:
    """`--keyring A B` as the documentation writes it."""
    text, key = files(workshop, tmp_path)
    (tmp_path / "b").write_bytes(workshop.public(workshop.b))
    assert command([text, key], keyring=[tmp_path / "b"]) == 0
    with pytest.raises(ConfigError, match="one file at a time"):
        command([text, key])


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"file": Path("nowhere")}, "cannot be read"),
        ({"signature": Path("nowhere")}, "cannot be read"),
        ({"keyring": []}, "at least one"),
        ({"keyring": [Path("nowhere")]}, "--keyring: nowhere"),
        ({"pin": ["1234"]}, "--pin: 1234"),
        ({"at": "yesterday"}, "not a time"),
        ({"at": "2026-10-01T00:00:00"}, "offset is missing"),
        ({"at": "2999-01-01T00:00:00Z"}, "in the future"),
    ],
)
def test_wrong_use_is_a_configuration_error(
    change: dict[str, object], word: str, workshop: Workshop, tmp_path: Path
) -> None:
    """Each names the option and the cause."""
    text, key = files(workshop, tmp_path)
    use = {"file": text, "signature": None, "keyring": [key], "pin": [], "claims": None, "at": None, "as_json": True}
    with pytest.raises(ConfigError, match=word):
        verify(**{**use, **change})


def test_keys_are_held_until_pinned(workshop: Workshop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """import says what to compare, list shows the state, pin changes it."""
    _, key = files(workshop, tmp_path)
    home = tmp_path / "keys"
    assert keys_import("csirt_a", [key], home) == 0
    assert f"held: compare {workshop.a}" in capsys.readouterr().out
    assert keys_list("csirt_a", home) == 0
    assert "held until pinned" in capsys.readouterr().out
    assert keys_pin("csirt_a", workshop.a, home) == 0
    assert keys_list("csirt_a", home) == 0
    assert "pinned: trusted" in capsys.readouterr().out
    assert keys_expire("csirt_a", home) == 0
    with pytest.raises(ConfigError, match="cannot be read"):
        keys_import("csirt_a", [tmp_path / "nowhere"], home)


def test_ends_are_told(workshop: Workshop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An expired key makes the answer no."""
    key = workshop.key("Past <past@csirt-a.example>", end="20210101T000000", when="20200101T000000")
    (tmp_path / "past").write_bytes(workshop.public(key))
    keys_import("past", [tmp_path / "past"], tmp_path / "keys")
    assert keys_expire("past", tmp_path / "keys") == 1
    assert "2021-01-01" in capsys.readouterr().out
