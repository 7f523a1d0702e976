"""Running gpgv: stand-ins that hang, crash, lie and shout; and the real one again afterwards."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from feedbot.advisory import Verdict
from feedbot.signature import GpgvError, Keyring, VerifiedText, gpgv, keys, verify_file
from tests.signature.make_cases import NOW, Workshop

Install = Callable[[str], None]
SAY = "status = os.fdopen(int(sys.argv[sys.argv.index('--status-fd') + 1]), 'w')\nsay = status.write\n"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a Python program in gpgv's place."""

    def put(body: str) -> None:
        program = tmp_path / "bin" / "gpgv"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!{sys.executable} -SE\nimport os, signal, sys, time\n{SAY}{body}\n")
        program.chmod(0o700)
        monkeypatch.setenv("PATH", str(program.parent))

    return put


def run(deadline: float = 5.0) -> tuple[int, bytes]:
    """Run what stands in gpgv's place."""
    return gpgv.run(b"signature", b"text", b"keyring", deadline=deadline)


def test_it_sees_only_what_it_must(install: Install) -> None:
    """An empty home, the three files, no environment, no input, its own process group, absolute paths."""
    install(
        "a = sys.argv\n"
        "say(f'{a[1]} {os.listdir(a[2])} {a[3]} {open(a[4]).read()} {a[5]} {a[7]} {open(a[8]).read()} ')\n"
        "say(f'{open(a[9]).read()} {[os.path.isabs(a[i]) for i in (2, 4, 8, 9)]} {dict(os.environ)} ')\n"
        "say(f'{os.read(0, 9)} {os.getpgrp() == os.getpid()} {len(a)}')"
    )
    code, said = run()
    assert code == 0
    assert said.decode().replace("'LC_CTYPE': 'C.UTF-8', ", "") == (
        "--homedir [] --keyring keyring --status-fd -- signature text [True, True, True, True] "
        "{'LC_ALL': 'C'} b'' True 10"
    )


@pytest.mark.parametrize(
    "body",
    [
        "time.sleep(61.5)",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); say('[GNUPG:] NEWSIG\\n'); status.flush(); time.sleep(61.5)",
        "status.close(); time.sleep(61.5)",
        "os.fork() or time.sleep(61.5)",
    ],
    ids=["silent", "deaf", "pipe closed", "child holds the pipe"],
)
def test_one_that_hangs_is_ended(install: Install, body: str, tmp_path: Path) -> None:
    """At the deadline, with all its children."""
    install(body)
    began = time.monotonic()
    with pytest.raises(GpgvError, match="in time"):
        run(deadline=0.4)
    assert time.monotonic() - began < 50
    while _survivors(tmp_path):
        assert time.monotonic() - began < 50


def _survivors(folder: Path) -> list[Path]:
    """Find processes whose program stands in the folder."""
    return [path for path in Path("/proc").glob("[0-9]*/cmdline") if bytes(folder) in _read(path)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "signal 11"),
        ("signal.signal(signal.SIGHUP, signal.SIG_DFL); os.kill(os.getpid(), signal.SIGHUP)", "signal 1$"),
        ("[say('x' * 1000000) for _ in range(100)]", "more than 262144 bytes"),
        ("[say('[GNUPG:] NEWSIG\\n' * 1000) for _ in range(1000)]", "more than 262144 bytes"),
    ],
)
def test_one_that_crashes_or_shouts_is_refused(install: Install, body: str, reason: str) -> None:
    """Within the deadline, and with the cause."""
    install(body)
    with pytest.raises(GpgvError, match=reason):
        run()


def test_the_cap_on_what_it_says_is_exact(install: Install) -> None:
    """256 KiB are heard out, one byte more is not."""
    install("say('x' * 262144)")
    assert run() == (0, b"x" * 262144)
    install("say('x' * 262145)")
    with pytest.raises(GpgvError, match="more than 262144 bytes"):
        run()


def test_a_deadline_that_is_over_waits_for_nobody(install: Install) -> None:
    """Not even for one that answers."""
    install("say('ok')")
    for deadline in (0.0, -1.0):
        with pytest.raises(GpgvError, match="in time"):
            run(deadline=deadline)


