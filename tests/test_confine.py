"""The parts of confinement one by one: policy, steps and their failures, the filter, uids, reach, the probe."""
from __future__ import annotations

import contextlib
import json
import os
import platform
import re
import signal
import struct
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.sandbox import calls, identity, layers, policy, probe, reach, seatbelt, support
from grader.sandbox.confine import ConfineError
from grader.sandbox.policy import OWN_UID_TASKS, SHARED_UID_TASKS, Limits, Policy, PolicyError

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(Path(__file__).parent / "attacks"))
import arena  # noqa: E402

IN_CI = os.environ.get("CI", "") not in ("", "false")
linux = pytest.mark.skipif(not IN_CI and not arena.host_has_layers(), reason="no Landlock or seccomp here")
as_root = pytest.mark.skipif(not IN_CI and os.geteuid() != 0, reason="only root has other uids to give")

WHOLE = Policy("/tmp/x", ("/usr/lib",), ("/usr/share",), (0, 1, 7), 60700, 60700, Limits(tasks=8), True, False)


# ---------------------------------------------------------------- policy


def test_a_policy_survives_its_json() -> None:
    """What the grader decided is what the child applies."""
    assert Policy.from_json(WHOLE.to_json()) == WHOLE
    assert Policy.from_json(Policy("/tmp/x").to_json()) == Policy("/tmp/x")


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"scratch": "/tmp"}', WHOLE.to_json().replace("true", "1")])
def test_other_text_is_no_policy(text: str) -> None:
    """A damaged policy is refused, never filled in with defaults."""
    with pytest.raises(PolicyError):
        Policy.from_json(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"scratch": "relative"}, {"scratch": "/nul\0"}, {"readable": ("lib",)}, {"gid": None}, {"uid": 0, "gid": 0},
        {"uid": None, "gid": None}, {"keep_fds": (-1,)}, {"uid": True},
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(changes: dict[str, object]) -> None:
    """Root as the student's uid, half an identity, relative paths, or a task limit on a shared uid."""
    with pytest.raises(PolicyError):
        replace(WHOLE, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["address_space_bytes", "cpu_s", "file_size_bytes", "open_files", "tasks"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "9"])
def test_limits_are_positive_whole_numbers(name: str, value: object) -> None:
    """setrlimit takes -1 for 'no limit', so a slip here would lift the limit."""
    with pytest.raises(PolicyError):
        Limits(**{name: value})  # type: ignore[arg-type]


def test_layers_can_be_left_out_once() -> None:
    """Leaving out a layer that is not there is a mistake of the caller."""
    assert not WHOLE.without("landlock").landlock
    assert WHOLE.without("uid") == replace(WHOLE, uid=None, gid=None, limits=replace(WHOLE.limits, tasks=None))
    with pytest.raises(ValueError, match="no seccomp"):
        WHOLE.without("seccomp")


def test_libraries_hold_numpy_and_nothing_of_ours() -> None:
    """The readable paths cover numpy and the standard library, and neither this repository nor a test tool."""
    import numpy

    found = policy.libraries()
    below = tuple(f"{path}/" for path in found.readable)
    assert os.path.realpath(numpy.__file__).startswith(below)
    assert os.path.realpath(os.__file__).startswith(below)
    assert not str(ROOT / "reference" / "backprop.py").startswith(below)
    site = Path(numpy.__file__).resolve().parents[1]
    if site.parent != Path(os.__file__).resolve().parent:
        assert not str(site / "gradescope_utils" / "x").startswith(below)
    assert str(site) in found.listable


# ---------------------------------------------------------------- steps


CHILD = """
import os, sys, time
sys.path.insert(0, {root!r})
{before}
from grader.sandbox import confine, policy
plan = policy.Policy.from_json(sys.argv[1])
confine.prepare()
parent = os.getpid()
pid = os.fork()
if pid == 0:
    try:
        confine.confine(plan, parent + {parent_offset})
        {body}
        word = "confined"
    except confine.ConfineError as error:
        word = error.step + "|" + error.reason
    os.write(1, word.encode())
    os._exit(0)
os.waitpid(pid, 0)
"""


def child_argv(plan: Policy, way: str, body: str, before: str = "", parent_offset: int = 0) -> list[str]:
    """The command that confines a child by the plan and runs a line in it."""
    program = CHILD.format(root=str(ROOT), before=before, body=body, parent_offset=parent_offset)
    return [*arena.command(way), sys.executable, "-I", "-B", "-c", program, plan.to_json()]


