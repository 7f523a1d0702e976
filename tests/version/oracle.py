"""Run by the system's Python, which has apt_pkg and rpm: read pairs as JSON, print how each pair compares."""

import json
import sys


def _deb(pairs: list[list[str]]) -> list[int]:
    import apt_pkg

    apt_pkg.init_system()
    return [apt_pkg.version_compare(left, right) for left, right in pairs]


def _rpm(pairs: list[list[str]]) -> list[int]:
    import rpm

    def label(version: str) -> tuple[str, str, str]:
        epoch, colon, rest = version.rpartition(":")
        upstream, _, release = rest.partition("-")
        return (epoch if colon else "0", upstream, release)

    return [rpm.labelCompare(label(left), label(right)) for left, right in pairs]


if __name__ == "__main__":
    compare = {"deb": _deb, "rpm": _rpm}[sys.argv[1]]
    json.dump(compare(json.load(sys.stdin)), sys.stdout)
