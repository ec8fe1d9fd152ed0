#!/usr/bin/env python3
"""Makes system calls of changing commands fail, one at a time, and looks at what is left.

Each command of inject_world.py runs in a fresh XENDIR under strace, which kills it, or lets one call fail, at the n-th call of a kind.
After each fault:
- the command said so: exit code 1 or 2 and a line on standard error, or it did all it was asked; never a stack trace, never an abort;
- the same command, run again without a fault, completes;
- e2fsck and fsck.fat find nothing on the node's disk, the published configs are whole JSON documents, xl (where it is installed) reads the
  guest configurations, nginx -t and iptables-restore --test accept what the commands of the host wrote (run by root, in name spaces of
  their own), and the XENDIR holds no temporary and no half-written file.

The fault EFBIG is made without strace: the command runs with a limit of the size of the files that it writes (ulimit -f). --limits makes these
faults alone.

A fault that hits a library or an assembly while the system's loader or the runtime reads it is counted apart: the runtime aborts then, and
only what is left is judged.

Usage: inject.py --xenkube PROGRAM [--count N] [--seconds S] [--work DIRECTORY] [--only COMMAND] [--limits] [--part I/N] [--pwsh PWSH MODULE]
The places of faults are taken in a random order that is the same in each run, so that a run that is ended early (--seconds, Ctrl+C, SIGTERM)
has tried a part of each kind. Prints a line for each command and the count of all faults. Exit 1 if one of them was lost; 75 if strace
cannot be used here."""
import argparse
import collections
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from inject_judges import Judges
from inject_world import World, run

OPENS = ["openat"]
# write(2) is what the runtime tells its own threads by and prints with; files are written by pwrite64.
WRITES = ["pwrite64", "ftruncate"]
SYNCS = ["fsync", "fdatasync"]
NAMES = ["renameat", "renameat2", "rename", "linkat", "unlinkat", "unlink", "mkdirat", "symlinkat", "fchmod", "fchown"]
READS = ["pread64"]
FAULTS = {
    "kill": ("signal=SIGKILL", OPENS + ["write"] + WRITES + SYNCS + NAMES),
    "EIO": ("error=EIO", WRITES + SYNCS + NAMES + READS),
    "ENOSPC": ("error=ENOSPC", WRITES + SYNCS + ["openat", "mkdirat", "linkat", "renameat", "symlinkat"]),
    "EMFILE": ("error=EMFILE", OPENS),
}
# Bytes; the first ones are less than any file, the last ones less than a disk.
LIMITS = [0, 1, 1000, 40_000, 1 << 20, 100 << 20]
# What the system's loader and the runtime read by themselves.
LOADED = re.compile(r'\.so(\.\d+)*[">]|\.dll[">]|\.dat[">]|\.runtimeconfig\.json|\.deps\.json|/usr/share/dotnet/|ld\.so\.cache|/usr/share/zoneinfo')
RUBBISH = re.compile(r"^\s+at \S+\(|Unhandled exception|Aborted|System\.[A-Z]\w+Exception|XenKube\.\w+Exception", re.M)