def confined(plan: Policy, body: str = "pass", *, before: str = "", parent_offset: int = 0, way: str = "") -> str:
    """Confine a child and run a line in it; returns "confined", "step|reason", or a traceback."""
    argv = child_argv(plan, way or arena.ways_here()[-1], body, before, parent_offset)
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, cwd="/", env=environment)
    return done.stdout + done.stderr


@pytest.fixture
def plan() -> Iterator[Policy]:
    """A policy for an ordinary user with a scratch folder, less what would only slow the test."""
    with tempfile.TemporaryDirectory(prefix="scratch-", dir="/tmp") as scratch:
        os.chmod(scratch, 0o777)
        paths = policy.libraries()
        yield Policy(scratch, paths.readable, paths.listable, keep_fds=(0, 1, 2))


@linux
def test_a_good_policy_confines(plan: Policy) -> None:
    """The positive case of the failures below."""
    assert confined(plan) == "confined"


@linux
@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"scratch": "/nonexistent"}, "landlock"),
        ({"scratch": "/nonexistent", "landlock": False}, "scratch"),
        ({"readable": ("/nonexistent",)}, "landlock"),
        ({"uid": 60700, "gid": 60700}, "uid"),
    ],
)
def test_a_failed_step_is_named(plan: Policy, changes: dict[str, object], step: str) -> None:
    """The grader learns which step failed and why, and no student code runs after it."""
    said = confined(replace(plan, **changes), body="print('student code')", way="user")  # type: ignore[arg-type]
    assert said.split("|")[0] == step
    assert "Errno" in said and "student code" not in said


@linux
def test_a_child_whose_parent_is_gone_does_not_start(plan: Policy) -> None:
    """Between fork and the death signal the parent may have died; then nobody would end the child."""
    assert confined(plan, parent_offset=1).startswith("parent|")


@linux
def test_a_child_dies_with_its_parent(plan: Policy) -> None:
    """When the process that forked it is killed, the confined child is killed too, asleep or not."""
    argv = child_argv(plan, arena.ways_here()[-1], "os.write(1, str(os.getpid()).encode() + b' '); time.sleep(60)")
    with subprocess.Popen(argv, stdout=subprocess.PIPE, cwd="/") as parent:
        assert parent.stdout is not None
        child = int(os.read(parent.stdout.fileno(), 100).split()[0])
        assert Path(f"/proc/{child}").exists()
        parent.kill()
    end_s = time.monotonic() + 10
    while _is_alive(child) and time.monotonic() < end_s:
        time.sleep(0.01)
    assert not _is_alive(child)


def _is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


SCIENCE = """
import numpy as np, scipy.special, scipy.linalg, scipy.optimize, scipy.stats, tempfile, threading
import matplotlib; matplotlib.use('Agg'); import matplotlib.pyplot as plt
assert scipy.special.expit(0.0) == 0.5 and scipy.linalg.det(np.eye(2)) == 1
assert scipy.optimize.minimize_scalar(lambda x: (x - 1) ** 2).success and scipy.stats.norm.cdf(0) == 0.5
products = []
def multiply(): products.append(np.ones((400, 400)) @ np.ones((400, 400)))
threads = [threading.Thread(target=multiply) for _ in range(3)]
[t.start() for t in threads]; [t.join() for t in threads]; assert len(products) == 3
figure, axes = plt.subplots(); axes.plot([1, 2]); figure.savefig('picture.png')
assert os.path.getsize('picture.png') > 1000
assert tempfile.gettempdir() == os.getcwd() == os.environ['MPLCONFIGDIR']
np.save('array.npy', np.arange(3)); assert np.load('array.npy')[2] == 2
with tempfile.TemporaryFile() as file: file.write(b'x')
"""


@linux
@pytest.mark.parametrize("way", arena.ways_here())
def test_the_scientific_stack_works_under_everything(plan: Policy, way: str) -> None:
    """numpy, scipy, matplotlib's Agg, threads and temporary files, imported after confinement, three ways to run."""
    pytest.importorskip("matplotlib") if not IN_CI else None
    body = f"exec({SCIENCE!r})"
    with contextlib.ExitStack() as stack:
        if way != "user":
            leased = stack.enter_context(identity.lease_uid())
            identity.give(Path(plan.scratch), leased)
            plan = plan.as_user(leased.uid, leased.gid)
        assert confined(plan, body, way=way) == "confined"


