#!/usr/bin/env python3
"""Makes system calls of changing commands fail, one at a time, and looks at what is left.

Each command runs in a fresh XENDIR under strace, which kills it, or lets one call fail, at the n-th call of a kind. After each fault:
- the command said so: exit code 1 or 2 and a line on standard error, or it did all it was asked; never a stack trace, never an abort;
- the same command, run again without a fault, completes;
- e2fsck and fsck.fat find nothing on the node's disk, the published configs are whole JSON documents, xl (where it is installed) reads the
  guest configurations, nginx -t and iptables-restore --test accept what the commands of the host wrote (run by root, in name spaces of
  their own), and the XENDIR holds no temporary and no half-written file.

A fault that hits a library or an assembly while the system's loader or the runtime reads it is counted apart: the runtime aborts then, and
only what is left is judged.

Usage: inject.py --xenkube PROGRAM [--count N] [--seconds S] [--work DIRECTORY] [--only COMMAND]
The places of faults are taken in a random order that is the same in each run, so that a run that is ended early (--seconds, Ctrl+C, SIGTERM)
has tried a part of each kind. Prints a line for each command and the count of all faults. Exit 1 if one of them was lost; 75 if strace
cannot be used here."""
import argparse
import collections
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

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
# What the system's loader and the runtime read by themselves.
LOADED = re.compile(r'\.so(\.\d+)*[">]|\.dll[">]|\.dat[">]|\.runtimeconfig\.json|\.deps\.json|/usr/share/dotnet/|ld\.so\.cache|/usr/share/zoneinfo')
RUBBISH = re.compile(r"^\s+at \S+\(|Unhandled exception|Aborted|System\.[A-Z]\w+Exception|XenKube\.\w+Exception", re.M)


def run(arguments, environment=None, timeout=120):
    done = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, env=environment, timeout=timeout)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


