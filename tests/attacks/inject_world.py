"""A XENDIR with a cluster, a node and a host's files, and each changing command that inject.py runs in it."""
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Callable, Optional

HOSTNAME, LARGE = b"written by a test\n", bytes(range(256)) * 8192


def run(arguments, environment=None, timeout=120, stdin=None):
    given = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
    done = subprocess.run(arguments, capture_output=True, env=environment, timeout=timeout, **given)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def copy_part(image, offset, size, copy):
    """Copies a part of a file, and reads none of its holes."""
    with open(image, "rb") as source, open(copy, "wb") as target:
        target.truncate(size)
        at, end = offset, offset + size
        while at < end:
            try:
                at = os.lseek(source.fileno(), at, os.SEEK_DATA)
            except OSError:
                return
            hole = min(os.lseek(source.fileno(), at, os.SEEK_HOLE), end)
            while at < hole:
                data = os.pread(source.fileno(), min(hole - at, 1 << 20), at)
                at += os.pwrite(target.fileno(), data, at - offset)


@dataclass
class Command:
    """What is run, by what it shows that it is done, and what the disk may hold after a fault."""
    arguments: list
    done: Callable[[], bool]
    # The next run may fail when the work is done: what it makes is there, what it removes is not.
    once: bool = False
    stdin: Optional[bytes] = None
    before: list = field(default_factory=list)
    # What is removed before: names in the XENDIR.
    without: list = field(default_factory=list)
    # (label, path, contents): a file of the disk, and each content that it may have after a fault; None if it may be missing.
    states: list = field(default_factory=list)
    # The commands of the host run in name spaces of their own.
    host: bool = False
    # A script of pwsh, not the words of xenkube.
    script: Optional[str] = None
    # xl is the stand-in that remembers its domains.
    xl: bool = False
    # A member of etcd runs beside it, in a name space of their own.
    etcd: bool = False


