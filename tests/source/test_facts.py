"""Real advisories against facts of theirs, without one sentence of theirs.

Read by eye beside the originals: every item of every member. JPCERT/CC has two here and twelve of our own forms in
test_golden.py, PostgreSQL two and twelve: the corpus holds no more. What an original says and its golden does not, by
decision, stands in the member's docstring.

The publishers' texts must not be copied, so each golden file holds the facts in clear (number, dates, names, products,
ranges, scores) and of every text only its length and the beginning of its SHA-256. To write the files anew after a
change that is meant: `python -m tests.source.test_facts`, then read the difference beside the originals.
"""

import json
import os
from gzip import decompress
from hashlib import sha256
from pathlib import Path

import pytest

from feedbot import messages
from feedbot.advisory import Advisory, Quarantined, advisory_json
from tests.conftest import SHARED
from tests.source.reading import document, read

FACTS = Path(__file__).parent / "golden_facts"
ITEMS: dict[str, list[list[str]]] = json.loads((FACTS / "items.json").read_text(encoding="utf-8"))
"""Which items: of each member [file in the corpus, number], spread over years and shapes."""
TEXTS = ("title", "summary", "text", "evidence", "heading", "label", "reason")


def mark(text: str) -> str:
    """Return a text's length in characters and the first 12 hex digits of its SHA-256 in UTF-8."""
    return f"{len(text)} {sha256(text.encode()).hexdigest()[:12]}" if text else ""


def facts(tree: object, name: str = "") -> object:
    """Return an advisory's JSON with each text replaced by its mark; sections and references are counted."""
    if isinstance(tree, dict):
        return {key: facts(value, key) for key, value in tree.items()}
    if name == "references" and isinstance(tree, list):
        return len(tree)
    if isinstance(tree, list):
        return [mark(one) if name in ("workarounds", "unread", "notes") else facts(one, name) for one in tree]
    return mark(tree) if name in TEXTS and isinstance(tree, str) else tree


def found_in(corpus: Path, member: str, name: str, number: str) -> object:
    """Return the facts of the item with this number in a file of the corpus."""
    body = (corpus / name).read_bytes()
    items = read(member, document(decompress(body) if name.endswith(".gz") else body, f"file:{Path(name).name}"))
    (one,) = [item for item in items if _number(item) == number]
    assert isinstance(one, Advisory)
    return facts(advisory_json(one))


def _number(item: Advisory | Quarantined) -> str:
    return item.number if isinstance(item, Advisory) else ""


@pytest.mark.parametrize("member", ITEMS)
def test_facts(corpus: Path, member: str) -> None:
    """A real item's numbers, dates, names, products and ranges are those that were checked by eye."""
    golden = json.loads((FACTS / f"{member}.json").read_text(encoding="utf-8"))
    assert {f"{name}#{number}": found_in(corpus, member, name, number) for name, number in ITEMS[member]} == golden


def test_no_text_of_others_is_kept() -> None:
    """Every text of a golden file is a mark, so none of a publisher's sentences is in the repository."""
    tree = {"title": "A sentence.", "sections": [{"heading": "Impact", "text": "x"}], "workarounds": ["Wait."]}
    assert facts(tree) == {
        "title": mark("A sentence."),
        "sections": [{"heading": mark("Impact"), "text": mark("x")}],
        "workarounds": [mark("Wait.")],
    }
    assert mark("A sentence.") == "11 " + sha256(b"A sentence.").hexdigest()[:12]


if __name__ == "__main__":
    messages.use("en")
    place = Path(os.environ.get("FEEDBOT_CORPUS", SHARED / "corpus"))
    for one, chosen in ITEMS.items():
        kept = {f"{name}#{number}": found_in(place, one, name, number) for name, number in chosen}
        (FACTS / f"{one}.json").write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