class Attack:
    def __init__(self, options):
        self.xenkube, self.work = options.xenkube, options.work
        self.base, self.dir = os.path.join(self.work, "base"), os.path.join(self.work, "xen")
        self.environment = {"XENDIR": self.dir, "PATH": os.environ["PATH"], "HOME": self.work, "TMPDIR": self.work, "LC_ALL": "C.UTF-8",
                            "DOTNET_ROOT": os.environ.get("DOTNET_ROOT", ""), "DOTNET_TieredPGO": "0", "XENKUBE_LOCK_WAIT": "20"}
        if not self.environment["DOTNET_ROOT"]:
            del self.environment["DOTNET_ROOT"]
        self.host = self.dom0()
        self.problems, self.count, self.of_loader, self.judges = [], collections.Counter(), 0, collections.Counter()

    def dom0(self):
        """What comes before a command of the host, so that it sees the guests' network and keeps its backups in the work folder; None
        where name spaces cannot be made."""
        place = "mount --bind \"$0\" /var/backups && ip link set lo up && ip addr add 192.168.100.1/24 dev lo && exec \"$@\""
        host = ["unshare", "--mount", "--net", "sh", "-c", place, os.path.join(self.dir, "backups")]
        if not all(shutil.which(program) for program in ("unshare", "ip", "nginx", "iptables-restore")) or not os.path.isdir("/var/backups"):
            return None
        return host if os.geteuid() == 0 and run(host[:-1] + [self.work, "true"])[0] == 0 else None

    def prefix(self, name):
        return self.host if name.startswith("host ") else []

    def prepare(self, release, key):
        os.makedirs(self.base)
        for name in ("images", "guests", "nginx", "keys", "etc-nginx/sites-available", "etc-nginx/sites-enabled", "backups"):
            os.makedirs(os.path.join(self.base, name))
        with open(os.path.join(self.base, "xenkube.json"), "w") as settings:
            json.dump({"reservationsFile": "hostsfile", "nginxDirectory": "etc-nginx", "firewallFile": "rules.v4"}, settings)
        with open(os.path.join(self.base, "hostsfile"), "w") as hosts:
            hosts.write("00:16:3e:4e:31:11,192.168.100.11\n00:16:3e:4e:31:12,192.168.100.12\n")
        with open(os.path.join(self.base, "etc-nginx", "nginx.conf"), "w") as nginx:
            nginx.write(f"events {{}}\nhttp {{\n\tinclude {self.dir}/etc-nginx/sites-enabled/*;\n}}\n")
        with open(os.path.join(self.base, "rules.v4"), "w") as rules:
            rules.write("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n")
        self.release, self.key = release, key
        environment = dict(self.environment, XENDIR=self.base)
        for command in (["key", "import", key], ["image", "get", "1520.9.0", "--base-uri", release], ["cluster", "new", "etcd"],
                        ["node", "new", "etcd/node-1", "--image", "1520.9.0"], ["guest", "new", "etcd/node-1"],
                        ["grub", "set", self.base + "/guests/etcd/node-1.img", "--config-uri", "http://192.168.100.1/old.json"]):
            code, out, error = run([self.xenkube, *command], environment)
            if code:
                sys.exit(f"the set-up failed: {' '.join(command)}: {out}{error}")
        guests = os.path.join(self.base, "guests", "etcd")
        with open(os.path.join(guests, "node-1.ct.tmpl"), "w") as template:
            template.write("passwd:\n  users:\n    - name: ${Node.Name}\nstorage:\n  files:\n    - path: /etc/motd\n      filesystem: root\n"
                           "      contents:\n        inline: |\n          |###motd\n")
        with open(os.path.join(guests, "motd"), "w") as motd:
            motd.write("welcome\n" * 50)

    def fresh(self):
        shutil.rmtree(self.dir, ignore_errors=True)
        subprocess.run(["cp", "-a", "--sparse=always", self.base, self.dir], check=True)

    def commands(self):
        image = os.path.join(self.dir, "guests/etcd/node-1.img")
        return {
            "cluster new": (["cluster", "new", "web"], lambda: os.path.isdir(self.dir + "/guests/web"), "ClusterExists"),
            "key import": (["key", "import", self.key], lambda: len(os.listdir(self.dir + "/keys")) >= 1, None),
            "key remove": (["key", "remove", self.fingerprint], lambda: not [n for n in os.listdir(self.dir + "/keys") if n.endswith(".asc")], "KeyNotFound"),
            "node refresh": (["node", "refresh", "etcd/node-1"], lambda: os.path.isfile(self.dir + "/nginx/etcd/node-1.json"), None),
            "guest new": (["guest", "new", "etcd/node-1", "--force"], lambda: os.path.isfile(self.dir + "/guests/etcd/node-1.cfg"), None),
            "grub set": (["grub", "set", image, "--config-uri", "http://192.168.100.1/x.json"], lambda: True, None),
            "disk mkdir": (["disk", "mkdir", image, "ROOT", "/etc/new"], lambda: True, "FileExists"),
            "disk rm": (["disk", "rm", image, "OEM", "/grub.cfg"], lambda: True, "there is nothing to remove"),
            "node remove": (["node", "remove", "etcd/node-1"], lambda: not os.path.exists(image), "NodeNotFound"),
            "cluster remove": (["cluster", "remove", "etcd", "--force"], lambda: not os.path.exists(self.dir + "/guests/etcd"), "ClusterNotFound"),
            "node new": (["node", "new", "etcd/node-2", "--image", "1520.9.0"], lambda: os.path.isfile(self.dir + "/guests/etcd/node-2.img"), "NodeDiskExists"),
            **self.host_commands(),
            "image get": (["image", "get", "1520.9.0", "--base-uri", self.release], lambda: os.path.isfile(self.dir + "/images/coreos-1520.9.0.bin.bz2"), None),
        }

    def host_commands(self):
        if not self.host:
            return {}
        site = self.dir + "/etc-nginx/sites-enabled/xen"
        return {
            "host apply site": (["host", "apply", "--step", "site", "--no-activate"], lambda: os.path.exists(site), None),
            "host apply reservations": (["host", "apply", "--step", "reservations", "--no-activate"], lambda: "192.168.100.99" in self.text("hostsfile"), None),
            "host undo": (["host", "undo", "site", "--no-activate"], lambda: not os.path.lexists(site), "BackupNotFound"),
            "host forward add": (["host", "forward", "add", "8080", "192.168.100.11:80", "--no-activate"], lambda: "--dport 8080" in self.text("rules.v4"), None),
            "host forward remove": (["host", "forward", "remove", "8081", "192.168.100.11:80", "--no-activate"], lambda: "--dport 8081" not in self.text("rules.v4"), "ForwardNotFound"),
        }

    def text(self, name):
        with open(os.path.join(self.dir, name)) as file:
            return file.read()

    def before(self, name):
        self.fresh()
        first = {"host undo": ["host", "apply", "--step", "site", "--no-activate"],
                 "host forward remove": ["host", "forward", "add", "8081", "192.168.100.11:80", "--no-activate"]}.get(name)
        if first:
            code, out, error = run([*self.host, self.xenkube, *first], self.environment)
            if code:
                sys.exit(f"{name}: {out}{error}")
        if name == "image get":
            shutil.rmtree(self.dir + "/images")

    def calls(self, name, arguments):
        """How often each system call is made, and how many of them the loader and the runtime make before they are there."""
        self.before(name)
        log = os.path.join(self.work, "calls")
        everything = sorted({call for _, calls in FAULTS.values() for call in calls})
        code, out, error = run([*self.prefix(name), "strace", "-f", "--seccomp-bpf", "-qq", "-o", log, "-e", "trace=" + ",".join(everything), self.xenkube, *arguments], self.environment)
        if code:
            sys.exit(f"{name} fails without a fault: {out}{error}")
        counts, first = collections.Counter(), None
        with open(log, errors="replace") as lines:
            for line in lines:
                call = re.match(r"\d+ +(\w+)\(", line)
                if call:
                    counts[call.group(1)] += 1
                    if first is None and call.group(1) == "openat" and (self.dir in line or '"/", ' in line):
                        first = collections.Counter(counts)
        return counts, first or collections.Counter()

    def plan(self, only):
        points = []
        for name, (arguments, _, _) in self.commands().items():
            if only and name != only:
                continue
            counts, first = self.calls(name, arguments)
            for fault, (action, calls) in FAULTS.items():
                for call in calls:
                    points += [(name, fault, action, call, n) for n in range(max(1, first[call] + (call != "openat")), counts[call] + 1)]
        return points

    def inject(self, point):
        name, fault, action, call, n = point
        arguments, is_done, settled = self.commands()[name]
        self.before(name)
        what = f"{name}: {fault} at {call} {n}"
        log = os.path.join(self.work, "injected")
        try:
            code, out, error = run([*self.prefix(name), "strace", "-f", "-y", "--seccomp-bpf", "-qq", "-o", log, "-e", f"trace={call}", "-e", f"inject={call}:{action}:when={n}", self.xenkube, *arguments], self.environment)
        except subprocess.TimeoutExpired:
            return self.problem(what, "the command did not end")
        # The n-th call is that of each thread: several can fail.
        with open(log, errors="replace") as lines:
            hit = [line for line in lines if "INJECTED" in line]
        of_loader = any(LOADED.search(line) for line in hit)
        self.of_loader += of_loader
        if fault != "kill" and not of_loader:
            if code not in (0, 1, 2):
                self.problem(what, f"exit code {code}: {(out + error)[:400]}")
            elif RUBBISH.search(error):
                self.problem(what, f"no error of XenKube: {error[:400]}")
            elif code and not error.strip():
                self.problem(what, "failed in silence")
            elif code == 0 and not is_done():
                self.problem(what, "exit code 0, and it is not done")
        try:
            code, out, error = run([*self.prefix(name), self.xenkube, *arguments], self.environment)
        except subprocess.TimeoutExpired:
            return self.problem(what, "the next run did not end")
        if code and not (is_done() and settled):
            self.problem(what, f"the next run fails: {error[:400]}")
        self.look(what)
        if self.prefix(name):
            self.look_at_host(what)
        else:
            self.look_at_disks(what)
        self.count[name] += 1
        return None

    def look(self, what):
        for folder, _, files in os.walk(self.dir):
            for file in files:
                if ".xenkube~" in file or ".part" in file:
                    self.problem(what, f"left over: {os.path.join(folder, file)[len(self.dir):]}")
        for config in (os.path.join(folder, file) for folder, _, files in os.walk(self.dir + "/nginx") for file in files):
            if config.endswith(".json"):
                self.judges["JSON"] += 1
                try:
                    with open(config) as text:
                        json.load(text)
                except ValueError as reason:
                    self.problem(what, f"{config[len(self.dir):]}: {reason}")
        if shutil.which("xl"):
            for config in (os.path.join(folder, file) for folder, _, files in os.walk(self.dir + "/guests") for file in files):
                if config.endswith(".cfg"):
                    self.judges["xl"] += 1
                    code, out, error = run(["xl", "create", "--dryrun", "--quiet", config])
                    if code and "syntax error" in out + error:
                        self.problem(what, f"xl on {config[len(self.dir):]}: {out}{error}")

    def look_at_disks(self, what):
        for node in ("node-1", "node-2"):
            image = f"{self.dir}/guests/etcd/{node}.img"
            if os.path.exists(image):
                self.check(what, image)

    def look_at_host(self, what):
        for judge, command in (("nginx -t", ["nginx", "-t", "-q", "-c", self.dir + "/etc-nginx/nginx.conf", "-e", "stderr"]),
                               ("iptables-restore --test", ["iptables-restore", "--test", self.dir + "/rules.v4"])):
            self.judges[judge] += 1
            code, out, error = run([*self.host, *command])
            if code:
                self.problem(what, f"{judge}: {out}{error}")
        lines = self.text("hostsfile").splitlines()
        if len(lines) < 2 or any(len(line.split(",")) != 2 for line in lines if line and not line.startswith("#")):
            self.problem(what, f"hostsfile: {lines[:5]}")

    def check(self, what, image):
        for label, (offset, size) in self.partitions.items():
            if label == "EFI-SYSTEM" and shutil.which("fsck.fat"):
                part = os.path.join(self.work, "efi-system")
                run(["dd", f"if={image}", f"of={part}", "bs=1M", "iflag=skip_bytes,count_bytes", f"skip={offset}", f"count={size}", "conv=sparse", "status=none"])
                code, out, error = run(["fsck.fat", "-n", part])
                os.remove(part)
                self.judges["fsck.fat"] += 1
                # An edit that was interrupted leaves the dirty mark and at most clusters that nothing uses: docs/promise.md.
                if code and not re.search("Dirty bit|Reclaimed|unused clusters|FATs differ but|Free cluster summary|boot sector and its backup", out):
                    self.problem(what, f"fsck.fat: {out[-400:]}{error[-200:]}")
            if label in ("ROOT", "OEM"):
                self.judges["e2fsck"] += 1
                code, out, error = run(["e2fsck", "-fn", f"{image}?offset={offset}"])
                # An edit that was interrupted is in the journal, as after a power failure: e2fsck -fn reads the file system without it.
                if code & ~4 or (code and "recover" not in out + error):
                    self.problem(what, f"e2fsck on {label}: {out[-400:]}{error[-200:]}")

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
    options = parser.parse_args()
    if not shutil.which("strace") or run(["strace", "-qq", "-o", "/dev/null", "true"])[0]:
        print("strace is missing, or may not trace here", file=sys.stderr)
        return 75
    own = options.work is None
    options.work = tempfile.mkdtemp(prefix="xenkube-attacks-", dir=options.work)
    attack = Attack(options)
    try:
        assets = os.path.join(here, "..", "assets")
        attack.prepare(os.path.realpath(os.path.join(assets, "release")), os.path.realpath(os.path.join(assets, "Sample_Image_Signing_Key.asc")))
        attack.fingerprint = [name for name in os.listdir(attack.base + "/keys") if name.endswith(".asc")][0][:-4]
        found = json.loads(run([options.xenkube, "disk", "partitions", attack.base + "/guests/etcd/node-1.img", "--json"], attack.environment)[1])
        attack.partitions = {part["label"]: (part["start"], part["size"]) for part in (found if isinstance(found, list) else found["partitions"])}
        points = attack.plan(options.only)
        # Every n-th point, so that each command and each kind of fault has its part.
        step = max(1.0, len(points) / options.count)
        chosen = [points[int(i * step)] for i in range(min(options.count, len(points)))]
        random.Random(1).shuffle(chosen)
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
        print(f"judged: {', '.join(f'{name} {count} times' for name, count in sorted(attack.judges.items()))}; {attack.of_loader} faults hit the loader or the runtime")
        print(f"{sum(attack.count.values())} of {len(points)} places of faults, {len(attack.problems)} lost")
        return 1 if attack.problems else 0
    finally:
        shutil.rmtree(options.work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