class World:
    def __init__(self, xenkube, work, pwsh=None, module=None):
        self.xenkube, self.work, self.pwsh, self.module = xenkube, work, pwsh, module
        self.base, self.dir = os.path.join(work, "base"), os.path.join(work, "xen")
        self.image = os.path.join(self.dir, "guests/etcd/node-1.img")
        self.environment = {"XENDIR": self.dir, "PATH": os.environ["PATH"], "HOME": work, "TMPDIR": work, "LC_ALL": "C.UTF-8",
                            "DOTNET_ROOT": os.environ.get("DOTNET_ROOT", ""), "DOTNET_TieredPGO": "0",
                            # A program that is not native reserves memory by a file larger than any limit of sizes.
                            "DOTNET_EnableWriteXorExecute": "0", "XENKUBE_LOCK_WAIT": "20",
                            "POWERSHELL_TELEMETRY_OPTOUT": "1", "NO_COLOR": "1"}
        if not self.environment["DOTNET_ROOT"]:
            del self.environment["DOTNET_ROOT"]
        self.host = self.dom0()
        self.has_etcd = bool(self.host and shutil.which("etcd") and shutil.which("etcdctl"))
        self.partitions = {}

    def dom0(self):
        """What comes before a command of the host, so that it sees the guests' network and keeps its backups in the work folder; None
        where name spaces cannot be made."""
        place = "mount --bind \"$0\" /var/backups && ip link set lo up && ip addr add 192.168.100.1/24 dev lo && exec \"$@\""
        host = ["unshare", "--mount", "--net", "sh", "-c", place, os.path.join(self.dir, "backups")]
        if not all(shutil.which(program) for program in ("unshare", "ip", "nginx", "iptables-restore")) or not os.path.isdir("/var/backups"):
            return None
        return host if os.geteuid() == 0 and run(host[:-1] + [self.work, "true"])[0] == 0 else None

    def prepare(self, release, key):
        os.makedirs(self.base)
        for name in ("images", "guests", "nginx", "keys", "etc-nginx/sites-available", "etc-nginx/sites-enabled", "backups", "fetched", "tree/inner", "domains"):
            os.makedirs(os.path.join(self.base, name))
        with open(os.path.join(self.base, "xenkube.json"), "w") as settings:
            json.dump({"reservationsFile": "hostsfile", "nginxDirectory": "etc-nginx", "firewallFile": "rules.v4"}, settings)
        with open(os.path.join(self.base, "hostsfile"), "w") as hosts:
            hosts.write("00:16:3e:4e:31:11,192.168.100.11\n00:16:3e:4e:31:12,192.168.100.12\n")
        with open(os.path.join(self.base, "etc-nginx", "nginx.conf"), "w") as nginx:
            nginx.write(f"events {{}}\nhttp {{\n\tinclude {self.dir}/etc-nginx/sites-enabled/*;\n}}\n")
        with open(os.path.join(self.base, "rules.v4"), "w") as rules:
            rules.write("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n")
        for number in range(30):
            with open(os.path.join(self.base, "tree", "inner" if number % 2 else "", f"file-{number}"), "wb") as file:
                file.write(bytes([number]) * number * 500)
        self.release, self.key = release, key
        environment = dict(self.environment, XENDIR=self.base)
        for command in (["key", "import", key], ["image", "save", "1520.9.0", "--base-uri", release], ["cluster", "new", "etcd"],
                        ["node", "new", "etcd/node-1", "--image", "1520.9.0"], ["guest", "new", "etcd/node-1"],
                        ["certificate", "authority", "etcd", "--key", "ecdsap256"],
                        ["grub", "set", self.base + "/guests/etcd/node-1.img", "--config-uri", "http://192.168.100.1/old.json"]):
            code, out, error = run([self.xenkube, *command], environment)
            if code:
                sys.exit(f"the set-up failed: {' '.join(command)}: {out}{error}")
        self.fingerprint = [name for name in os.listdir(self.base + "/keys") if name.endswith(".asc")][0][:-4]
        self.fetched = os.path.join(self.base, "fetched", "image.bin.bz2")
        shutil.copy(self.base + "/images/coreos-1520.9.0.bin.bz2", self.fetched)
        shutil.copy(self.base + "/images/coreos-1520.9.0.bin.bz2.sig", self.fetched + ".sig")
        guests = os.path.join(self.base, "guests", "etcd")
        with open(os.path.join(guests, "node-1.ct.tmpl"), "w") as template:
            template.write("passwd:\n  users:\n    - name: ${Node.Name}\nstorage:\n  files:\n    - path: /etc/motd\n      filesystem: root\n"
                           "      contents:\n        inline: |\n          |###motd\n")
        with open(os.path.join(guests, "motd"), "w") as motd:
            motd.write("welcome\n" * 50)
        if self.has_etcd:
            self.save_snapshot()
        found = json.loads(run([self.xenkube, "disk", "partitions", self.base + "/guests/etcd/node-1.img", "--json"], self.environment)[1])
        self.partitions = {part["label"]: (part["start"], part["size"]) for part in (found if isinstance(found, list) else found["partitions"])}

    def fresh(self, command):
        shutil.rmtree(self.dir, ignore_errors=True)
        subprocess.run(["cp", "-a", "--sparse=always", self.base, self.dir], check=True)
        for name in command.without:
            shutil.rmtree(os.path.join(self.dir, name))
        for first in command.before:
            code, out, error = run([*(self.host if command.host else []), self.xenkube, *first], self.environment_of(command))
            if code:
                sys.exit(f"{' '.join(first)}: {out}{error}")

    def prefix(self, command):
        return self.host if command.host else self.member() if command.etcd else []

    def environment_of(self, command):
        """The commands of guests see the stand-in for xl, whose domains are files; a command of etcd is root in its own name space."""
        stand_in = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Pester", "stand-in-xl.sh"))
        return {**self.environment, "XENKUBE_XL": stand_in, "XL_STATE": os.path.join(self.dir, "domains")} if command.xl else self.environment

    def save_snapshot(self):
        """A snapshot of etcd with one key, made by etcd itself."""
        place = """ip link set lo up && { etcd --data-dir "$0/made" > "$0/log" 2>&1 & } && export ETCDCTL_API=3
            for i in $(seq 100); do etcdctl endpoint health > "$0/health" 2>&1 && break; sleep 0.1; done
            etcdctl put /message saved && etcdctl snapshot save "$1"; code=$?; kill $!; wait; exit $code"""
        folder = os.path.join(self.work, "etcd")
        os.makedirs(folder)
        code, out, error = run(["unshare", "--net", "sh", "-c", place, folder, os.path.join(self.base, "snapshot.db")], self.environment)
        if code:
            sys.exit(f"etcd makes no snapshot: {out}{error}")
        shutil.rmtree(folder)

    def member(self):
        """What comes before a command that asks etcd: the one member of the cluster 'data', over TLS with the certificates of XENDIR."""
        place = """ip link set lo up && ip addr add "$2" dev lo && rm -rf "$0" "$0.value" && export ETCDCTL_API=3
            etcd --name data-node-1 --data-dir "$0" --cert-file "$1-server.pem" --key-file "$1-server-key.pem" --client-cert-auth --trusted-ca-file "${1%-node-1}-ca.pem" \
              --listen-client-urls "https://$2:2379" --advertise-client-urls "https://$2:2379" --listen-peer-urls http://127.0.0.1:2380 \
              --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster data-node-1=http://127.0.0.1:2380 > "$0.log" 2>&1 &
            etcd=$!; ctl="etcdctl --cacert ${1%-node-1}-ca.pem --cert $1-client.pem --key $1-client-key.pem --endpoints https://$2:2379"
            for i in $(seq 100); do $ctl endpoint health > /dev/null 2>&1 && break; sleep 0.1; done
            shift 2; "$@"; code=$?; $ctl get /message --print-value-only > "$0.value" 2> /dev/null; kill $etcd; wait; exit $code"""
        return ["unshare", "--net", "sh", "-c", place, os.path.join(self.work, "member"), self.dir + "/guests/data/certs/data-node-1", "192.168.100.12"]

    def words(self, command):
        if command.script is None:
            return [self.xenkube, *command.arguments]
        script = f"$ErrorActionPreference = 'Stop'; Import-Module {self.module}; try {{ {command.script} }} catch {{ [Console]::Error.WriteLine(\"$_\"); exit 1 }}"
        return [*self.pwsh, "-NoProfile", "-NonInteractive", "-Command", script]

    def part(self, label, repaired=False):
        """A copy of a partition; repaired as the guest does when it mounts or checks it."""
        offset, size = self.partitions[label]
        copy = os.path.join(self.work, "part")
        copy_part(self.image, offset, size, copy)
        if repaired:
            code, out, error = run(["fsck.fat", "-a", copy] if label == "EFI-SYSTEM" else ["e2fsck", "-p", copy])
            if code & ~3:
                return None
        return copy

    def file(self, label, path, repaired=False):
        """The content of a file of the node's disk, as mtools or debugfs reads it; None if there is none."""
        part = self.part(label, repaired)
        if part is None:
            return b"cannot be repaired"
        if label == "EFI-SYSTEM":
            done = subprocess.run(["mtype", "-i", part, "::" + path], capture_output=True, stdin=subprocess.DEVNULL)
            return done.stdout if done.returncode == 0 else None
        done = subprocess.run(["debugfs", "-R", f"cat {path}", part], capture_output=True, stdin=subprocess.DEVNULL)
        return None if b"not found" in done.stderr else done.stdout

    def stat(self, path):
        return run(["debugfs", "-R", f"stat {path}", f"{self.image}?offset={self.partitions['ROOT'][0]}"])[1]

    def text(self, name):
        with open(os.path.join(self.dir, name)) as file:
            return file.read()

    def there(self, *names):
        return all(os.path.exists(os.path.join(self.dir, name)) for name in names)

    def commands(self):
        return {**self.disk_commands(), **self.xendir_commands(), **self.node_commands(), **self.guest_commands(),
                **(self.host_commands() if self.host else {}), **(self.etcd_commands() if self.has_etcd else {}),
                **(self.drive_commands() if self.pwsh else {})}

    def disk_commands(self):
        image = self.image
        hosts, kernel = self.original("ROOT", "/etc/hosts"), self.original("EFI-SYSTEM", "/coreos/vmlinuz-a")
        return {
            "grub set": Command(["grub", "set", image, "--config-uri", "http://192.168.100.1/x.json"], lambda: b"x.json" in self.file("OEM", "/grub.cfg")),
            "grub clear": Command(["grub", "clear", image], lambda: b"old.json" not in (self.file("OEM", "/grub.cfg") or b"")),
            "disk put": Command(["disk", "put", image, "ROOT", "/etc/hosts"], lambda: self.file("ROOT", "/etc/hosts") == HOSTNAME, stdin=HOSTNAME,
                                states=[("ROOT", "/etc/hosts", [hosts, HOSTNAME])]),
            "disk put of 2 MiB": Command(["disk", "put", image, "ROOT", "/large"], lambda: self.file("ROOT", "/large") == LARGE, stdin=LARGE,
                                         states=[("ROOT", "/large", [None, LARGE])]),
            "disk put on FAT": Command(["disk", "put", image, "EFI-SYSTEM", "/coreos/vmlinuz-a"], lambda: self.file("EFI-SYSTEM", "/coreos/vmlinuz-a") == LARGE,
                                       stdin=LARGE, states=[("EFI-SYSTEM", "/coreos/vmlinuz-a", [kernel, LARGE])]),
            "disk mkdir": Command(["disk", "mkdir", image, "ROOT", "/etc/new"], lambda: "Type: directory" in self.stat("/etc/new"), once=True),
            "disk rm": Command(["disk", "rm", image, "OEM", "/grub.cfg"], lambda: self.file("OEM", "/grub.cfg") is None, once=True),
            "disk rm of a tree": Command(["disk", "rm", "--recursive", image, "ROOT", "/etc"], lambda: not self.stat("/etc"), once=True),
            "disk rm on FAT": Command(["disk", "rm", image, "EFI-SYSTEM", "/coreos/vmlinuz-a"], lambda: self.file("EFI-SYSTEM", "/coreos/vmlinuz-a") is None,
                                      once=True, states=[("EFI-SYSTEM", "/coreos/vmlinuz-a", [kernel, None])]),
            "disk mv": Command(["disk", "mv", image, "ROOT", "/etc/hosts", "/moved"], lambda: self.file("ROOT", "/moved") == hosts, once=True,
                               states=[("ROOT", "/moved", [hosts, None])]),
            "disk mv on FAT": Command(["disk", "mv", image, "EFI-SYSTEM", "/coreos/vmlinuz-a", "/xen/moved"], lambda: self.file("EFI-SYSTEM", "/xen/moved") == kernel,
                                      once=True, states=[("EFI-SYSTEM", "/xen/moved", [kernel, None])]),
            "disk cp of a tree": Command(["disk", "cp", "--recursive", image, "ROOT", "/etc", "/copy"], lambda: hosts in (self.file("ROOT", "/copy/hosts"), self.file("ROOT", "/copy/etc/hosts")),
                                         states=[("ROOT", "/copy/hosts", [hosts, None]), ("ROOT", "/etc/hosts", [hosts])]),
            "disk ln": Command(["disk", "ln", "--symbolic", image, "ROOT", "/etc/hosts", "/link"], lambda: "Type: symlink" in self.stat("/link"), once=True),
            "disk chmod": Command(["disk", "chmod", "--recursive", image, "ROOT", "go-rwx", "/etc"], lambda: "0600" in self.stat("/etc/hosts")),
            "disk chown": Command(["disk", "chown", "--recursive", image, "ROOT", "500:500", "/etc"], lambda: "500" in self.stat("/etc/hosts")),
        }

    def original(self, label, path):
        image, self.image = self.image, self.base + "/guests/etcd/node-1.img"
        try:
            return self.file(label, path)
        finally:
            self.image = image

    def xendir_commands(self):
        guests, certificates = self.dir + "/guests/etcd/", "guests/etcd/certs/"
        return {
            "cluster new": Command(["cluster", "new", "web"], lambda: self.there("guests/web"), once=True),
            "cluster remove": Command(["cluster", "remove", "etcd", "--force"], lambda: not self.there("guests/etcd"), once=True),
            "key import": Command(["key", "import", self.key], lambda: len(os.listdir(self.dir + "/keys")) >= 1),
            "key remove": Command(["key", "remove", self.fingerprint], lambda: not [n for n in os.listdir(self.dir + "/keys") if n.endswith(".asc")], once=True),
            "node new": Command(["node", "new", "etcd/node-2", "--image", "1520.9.0"], lambda: self.there("guests/etcd/node-2.img"), once=True),
            "node refresh": Command(["node", "refresh", "etcd/node-1"], lambda: self.there("nginx/etcd/node-1.json")),
            "node remove": Command(["node", "remove", "etcd/node-1"], lambda: not self.there("guests/etcd/node-1.img"), once=True),
            "guest new": Command(["guest", "new", "etcd/node-1", "--force"], lambda: self.there("guests/etcd/node-1.cfg")),
            "guest set": Command(["guest", "set", "etcd/node-1", "--memory", "3072"], lambda: "3072" in self.text("guests/etcd/node-1.cfg")),
            "image save": Command(["image", "save", "1520.9.0", "--base-uri", self.release], lambda: self.there("images/coreos-1520.9.0.bin.bz2"), without=["images"]),
            "image import": Command(["image", "import", self.fetched, "--as", "other"], lambda: self.there("images/other-1520.9.0.bin.bz2", "images/other-1520.9.0.bin.bz2.sig")),
            "image remove": Command(["image", "remove", "1520.9.0", "--force"], lambda: not self.there("images/coreos-1520.9.0.bin.bz2"), once=True),
            "image expand": Command(["image", "expand", self.fetched, self.dir + "/disk.img"], lambda: self.there("disk.img"), once=True),
            "ignition expand": Command(["ignition", "expand", guests + "node-1.ct.tmpl"], lambda: self.there("guests/etcd/node-1.ct"), once=True),
            "ignition publish": Command(["ignition", "publish", "etcd/node-1"], lambda: self.there("nginx/etcd/node-1.json"),
                                        before=[["ignition", "expand", guests + "node-1.ct.tmpl"]]),
            "certificate authority": Command(["certificate", "authority", "etcd", "--key", "ecdsap256", "--replace"], lambda: self.there(certificates + "etcd-ca.pem")),
            "certificate new": Command(["certificate", "new", "etcd"], lambda: self.there(certificates + "etcd-node-1-server.pem", certificates + "etcd-node-1-client.pem")),
            "certificate renew": Command(["certificate", "renew", "etcd"], lambda: self.there(certificates + "etcd-node-1-server.pem"),
                                         before=[["certificate", "new", "etcd"]]),
            "certificate roll": Command(["certificate", "roll", "etcd"], lambda: self.there(certificates + "etcd-ca.pem"),
                                        before=[["certificate", "new", "etcd"]], once=True),
            "kubeconfig new": Command(["kubeconfig", "new", "etcd", "--file", self.dir + "/kubeconfig", "--server", "https://192.168.100.11:6443"],
                                      lambda: self.there("kubeconfig")),
        }

    def node_commands(self):
        settings = lambda: json.loads(self.text("xenkube.json"))
        return {
            "node rename": Command(["node", "rename", "etcd/node-1", "node-9"],
                                   lambda: self.there("guests/etcd/node-9.img") and not self.there("guests/etcd/node-1.img"), once=True),
            "node copy": Command(["node", "copy", "etcd/node-1", "node-2"], lambda: self.there("guests/etcd/node-2.img"), once=True),
            "setting set": Command(["setting", "set", "memory", "3072"], lambda: settings().get("memory") == 3072),
            "setting reset": Command(["setting", "reset", "reservationsFile"], lambda: "reservationsFile" not in settings()),
        }

    def guest_commands(self):
        started = [["guest", "start", "etcd/node-1"]]
        runs = lambda: self.there("domains/etcd-node-1")
        return {
            "guest remove": Command(["guest", "remove", "etcd/node-1", "--force"], lambda: not self.there("guests/etcd/node-1.cfg"), once=True, xl=True),
            "guest start": Command(["guest", "start", "etcd/node-1"], runs, once=True, xl=True),
            "guest stop": Command(["guest", "stop", "etcd/node-1", "--force"], lambda: not runs(), once=True, before=started, xl=True),
            "guest restart": Command(["guest", "restart", "etcd/node-1", "--force"], runs, before=started, xl=True),
        }

    def etcd_commands(self):
        made = [["cluster", "new", "data", "--etcd", "node-1"], ["node", "new", "data/node-1", "--image", "1520.9.0"], ["guest", "new", "data/node-1"],
                ["certificate", "new", "data"]]
        snapshot, backup = self.dir + "/snapshot.db", self.dir + "/backup.db"
        database = f"{self.dir}/guests/data/node-1.img"
        root = lambda: f"{database}?offset={self.partitions['ROOT'][0]}"
        return {
            "etcd restore": Command(["etcd", "restore", "data", snapshot], lambda: "Type: regular" in run(["debugfs", "-R", "stat /var/lib/etcd/member/snap/db", root()])[1],
                                    before=made),
            "etcd set": Command(["etcd", "set", "data", "/message", "written"], lambda: self.there("../member.value") and self.text("../member.value") == "written\n", before=made, etcd=True),
            "etcd backup": Command(["etcd", "backup", "data", backup], lambda: self.there("backup.db") and os.path.getsize(backup) > 16384, before=made, etcd=True),
        }

    def host_commands(self):
        site = self.dir + "/etc-nginx/sites-enabled/xen"
        return {name: Command(command, done, once=once, before=before, host=True) for name, command, done, once, before in (
            ("host apply site", ["host", "apply", "--step", "site", "--no-activate"], lambda: os.path.exists(site), False, []),
            ("host apply reservations", ["host", "apply", "--step", "reservations", "--no-activate"], lambda: "192.168.100.99" in self.text("hostsfile"), False, []),
            ("host undo", ["host", "undo", "site", "--no-activate"], lambda: not os.path.lexists(site), True, [["host", "apply", "--step", "site", "--no-activate"]]),
            ("host forward add", ["host", "forward", "add", "8080", "192.168.100.11:80", "--no-activate"], lambda: "--dport 8080" in self.text("rules.v4"), False, []),
            ("host forward remove", ["host", "forward", "remove", "8081", "192.168.100.11:80", "--no-activate"], lambda: "--dport 8081" not in self.text("rules.v4"), True,
             [["host", "forward", "add", "8081", "192.168.100.11:80", "--no-activate"]]))}

    def drive_commands(self):
        """What only the module has: drives, and trees between an image and the host."""
        hosts, mount = self.original("ROOT", "/etc/hosts"), f"$null = Mount-NodeDisk '{self.image}' -DriveName n"
        writable, ending = mount + " -Writable", "Dismount-NodeDisk n"
        copied = bytes([29]) * 29 * 500
        return {
            "Copy-NodeDiskItem in": Command([], lambda: self.file("ROOT", "/opt/tree/inner/file-29") == copied, script=f"{writable}; Copy-NodeDiskItem '{self.dir}/tree' n:/ROOT/opt -Recurse; {ending}",
                                            states=[("ROOT", "/opt/tree/inner/file-29", [copied, None])]),
            "Copy-NodeDiskItem out": Command([], lambda: self.there("out/hosts"), script=f"{mount}; Copy-NodeDiskItem n:/ROOT/etc '{self.dir}/out' -Recurse; {ending}"),
            "Set-Content": Command([], lambda: self.file("ROOT", "/etc/hosts") == HOSTNAME, script=f"{writable}; Set-Content n:/ROOT/etc/hosts 'written by a test'; {ending}",
                                   states=[("ROOT", "/etc/hosts", [hosts, HOSTNAME])]),
            "Move-Item": Command([], lambda: self.file("ROOT", "/moved") == hosts, once=True, script=f"{writable}; Move-Item n:/ROOT/etc/hosts n:/ROOT/moved; {ending}",
                                 states=[("ROOT", "/moved", [hosts, None])]),
        }
