"""The ecosystems' own programs, asked how pairs of versions compare; where one is missing, the test is skipped."""

import json
import re
import subprocess
from itertools import chain
from pathlib import Path

import pytest

from tests.conftest import need_program

Pairs = list[tuple[str, str]]

_RUBY = """
require "json"
pairs = JSON.parse($stdin.read)
puts JSON.generate(pairs.map { |left, right| Gem::Version.new(left) <=> Gem::Version.new(right) })
"""
_NODE = """
const paths = process.argv.slice(1), loose = paths.shift() === "npm";
const semver = require(require.resolve("semver", { paths }));
const pairs = JSON.parse(require("fs").readFileSync(0));
console.log(JSON.stringify(pairs.map(([left, right]) => semver.compare(left, right, { loose }))));
"""
_PHP = """
require "/usr/share/php/Composer/Semver/autoload.php";
$parser = new Composer\\Semver\\VersionParser;
$normal = fn($version) => $parser->normalize($version);
$pairs = json_decode(stream_get_contents(STDIN));
echo json_encode(array_map(fn($pair) => version_compare($normal($pair[0]), $normal($pair[1])), $pairs));
"""
_MAVEN_JARS = "/usr/share/java/maven-artifact-3.x.jar:/usr/share/java/commons-lang3.jar"
_MAVEN_CLASS = "org.apache.maven.artifact.versioning.ComparableVersion"
_SIGN = {"<": -1, "==": 0, ">": 1}
_ARGUMENTS = 20_000


def gem(pairs: Pairs) -> list[int]:
    """Ask Gem::Version."""
    return _json([need_program("ruby", "ruby"), "-e", _RUBY], pairs)


def composer(pairs: Pairs) -> list[int]:
    """Ask composer/semver and PHP's version_compare."""
    php = need_program("php", "php-cli")
    if not Path("/usr/share/php/Composer/Semver/autoload.php").exists():
        pytest.skip("composer/semver is missing: apt-get install php-composer-semver")
    return _json([php, "-r", _PHP], pairs)


def npm(pairs: Pairs) -> list[int]:
    """Ask node-semver as npm calls it, loosely."""
    return _node("npm", pairs)


def semver(pairs: Pairs) -> list[int]:
    """Ask node-semver, strictly."""
    return _node("semver", pairs)


def maven(pairs: Pairs) -> list[int]:
    """Ask ComparableVersion, whose program prints how each of its arguments compares with the next."""
    java = need_program("java", "default-jre-headless")
    if not all(Path(jar).exists() for jar in _MAVEN_JARS.split(":")):
        pytest.skip("ComparableVersion is missing: apt-get install libmaven3-core-java")
    words = list(chain.from_iterable(pairs))
    printed = ""
    for start in range(0, len(words), _ARGUMENTS):
        command = [java, "-cp", _MAVEN_JARS, _MAVEN_CLASS, *words[start : start + _ARGUMENTS]]
        printed += subprocess.run(command, capture_output=True, text=True, check=True).stdout
        # The last of one run and the first of the next make a pair that nobody asked for, as do the rights and lefts.
        printed += "   - == -\n"
    signs = re.findall(r"^   \S+ (<|==|>) \S+$", printed, re.MULTILINE)
    return [_SIGN[sign] for sign in signs[::2]]


def _node(scheme: str, pairs: Pairs) -> list[int]:
    node = need_program("node", "node-semver")
    # Debian's package, or what npm brings with it.
    folders = ["/usr/share/nodejs", "/usr/lib/node_modules/npm/node_modules", "/usr/share/nodejs/npm/node_modules"]
    if not any(Path(folder, "semver").is_dir() for folder in folders):
        pytest.skip("node's semver is missing: apt-get install node-semver")
    return _json([node, "-e", _NODE, scheme, *folders], pairs)


def _json(command: list[str], pairs: Pairs) -> list[int]:
    run = subprocess.run(command, input=json.dumps(pairs), capture_output=True, text=True, check=True)
    answers: list[int] = json.loads(run.stdout)
    return answers