# ---------------------------------------------------------------- the filter's program


KILL, ALLOW, ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
EPERM, ENOSYS = ERRNO | 1, ERRNO | 38
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def interpret(program: bytes, architecture: int, number: int, *args: int) -> int:
    """Run a classic BPF program over one system call, as the kernel does (Documentation/networking/filter.rst)."""
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, architecture, 0, *args, *[0] * (6 - len(args)))
    accumulator, at = 0, 0
    while True:
        code, if_true, if_false, k = struct.unpack_from("<HBBI", program, 8 * at)
        at += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, k)
        elif code == 0x54:
            accumulator &= k
        elif code == 0x15:
            at += if_true if accumulator == k else if_false
        elif code == 0x05:
            at += k
        elif code == 0x06:
            return int(k)
        else:
            raise AssertionError(f"instruction {code:#x} is not one that this filter needs")


@pytest.fixture(params=ARCHITECTURES)
def compiled(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, bytes]:
    """The filter, compiled for one architecture, whatever this machine's is."""
    pytest.importorskip("seccompy") if not IN_CI else None
    from grader.sandbox import kernel

    monkeypatch.setattr(platform, "machine", lambda: request.param)
    kernel._call_filter.cache_clear()
    try:
        return request.param, kernel._call_filter().program
    finally:
        kernel._call_filter.cache_clear()


def numbers_of(architecture: str) -> dict[str, int]:
    from seccompy import syscalls

    return syscalls.X86_64_SYSCALLS if architecture == "x86_64" else syscalls.AARCH64_SYSCALLS


def answers_of(architecture: str, program: bytes) -> Callable[..., int]:
    """The filter's answer to a call by name, with its arguments."""
    table = numbers_of(architecture)
    return lambda call, *args: interpret(program, ARCHITECTURES[architecture], table[call], *args)


def test_the_filter_answers_as_listed(compiled: tuple[str, bytes]) -> None:
    """On both architectures each listed call gets its answer; every list is meant, so no call stands on two."""
    run = answers_of(*compiled)
    table = numbers_of(compiled[0])
    for names, answer in ((calls.ALLOWED, ALLOW), (calls.REFUSED, EPERM)):
        known = [name for name in names if name in table]
        assert {name: run(name) for name in known} == dict.fromkeys(known, answer)
    assert run("clone3") == run("openat2") == ENOSYS
    cases = {case.call for case in (*calls.ALLOWED_IF, *calls.REFUSED_IF)}
    assert len({*calls.ALLOWED} | {*calls.REFUSED} | cases) == len(calls.ALLOWED) + len(calls.REFUSED) + len(cases)


def test_the_filter_looks_at_arguments(compiled: tuple[str, bytes]) -> None:
    """Threads but no processes, own limits but nobody else's, no truncation by a file opened for reading."""
    run = answers_of(*compiled)
    thread = 0x3D0F00  # what glibc's pthread_create passes
    assert run("clone", thread) == ALLOW
    assert run("clone", thread & ~calls.CLONE_THREAD) == run("clone", 17) == run("clone", 0) == EPERM
    assert run("prlimit64", 0, 7) == ALLOW and run("prlimit64", 1234, 7) == run("prlimit64", 1 << 32, 7) == EPERM
    assert run("fcntl", 3, 4) == ALLOW and run("fcntl", 3, 8) == run("fcntl", 3, 10) == run("fcntl", 3, 15) == EPERM
    assert run("prctl", 15) == ALLOW and run("prctl", 1) == run("prctl", 4) == run("prctl", 0x59616D61) == EPERM
    for flags in (0, os.O_WRONLY | calls.O_TRUNC, os.O_RDWR | os.O_CREAT | calls.O_TRUNC):
        assert run("openat", 0, 0, flags) == ALLOW
    assert run("openat", 0, 0, calls.O_TRUNC) == run("openat", 0, 0, calls.O_TRUNC | 3 | 1 << 40) == EPERM