def test_stdout_and_stderr_go_nowhere(install: Install) -> None:
    """100 MiB on each are not kept, and are not taken for status."""
    install("[(sys.stdout.write('x' * 1048576), sys.stderr.write('x' * 1048576)) for _ in range(100)]; say('ok')")
    assert run() == (0, b"ok")


def test_memory_and_files_are_limited(install: Install) -> None:
    """A gigabyte is not given, a fifth of one is, no file grows, and nothing is dumped."""
    install(
        "time.sleep(0.2)\n"
        "bytearray(200 << 20)\n"
        "import resource\n"
        "resource.getrlimit(resource.RLIMIT_CORE) == (0, 0) or say('core')\n"
        "resource.getrlimit(resource.RLIMIT_AS) == (512 << 20, 512 << 20) or say('as')\n"
        "os.stat(sys.argv[2]).st_mode & 0o777 == 0o700 or say('home')\n"
        "try: bytearray(1 << 30); say('memory')\n"
        "except MemoryError: pass\n"
        "try: f = open('grown', 'wb'); f.write(b'x'); f.flush(); say('file')\n"
        "except OSError: pass\n"
    )
    assert run() == (0, b"")


def test_nothing_is_left_open(install: Install) -> None:
    """Descriptors and children, after good runs and after refused ones."""
    install("os.path.exists('/nowhere') or say('ok')")
    run()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        run()
    install("say('x' * 1000000)")
    for _ in range(5):
        with pytest.raises(GpgvError):
            run()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_gpgv_that_cannot_start_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an OSError: in the system's words, and nothing is left open."""
    (tmp_path / "gpgv").write_bytes(b"\x7fELF")
    (tmp_path / "gpgv").chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(GpgvError, match=r"cannot be run: Exec format error$"):
        run()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_missing_gpgv_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hint names the package."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GpgvError, match="not installed") as caught:
        run()
    assert "apt-get install gpgv" in caught.value.hint()


LIES = {
    "good and bad": ("GOODSIG x", "BADSIG x", "VALID"),
    "good alone": ("GOODSIG x",),
    "valid alone": ("VALID",),
    "another digest": ("GOODSIG x", "VALID10"),
    "another key": ("GOODSIG x", "VALIDB"),
    "nothing": (),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_are_refused_and_the_next_document_goes_on(
    lie: str, install: Install, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status that contradicts itself or the packet, for an altered text; then the real gpgv takes the true one."""
    honest = workshop.clear()
    keyring = keys.merge([workshop.public(workshop.a)])
    stamp = int(NOW.replace(month=10, day=1, hour=9).timestamp())
    valid = {
        "VALID": f"VALIDSIG {workshop.a} x {stamp} 0 4 0 22 8 01 {workshop.a}",
        "VALID10": f"VALIDSIG {workshop.a} x {stamp} 0 4 0 22 10 01 {workshop.a}",
        "VALIDB": f"VALIDSIG {workshop.b} x {stamp} 0 4 0 22 8 01 {workshop.a}",
    }
    lines = "".join(f"[GNUPG:] {valid.get(line, line)}\n" for line in ("NEWSIG", *LIES[lie]))
    with monkeypatch.context():
        install(f"say({lines!r})")
        found = verify_file(honest.replace(b"2.4.1", b"9.9.9"), keyring=keyring, pins=(workshop.a,), now=NOW)
        assert found.signature.verdict is Verdict.REFUSED
        monkeypatch.undo()
    assert isinstance(verify_file(honest, keyring=keyring, pins=(workshop.a,), now=NOW), VerifiedText)


def test_a_hang_is_a_verdict(install: Install, workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The document is refused; no exception leaves the entrance."""
    honest = workshop.clear()
    keyring: Keyring = keys.merge([workshop.public(workshop.a)])
    install("time.sleep(61.5)")
    monkeypatch.setitem(gpgv.run.__kwdefaults__, "deadline", 0.3)
    found = verify_file(honest, keyring=keyring, pins=(workshop.a,), now=NOW)
    assert found.signature.verdict is Verdict.REFUSED
    assert "in time" in found.signature.reason


def test_the_deadline_is_ten_seconds() -> None:
    """The number of the design."""
    assert gpgv.DEADLINE == 10
