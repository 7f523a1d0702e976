"""How an audience is written by hand: 対象: 専用,VPS(root), or 対象: 条件 plan == "VPS" and root."""

import re

from feedbot.errors import NoticeError
from feedbot.inventory import Plan
from feedbot.matching import expression
from feedbot.notice._model import Audience

_MATCH, _ALL, _NONE = "影響のあるお客様", "すべてのお客様", "なし"
_WHERE = "条件"
_DIGEST = "まとめの各件に該当するお客様"
_TOLD = "先にお知らせしたお客様"
_AGAIN = {
    "still": "引き続き影響のあるお客様",
    "patched": "対応を確認できたお客様",
    "changed": "状況が変わったお客様",
}
_PLAIN = {_MATCH: "match", _NONE: "none", _DIGEST: "digest"}
_NUMBER = re.compile(rf"{_TOLD}\((?P<number>[^()]+)\)")
_PLANS = {"共用": Plan.SHARED, "VPS": Plan.VPS, "専用": Plan.DEDICATED, "マネージド": Plan.MANAGED}
_ROOTS = {"": None, "(root)": True, "(rootなし)": False}
_EVERY = tuple(plan.value for plan in Plan)


def audience_text(audience: Audience) -> str:
    """Write an audience: 影響のあるお客様, 先にお知らせしたお客様(NUMBER), なし (post only), すべてのお客様,
    plans with (root) or (rootなし), or 条件 and the operator's expression."""
    if audience.rule == "expression":
        return f"{_WHERE} {' '.join(audience.expression.split())}"
    if audience.rule in _AGAIN:
        return f"{_AGAIN[audience.rule]}({audience.number})"
    if audience.rule == "told":
        return f"{_TOLD}({audience.number})"
    if audience.rule != "contract":
        return next(words for words, rule in _PLAIN.items() if rule == audience.rule)
    root = next(words for words, value in _ROOTS.items() if value is audience.root)
    if audience.plans == _EVERY:
        return _ALL + root
    return ",".join(word for value in audience.plans for word, plan in _PLANS.items() if plan == value) + root


def read_audience(text: str, subject: str) -> Audience:
    """Read what `audience_text` writes, and the same with 、 between plans, サーバー behind them and wide brackets.

    Raises NoticeError with `subject` for an unknown word, ExpressionError for an expression that cannot be read.
    """
    if text.strip().startswith(_WHERE):
        written = text.strip().removeprefix(_WHERE).strip()
        written = re.sub(r"^[:\uff1a]\s*", "", written)
        expression.parse(written)
        return Audience("expression", expression=written)
    words = "".join(text.split()).replace("\uff08", "(").replace("\uff09", ")")
    if words in _PLAIN:
        return Audience(_PLAIN[words])
    for rule, said in _AGAIN.items():
        if words.startswith(f"{said}(") and words.endswith(")"):
            return Audience(rule, number=words[len(said) + 1 : -1])
    if told := _NUMBER.fullmatch(words):
        return Audience("told", number=told["number"])
    names, root = words, ""
    if found := re.search(r"\(.*\)$", words):
        names, root = words[: found.start()], found.group()
    plans = _EVERY if names == _ALL else tuple(_plan(name, subject) for name in re.split(r"[,\uff0c、・]", names))
    if root not in _ROOTS:
        raise _unknown(root, subject)
    return Audience("contract", plans, _ROOTS[root])


def _plan(name: str, subject: str) -> str:
    plan = _PLANS.get(name.removesuffix("サーバー"))
    if plan is None:
        raise _unknown(name, subject)
    return plan.value


def _unknown(word: str, subject: str) -> NoticeError:
    known = ", ".join([_MATCH, f"{_TOLD}(INFO-2026-0001)", _ALL, _NONE, *_PLANS, *filter(None, _ROOTS), f"{_WHERE} …"])
    return NoticeError(subject, "not a known audience: {word}", hint="known: {known}", word=word, known=known)