def test_the_filter_knows_its_architecture(compiled: tuple[str, bytes]) -> None:
    """Another architecture's call kills; no x32 number and no call of the future is allowed."""
    architecture, program = compiled
    for other in {0x40000003, 0xC000003E, 0xC00000B7, 0x40000028} - {ARCHITECTURES[architecture]}:
        assert interpret(program, other, 39) == KILL
    answers = {interpret(program, ARCHITECTURES[architecture], 0x40000000 | number) for number in range(600)}
    answers |= {interpret(program, ARCHITECTURES[architecture], number) for number in (*range(480, 3000), 0xFFFFFFFF)}
    assert answers == {ENOSYS}


# ---------------------------------------------------------------- uids


@linux
@as_root
def test_two_leases_never_share_a_uid() -> None:
    """Two gradings at once do not meet, in one process or two; a returned uid can be leased again."""
    with identity.lease_uid() as first, identity.lease_uid() as second:
        assert first.uid != second.uid
        program = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom grader.sandbox.identity import lease_uid\n"
        program += "with lease_uid() as third: print(third.uid)"
        done = subprocess.run([sys.executable, "-I", "-B", "-c", program], capture_output=True, text=True, check=True)
        assert int(done.stdout) not in (first.uid, second.uid)
    with identity.lease_uid() as again:
        assert again.uid <= first.uid


STARTS_THREADS = """
import _thread
_thread.stack_size(32768)
lock, count = _thread.allocate_lock(), 0
lock.acquire()
try:
    while count < 5000:
        _thread.start_new_thread(lock.acquire, ())
        count += 1
finally:
    print("threads:", count, flush=True)
"""


@linux
def test_tasks_of_a_user_are_counted() -> None:
    """Threads count as processes do."""
    before, wait = identity.tasks_of(os.geteuid()), threading.Event()
    threads = [threading.Thread(target=wait.wait, args=(30,)) for _ in range(200)]
    for thread in threads:
        thread.start()
    now = identity.tasks_of(os.geteuid())
    wait.set()
    assert 100 < now - before < 300


@linux
@pytest.mark.parametrize("way, most", [("root", OWN_UID_TASKS), ("user", SHARED_UID_TASKS)])
def test_threads_are_bounded(way, most):
    """A bomb of threads leaves room for everybody else's processes, under a uid of its own or the owner's; a few can be had."""
    if way not in arena.ways_here():
        pytest.skip("needs root")
    (outcome,) = arena.run(way, [arena.Job(("uid", "landlock", "seccomp"), file=STARTS_THREADS)])
    assert 20 < int(outcome.printed.split()[1]) <= most


@linux
@as_root
def test_no_process_of_a_uid_outlives_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """Daemons in sessions of their own, which ignore what they can and live on in a child every 20 ms, are gone when the lease ends."""
    monkeypatch.setattr(identity, "FIRST_UID", identity.FIRST_UID + identity.UIDS - 1)  # which no grading takes as soon as it is free
    monkeypatch.setattr(identity, "UIDS", 1)
    daemons = """
        import os, signal, sys, time
        os.setgid(int(sys.argv[1])); os.setuid(int(sys.argv[1]))
        for _ in range(3):
            if os.fork() == 0:
                os.setsid()
                [signal.signal(number, signal.SIG_IGN) for number in (1, 2, 15)]
                while True:
                    time.sleep(0.02)
                    if os.fork(): os._exit(0)
    """
    with identity.lease_uid() as leased:
        subprocess.run([sys.executable, "-I", "-c", textwrap.dedent(daemons), str(leased.uid)], check=True, timeout=30)
        assert any(identity.processes_of(leased.uid) for _ in range(100))
    assert not any(identity.processes_of(leased.uid) for _ in range(30))


@linux
@as_root
def test_a_lease_kills_what_it_finds_and_ends_after_an_error() -> None:
    """Processes are ended although the grading raised, and the error is the grading's."""
    with pytest.raises(RuntimeError, match="grading"), identity.lease_uid() as leased:
        sleeper = subprocess.Popen(["/bin/sleep", "60"], user=leased.uid)
        raise RuntimeError("grading")
    assert sleeper.wait(10) == -signal.SIGKILL


@linux
def test_only_root_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary user is told so, and may go on without."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(identity.IdentityError, match="only root"), identity.lease_uid():
        pass


@as_root
def test_a_lock_folder_of_others_is_refused(tmp_path: Path) -> None:
    """Who could write there could hold all uids, or let two gradings share one."""
    folder = tmp_path / "locks"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(identity.IdentityError, match="root alone"), identity.lease_uid(folder):
        pass