class Attack:
    def __init__(self, world):
        self.world, self.work = world, world.work
        self.commands = world.commands()
        self.problems, self.count, self.faults, self.of_loader = [], collections.Counter(), collections.Counter(), 0
        self.judges = Judges(world, self.problem)

    def limited(self, command, size):
        words = [*self.world.prefix(command), "prlimit", f"--fsize={size}:{size}", *self.world.words(command)]
        return run(words, self.world.environment_of(command), stdin=command.stdin)

    def traced(self, command, log, *options):
        words = [*self.world.prefix(command), "strace", "-f", "-y", "--seccomp-bpf", "-qq", "-o", log, *options, *self.world.words(command)]
        return run(words, self.world.environment_of(command), stdin=command.stdin)

    def calls(self, name, command):
        """How often each system call is made, and how many of them the loader and the runtime make before they are there."""
        log = os.path.join(self.work, "calls")
        everything = sorted({call for _, calls in FAULTS.values() for call in calls})
        # A member of etcd may be too late on a busy machine.
        for _ in range(3):
            self.world.fresh(command)
            code, out, error = self.traced(command, log, "-e", "trace=" + ",".join(everything))
            if not code and command.done():
                break
        else:
            sys.exit(f"{name} fails without a fault: {out}{error}")
        counts, first = collections.Counter(), None
        with open(log, errors="replace") as lines:
            for line in lines:
                call = re.match(r"\d+ +(\w+)\(", line)
                if call:
                    counts[call.group(1)] += 1
                    if first is None and call.group(1) == "openat" and (self.world.dir in line or '"/", ' in line):
                        first = collections.Counter(counts)
        return counts, first or collections.Counter()

    def plan(self, only, most):
        return self.plan_limits(only) + self.plan_calls(only, most)

    def plan_limits(self, only):
        return [(name, "EFBIG", "limit", "size", size) for name in self.commands if not only or name == only for size in LIMITS]

    def plan_calls(self, only, most):
        points = []
        # Each command is traced once before: a short run takes some of them.
        step = max(1, len(self.commands) * 3 // most)
        for number, (name, command) in enumerate(self.commands.items()):
            if only and name != only or not only and number % step:
                continue
            counts, first = self.calls(name, command)
            for fault, (action, calls) in FAULTS.items():
                for call in calls:
                    points += [(name, fault, action, call, n) for n in range(max(1, first[call] + (call != "openat")), counts[call] + 1)]
        return points

    def inject(self, point):
        name, fault, action, call, n = point
        command = self.commands[name]
        self.world.fresh(command)
        what = f"{name}: {fault} at {call} {n}"
        log = os.path.join(self.work, "injected")
        self.count[name] += 1
        self.faults[fault] += 1
        hit = []
        try:
            if action == "limit":
                code, out, error = self.limited(command, n)
            else:
                code, out, error = self.traced(command, log, "-e", f"trace={call}", "-e", f"inject={call}:{action}:when={n}")
                # The n-th call is that of each thread: several can fail.
                with open(log, errors="replace") as lines:
                    hit = [line for line in lines if "INJECTED" in line]
        except subprocess.TimeoutExpired:
            return self.problem(what, "the command did not end")
        of_loader = any(LOADED.search(line) for line in hit)
        self.of_loader += of_loader
        if fault != "kill" and not of_loader:
            if code not in (0, 1, 2):
                self.problem(what, f"exit code {code}: {(out + error)[:400]}")
            elif RUBBISH.search(error):
                self.problem(what, f"no error of XenKube: {error[:400]}")
            elif code and not error.strip():
                self.problem(what, "failed in silence")
            elif code == 0 and not command.done():
                self.problem(what, "exit code 0, and it is not done")
        self.judges.look_at_states(what, command)
        try:
            code, out, error = run([*self.world.prefix(command), *self.world.words(command)], self.world.environment_of(command), stdin=command.stdin)
        except subprocess.TimeoutExpired:
            return self.problem(what, "the next run did not end")
        if not command.done() or (code and not command.once):
            self.problem(what, f"the next run does not complete: {error[:400]}")
        self.judges.look(what, command)
        return None

    def problem(self, what, reason):
        self.problems.append(f"{what}: {reason}")
        print(f"LOST {what}: {reason}", flush=True)


def end_early(*_):
    raise KeyboardInterrupt


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser()
    parser.add_argument("--xenkube", required=True)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seconds", type=float, help="end after so many seconds")
    parser.add_argument("--work")
    parser.add_argument("--only")
    parser.add_argument("--limits", action="store_true", help="make no faults but limits of the size of files")
    parser.add_argument("--part", default="1/1", help="of the same places the part I of N, as 1/2, for runs beside each other")
    parser.add_argument("--pwsh", nargs=2, metavar=("PROGRAM", "MODULE"), help="inject into cmdlets as well")
    options = parser.parse_args()
    if not shutil.which("strace") or run(["strace", "-qq", "-o", "/dev/null", "true"])[0]:
        print("strace is missing, or may not trace here", file=sys.stderr)
        return 75
    own = options.work is None
    options.work = tempfile.mkdtemp(prefix="xenkube-attacks-", dir=options.work)
    world = World(options.xenkube, options.work, [options.pwsh[0]] if options.pwsh else None, options.pwsh and options.pwsh[1])
    try:
        assets = os.path.join(here, "..", "assets")
        world.prepare(os.path.realpath(os.path.join(assets, "release")), os.path.realpath(os.path.join(assets, "Sample_Image_Signing_Key.asc")))
        attack = Attack(world)
        points = attack.plan_limits(options.only) if options.limits else attack.plan(options.only, options.count)
        # Every n-th point, so that each command and each kind of fault has its part.
        step = max(1.0, len(points) / options.count)
        chosen = [points[int(i * step)] for i in range(min(options.count, len(points)))]
        random.Random(1).shuffle(chosen)
        number, parts = map(int, options.part.split("/"))
        chosen = chosen[number - 1::parts]
        # Ctrl+C is ignored by programs that a script starts in the background.
        signal.signal(signal.SIGTERM, end_early)
        end = time.monotonic() + (options.seconds or float("inf"))
        try:
            for point in chosen:
                if time.monotonic() > end:
                    break
                attack.inject(point)
        except KeyboardInterrupt:
            print("ended early")
        for name, count in attack.count.items():
            print(f"{name}: {count} faults")
        print(", ".join(f"{name} {count}" for name, count in sorted(attack.faults.items())))
        print(f"judged: {', '.join(f'{name} {count} times' for name, count in sorted(attack.judges.count.items()))}; {attack.of_loader} faults hit the loader or the runtime")
        print(f"{sum(attack.count.values())} of {len(points)} places of faults, {len(attack.problems)} lost")
        return 1 if attack.problems else 0
    finally:
        shutil.rmtree(options.work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
