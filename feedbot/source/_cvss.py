"""The base score of a CVSS 3.0 or 3.1 vector, for publishers who give the vector alone (OSV).

Follows the specification of 3.1, section 7.1 and appendix A (rounding up on integers, which gives 3.0's scores too but
for the last step of floating point).
"""

import re

_VECTOR = re.compile(r"CVSS:3\.[01](?:/[A-Z]{1,3}:[A-Z]){8,40}")
_WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
}
_PRIVILEGES = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}
_IMPACT = {"H": 0.56, "L": 0.22, "N": 0.0}


def base_score(vector: str) -> str:
    """Return the score with one decimal; empty where the vector is of another version or not whole."""
    if not _VECTOR.fullmatch(vector):
        return ""
    given = dict(part.split(":") for part in vector.split("/")[1:])
    try:
        return _score(given)
    except KeyError:
        return ""


def _score(given: dict[str, str]) -> str:
    scope = given["S"]
    exploitability = 8.22 * _PRIVILEGES[scope][given["PR"]]
    for metric, weights in _WEIGHTS.items():
        exploitability *= weights[given[metric]]
    kept = 1.0
    for metric in ("C", "I", "A"):
        kept *= 1 - _IMPACT[given[metric]]
    base = 1 - kept
    impact = 6.42 * base if scope == "U" else 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15
    if impact <= 0:
        return "0.0"
    return _rounded_up(min((impact + exploitability) * (1.0 if scope == "U" else 1.08), 10.0))


def _rounded_up(value: float) -> str:
    whole = round(value * 100_000)
    tenths = whole // 10_000 if whole % 10_000 == 0 else whole // 10_000 + 1
    return f"{tenths // 10}.{tenths % 10}"
