"""How publishers write names: what does not count, and what they put around a name without changing the product.

`plain` makes the key that names are compared by. `readings` takes off, one after the other, what stands around a name
(version, series, edition, platform, brackets, a description before 「…」) and keeps each piece as a note: nothing that
was taken off is lost. What may stand for another product (client, driver, connector, agent, module, installer …) is
never taken off.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_MARKS = re.compile("[®™©℠]")
_DROPPED = re.compile(r"[\s_!・ー「」『』【】\"'’‘“”‐-―-]+")
_DOT_IN_WORD = re.compile(r"(?<=[^\W\d])\.(?=[^\W\d])")

_COMPANY = re.compile(
    r"\b(?:the|inc|llc|ltd|co|corp|corporation|company|foundation|project|team|development|group|software|technologies"
    r"|enterprises|networks|consortium|stichting|labs|org|net|gmbh|ab|b\.v)\b\.?|[,.]|株式会社|有限会社|プロジェクト|ユーザー会",
    re.IGNORECASE,
)
_NUMBER = r"\d+(?:[.\-_](?:\d+|x|\*))*(?:[a-z]\d*)?(?:\s*(?:sp|p|u|rc|beta|r\.?)\s?\d+)?"
_VERSION = re.compile(
    rf"(?:(?<=\S)[\s,、]*(?:\bv(?:er(?:sion)?s?)?\b\.?|バージョン|\brev\.?|\brelease\b|リリース)\s*(?:{_NUMBER})?"
    rf"|(?<=\S)\s+v?{_NUMBER})\s*(?:以上|台)?$",
    re.IGNORECASE,
)
_SERIES = re.compile(r"\s*(?:シリーズ|系列|系|\bseries|\bbranch)$", re.IGNORECASE)
_RANGE = re.compile(
    r"\s*[、,]?\s*(?:(?:および|及び|並びに)?それ(?:以前|以降)(?:の(?:全ての|すべての)?バージョン)?"
    r"|(?:以前|以降|以下|未満|より前|まで)(?:の(?:全ての|すべての)?バージョン)?|(?:の)?(?:全|すべての|全ての)バージョン"
    r"|\b(?:and|or)\s+(?:earlier|prior|later|below|older|newer)(?:\s+versions?)?|\ball\s+versions)$",
    re.IGNORECASE,
)
_EDITION = re.compile(
    r"\s*(?:\b(?:enterprise|community|standard|professional|open[\s-]?source|free|basic|advanced|premium|business|"
    r"ultimate|developer|express|workgroup|starter|small business|japanese|commercial)\s*(?:edition|版|エディション)"
    r"|(?:エンタープライズ|コミュニティー?|スタンダード|プロフェッショナル|オープンソース|プレミアム|無償|無料|有償|有料"
    r"|製品|商用|パッケージ|オンプレミス|クラウド|サーバー?|日本語|英語|正式|評価|体験|標準|通常)\s*(?:版|エディション)"
    r"|\b(?:LTS|ESR|stable|oss)|安定版)$",
    re.IGNORECASE,
)
_OURS = r"(?:gnu/)?linux|unix|bsd|freebsd|debian|ubuntu|centos|red\s?hat|rhel"
_WINDOWS = r"(?:microsoft\s+)?windows(?:\s*(?:nt|xp|server|\d+))?|win32"
_THEIRS = rf"{_WINDOWS}|mac(?:\s?os(?:\s?x)?)?|os\s?x|android|i(?:pad)?os|iphone"
_SYSTEM = rf"(?:{_OURS}|{_THEIRS})(?:\s*(?:/|、|,|および|and|・)\s*(?:{_OURS}|{_THEIRS}))*"
_PLATFORM = re.compile(
    rf"\s*(?:[\s-](?:for|on)\s+{_SYSTEM}|{_SYSTEM}\s*(?:版|用|向け|edition|version))$", re.IGNORECASE
)
_FOREIGN = re.compile(rf"\b(?:{_THEIRS})\b", re.IGNORECASE)
_OURS_TOO = re.compile(rf"\b(?:{_OURS})\b", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*[(（\[［]([^()（）\[\]［］]*)[)）\]］]$")
_TAIL = re.compile(
    r"\s*(?:\b(?:software|library|daemon|package)|ソフトウェア|ライブラリー?|デーモン|パッケージ|本体)$", re.IGNORECASE
)
_HEAD = re.compile(r"^(?:the|either|both|all|some|certain)\s+", re.IGNORECASE)
_QUOTED = re.compile(r"^(.*?)[「『]([^「」『』]+)[」』]\s*$")
_FORMER = re.compile(r"^(?:旧(?:称|名|製品名)?|formerly|former|previously)[\s:：]*(?:known\s+as\s+)?", re.IGNORECASE)
_OTHER_THING = re.compile(
    r"plug-?ins?|プラグイン|modules?|モジュール|extensions?|拡張|themes?|テーマ|add-?ons?|アドオン|connector|コネクタ|client|"
    r"クライアント|driver|ドライバ|agent|エージェント|installer|インストーラ|appliance|アプライアンス|アプリ|firmware|ファームウェア",
    re.IGNORECASE,
)
_PART = re.compile(r"\s+as a component of\s.+$", re.IGNORECASE)
_STEPS = (
    ("part", _PART),
    ("range", _RANGE),
    ("brackets", _BRACKETS),
    ("platform", _PLATFORM),
    ("edition", _EDITION),
    ("series", _SERIES),
    ("version", _VERSION),
    ("tail", _TAIL),
)
_MOST = 8
"""No name carries more than these pieces; it also bounds the work on a hostile one."""
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Note:
    """A piece that stood around a name.

    `kind` is range, part, brackets, platform, edition, series, version, tail, head, description or former.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A name less the pieces in `notes`, in the order they were taken off."""

    name: str
    notes: tuple[Note, ...] = ()

    @property
    def elsewhere(self) -> bool:
        """Tell whether a note says that this is for a system no Linux server runs (Windows 版, for macOS)."""
        told = " ".join(note.text for note in self.notes if note.kind in ("platform", "brackets"))
        return bool(_FOREIGN.search(told)) and not _OURS_TOO.search(told)


@lru_cache(maxsize=65_536)
def plain(name: str) -> str:
    """Return the key of a name: case, width, blanks, `-`, `_`, `・`, `ー`, `!`, quotes, ® and a dot in a word do not
    count."""
    text = unicodedata.normalize("NFKC", _MARKS.sub("", name))
    return _DROPPED.sub("", _DOT_IN_WORD.sub("", text)).casefold()


@lru_cache(maxsize=65_536)
def maker(vendor: str) -> str:
    """Return the key of a maker: `plain`, less what only says that it is a company or a project (ISC, Inc.;
    株式会社…; … Foundation; ….org)."""
    words = unicodedata.normalize("NFKC", vendor).replace("_", " ")
    return plain(_COMPANY.sub(" ", words)) or plain(vendor)


def readings(name: str) -> Iterator[Reading]:
    """Yield the name as it is, then with one piece after the other taken off; each differs from the one before."""
    text = unicodedata.normalize("NFKC", _MARKS.sub("", name[:_LONGEST])).strip()
    at = Reading(text)
    yield at
    pending = [at]
    for _ in range(_MOST):
        if not pending:
            return
        pending = [one for before in pending for one in _shorter(before)]
        yield from pending


def _shorter(before: Reading) -> Iterator[Reading]:
    """Yield what is left when the next piece is taken off, and the name that stood in its place."""
    if quoted := _QUOTED.match(before.name):
        head, inner = quoted.groups()
        if inner.strip() and not _OTHER_THING.search(head):
            yield _less(before, inner, "description", head)
        return
    for kind, pattern in _STEPS:
        found = pattern.search(before.name)
        if found is None or found.start() == 0:
            continue
        if kind == "brackets":
            yield from _without_brackets(before, found)
        else:
            yield _less(before, before.name[: found.start()], kind, found[0])
        return
    if head_found := _HEAD.match(before.name):
        yield _less(before, before.name[head_found.end() :], "head", head_found[0])


def _without_brackets(before: Reading, found: re.Match[str]) -> Iterator[Reading]:
    inner = found[1].strip()
    if _OTHER_THING.search(inner):
        return
    yield _less(before, before.name[: found.start()], "brackets", inner)
    if former := _FORMER.match(inner):
        yield _less(before, inner[former.end() :], "former", before.name[: found.start()])


def _less(before: Reading, rest: str, kind: str, piece: str) -> Reading:
    return Reading(rest.strip(" \t、,"), (*before.notes, Note(kind, piece.strip())))