@pytest.mark.parametrize("uid", [0, os.getuid()])
def test_only_leased_uids_are_cleared(uid: int) -> None:
    """A slip must not kill every process of root, or of whoever runs the grader."""
    with pytest.raises(ValueError, match="not a leased one"):
        identity.end_processes(uid)


# ---------------------------------------------------------------- reach


def test_open_and_closed_paths_are_told_apart(tmp_path: Path) -> None:
    """A path is open if every folder above lets everybody through; its own mode does not matter."""
    assert reach.is_open_to_all("/usr")
    closed = tmp_path / "closed"
    (closed / "inner").mkdir(parents=True)
    closed.chmod(0o700)
    assert not reach.is_open_to_all(str(closed / "inner"))


@linux
@as_root
def test_modules_below_a_closed_folder_can_be_imported_under_another_uid(plan: Policy, tmp_path: Path) -> None:
    """A Python or an environment in root's home is out of a student's reach by path, and still imports."""
    closed = tmp_path / "closed" / "lib"
    (closed / "package").mkdir(parents=True)
    closed.parent.chmod(0o700)
    (closed / "package" / "__init__.py").write_text("")
    (closed / "package" / "late.py").write_text("value = 7")
    body = f"import package.late; assert package.late.value == 7 and not os.path.exists({str(closed)!r})"
    with identity.lease_uid() as leased:
        identity.give(Path(plan.scratch), leased)
        changed = replace(plan.as_user(leased.uid, leased.gid), readable=(*plan.readable, str(closed)))
        before = f"sys.path.append({str(closed)!r}); import package"
        assert confined(changed, body, before=before, way="root") == "confined"


# ---------------------------------------------------------------- the probe


@linux
def test_this_host_offers_what_ci_needs() -> None:
    """The probe, from outside in: everything on a bare machine as root, all but the uid for an ordinary user."""
    offered = support.supported(ROOT / "reference" / "backprop.py")
    root = os.geteuid() == 0
    assert offered.observed.as_json() == {
        "uid": root, "landlock": True, "seccomp": True, "rlimits": True, "level": "full" if root else "partial"
    }
    assert offered.observed.exposed == ()
    assert len(offered.lacking) == (0 if root else 1)


@linux
@pytest.mark.parametrize("layer", ["uid", "landlock", "seccomp"])
def test_a_layer_that_is_not_applied_is_seen_to_be_missing(plan: Policy, layer: str) -> None:
    """What held is observed: without a layer its boolean turns false, the others stay, and advice is given."""
    scratch = Path(plan.scratch)
    with contextlib.ExitStack() as stack:
        if os.geteuid() == 0:
            leased = stack.enter_context(identity.lease_uid())
            identity.give(scratch, leased)
            plan = plan.as_user(leased.uid, leased.gid)
        elif layer == "uid":
            layer = "landlock"
        targets = stack.enter_context(probe.canaries(scratch, None, plan.limits))
        whole, less = support.observe(plan, targets), support.observe(plan.without(layer), targets)
    assert getattr(whole, layer) and not getattr(less, layer)
    others = {"uid", "landlock", "seccomp", "rlimits"} - {layer}
    assert [getattr(less, name) for name in others] == [getattr(whole, name) for name in others]
    assert less.level in ("partial", "none") and layers.advice(less)
    assert layers.visible(less) != layers.visible(whole)


@linux
def test_an_open_reference_is_noticed(plan: Policy) -> None:
    """A reference that the policy happens to make readable means level none, whatever else held."""
    secret = ROOT / "reference" / "backprop.py"
    wide = replace(plan, readable=(*plan.readable, str(ROOT)))
    with probe.canaries(Path(plan.scratch), secret, plan.limits) as targets:
        observed = support.observe(wide, targets)
    assert observed.secret_is_exposed and observed.level == "none"
    assert "read the reference" in " ".join(layers.advice(observed))


HELD = {
    **dict.fromkeys(("read a file", "list a folder", "write a file", "create a file", "read a private file"), "EACCES"),
    **dict.fromkeys(("open a UDP socket", "fork", "shared memory", "truncate a file"), "EPERM"),
    "more memory": "ENOMEM", "more descriptors": "EMFILE", "a longer file": "EFBIG", "read the secret": "EACCES",
}


