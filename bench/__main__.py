"""`./run bench [NAME] [--json]`: run one benchmark, or all that have a `main(as_json)`."""

import pkgutil
import sys
from importlib import import_module
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Run the benchmarks named; 2 for a name that there is none of."""
    as_json = "--json" in arguments
    wanted = [word for word in arguments if not word.startswith("-")]
    known = [info.name for info in pkgutil.iter_modules([str(Path(__file__).parent)]) if not info.name.startswith("_")]
    for name in wanted:
        if name not in known:
            print(f"{name}: no such benchmark; known: {', '.join(known)}", file=sys.stderr)
            return 2
    for name in wanted or known:
        module = import_module(f"bench.{name}")
        if hasattr(module, "main") and module.main.__code__.co_argcount == 1:
            module.main(as_json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