def test_the_judgement_needs_every_attempt() -> None:
    """An attempt that is missing from the report counts as one that came off."""
    assert layers.judge(HELD).level == "full"
    for name in set(HELD) - {"read the secret"}:
        judged = layers.judge({key: word for key, word in HELD.items() if key != name})
        assert judged.level == "partial", name
    assert layers.judge({}) == layers.NOTHING_HELD


def test_files_may_be_held_by_something_else_than_landlock() -> None:
    """macOS's sandbox answers EPERM: no layer of ours, yet enough to go on."""
    outcomes = dict.fromkeys(HELD, "EPERM")
    judged = layers.judge({**outcomes, "read a private file": probe.DONE})
    assert (judged.landlock, judged.uid, judged.level) == (False, False, "partial")


def test_targets_survive_their_json() -> None:
    """The probe in the child tries what the grader laid out."""
    targets = probe.Targets("/a", "/b", "", "/c", 7, Limits(cpu_s=3))
    assert probe.Targets.from_json(targets.to_json()) == targets


@linux
def test_a_step_that_fails_under_the_probe_is_named(plan: Policy) -> None:
    """doctor can say which step fails here, in the kernel's words."""
    with probe.canaries(Path(plan.scratch), None, plan.limits) as targets, pytest.raises(ConfineError) as caught:
        support.observe(replace(plan, readable=("/nonexistent",)), targets)
    assert caught.value.step == "landlock" and "/nonexistent" in caught.value.reason


# ---------------------------------------------------------------- macOS, with a stand-in


def test_sandbox_exec_is_started_with_the_profile(plan: Policy, tmp_path: Path) -> None:
    """A stand-in takes sandbox-exec's place and reports what it was given; that Apple's would obey is not tested."""
    stand_in = tmp_path / "sandbox-exec"
    stand_in.write_text(f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n")
    stand_in.chmod(0o755)
    assert seatbelt.is_available(stand_in) and not seatbelt.is_available(tmp_path / "elsewhere")
    argv = seatbelt.command([sys.executable, "-c", "pass"], plan, stand_in)
    given = json.loads(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)
    assert given[0] == "-p" and given[2:] == [sys.executable, "-c", "pass"]
    profile = given[1]
    assert profile.startswith("(version 1)\n(deny default)\n")
    assert profile.count("(") == profile.count(")")
    writes = [line for line in profile.splitlines() if "file-write-create" in line]
    assert len(writes) == 1 and f'(subpath "{plan.scratch}")' in writes[0]
    assert "network*" in profile and "(allow network" not in profile


def test_a_profile_quotes_its_paths() -> None:
    """A folder's name cannot add a rule."""
    evil = Policy('/tmp/x")) (allow default) (deny (literal "', landlock=False, seccomp=False)
    outside_of_quotes = re.sub(r'"(?:[^"\\]|\\.)*"', "", seatbelt.profile(evil, "/usr/bin/python3"))
    assert "(allow default)" not in outside_of_quotes
    assert outside_of_quotes.count("(") == outside_of_quotes.count(")")


def test_on_macos_each_submission_gets_a_worker_under_sandbox_exec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the whole grader, with a stand-in for sandbox-exec: one start a submission, whose profile opens its scratch alone.

    That Apple's own would hold anything, or start at all, is not tested.
    """
    from grader.grading import REFERENCE, grade
    from grader.sandbox.warm import Worker

    starts = tmp_path / "starts"
    stand_in = tmp_path / "sandbox-exec"
    stand_in.write_text(f'#!/bin/sh\nprintf "%s\\n" "$2" >>{starts}\nshift 2\nexec "$@"\n')
    stand_in.chmod(0o755)
    monkeypatch.setattr(seatbelt, "SANDBOX_EXEC", stand_in)
    monkeypatch.setattr(seatbelt, "is_needed", lambda: True)
    with Worker() as worker:
        results = [grade(REFERENCE, worker) for _ in range(2)]
        profiles = starts.read_text().split("(version 1)")[1:]
        grade(REFERENCE, worker, trusted=True)
    assert [result.score for result in results] == [100, 100]
    assert starts.read_text().count("(version 1)") == len(profiles) == 2, "the trust flag must work without sandbox-exec"
    writable = [re.findall(r'file-write-create file-write-unlink \(subpath "([^"]+)"', profile) for profile in profiles]
    assert writable[0] != writable[1] and all("grading-" in path for (path,) in writable)
    assert not any(str(REFERENCE) in profile or f'subpath "{ROOT}"' in profile for profile in profiles)
