"""What looks at a XENDIR after a fault: programs that are not XenKube's."""
import collections
import json
import os
import re
import shutil

from inject_world import copy_part, run


class Judges:
    def __init__(self, world, problem):
        self.world, self.problem, self.count = world, problem, collections.Counter()

    def look_at_states(self, what, command):
        """Before the next run: what the guest would find."""
        for label, path, contents in command.states:
            self.count["old or new content"] += 1
            content = self.world.file(label, path, repaired=True)
            if content not in contents:
                self.problem(what, f"{path} on {label} is neither old nor new: {'missing' if content is None else content[:80]}")

    def look(self, what, command):
        self.look_at_files(what)
        self.look_at_certificates(what)
        if command.host:
            self.look_at_host(what)
        else:
            for node in ("node-1", "node-2"):
                image = f"{self.world.dir}/guests/etcd/{node}.img"
                if os.path.exists(image):
                    self.look_at_disk(what, image)

    def look_at_files(self, what):
        for folder, _, files in os.walk(self.world.dir):
            for file in files:
                if ".xenkube~" in file or ".part" in file:
                    self.problem(what, f"left over: {os.path.join(folder, file)[len(self.world.dir):]}")
        for config in (os.path.join(folder, file) for folder, _, files in os.walk(self.world.dir + "/nginx") for file in files):
            if config.endswith(".json"):
                self.count["JSON"] += 1
                try:
                    with open(config) as text:
                        json.load(text)
                except ValueError as reason:
                    self.problem(what, f"{config[len(self.world.dir):]}: {reason}")
        if shutil.which("xl"):
            for config in (os.path.join(folder, file) for folder, _, files in os.walk(self.world.dir + "/guests") for file in files):
                if config.endswith(".cfg"):
                    self.count["xl"] += 1
                    code, out, error = run(["xl", "create", "--dryrun", "--quiet", config])
                    if code and "syntax error" in out + error:
                        self.problem(what, f"xl on {config[len(self.world.dir):]}: {out}{error}")

    def look_at_certificates(self, what):
        """Each certificate has its key, and the authority signed it."""
        folder = self.world.dir + "/guests/etcd/certs/"
        if not shutil.which("openssl") or not os.path.isdir(folder):
            return
        for name in sorted(os.listdir(folder)):
            if name.endswith("-key.pem") and os.path.exists(folder + name[:-8] + ".pem"):
                self.count["openssl"] += 1
                key, certificate = folder + name, folder + name[:-8] + ".pem"
                of_key, of_certificate = run(["openssl", "pkey", "-in", key, "-pubout"]), run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"])
                if of_key[0] or of_key[1] != of_certificate[1]:
                    self.problem(what, f"{name} is not the key of its certificate: {of_key[2][:200]}{of_certificate[2][:200]}")
        if os.path.exists(self.world.dir + "/kubeconfig") and shutil.which("kubectl"):
            self.count["kubectl"] += 1
            code, out, error = run(["kubectl", "--kubeconfig", self.world.dir + "/kubeconfig", "config", "view"], self.world.environment)
            if code or "https://192.168.100.11:6443" not in out:
                self.problem(what, f"kubectl: {out[:200]}{error[:200]}")

    def look_at_host(self, what):
        for judge, command in (("nginx -t", ["nginx", "-t", "-q", "-c", self.world.dir + "/etc-nginx/nginx.conf", "-e", "stderr"]),
                               ("iptables-restore --test", ["iptables-restore", "--test", self.world.dir + "/rules.v4"])):
            self.count[judge] += 1
            code, out, error = run([*self.world.host, *command])
            if code:
                self.problem(what, f"{judge}: {out}{error}")
        lines = self.world.text("hostsfile").splitlines()
        if len(lines) < 2 or any(len(line.split(",")) != 2 for line in lines if line and not line.startswith("#")):
            self.problem(what, f"hostsfile: {lines[:5]}")

    def look_at_disk(self, what, image):
        for label, (offset, size) in self.world.partitions.items():
            if label == "EFI-SYSTEM" and shutil.which("fsck.fat"):
                part = os.path.join(self.world.work, "efi-system")
                copy_part(image, offset, size, part)
                code, out, error = run(["fsck.fat", "-n", part])
                os.remove(part)
                self.count["fsck.fat"] += 1
                # An edit that was interrupted leaves the dirty mark and at most clusters that nothing uses: docs/promise.md.
                if code and not re.search("Dirty bit|Reclaimed|unused clusters|FATs differ but|Free cluster summary|boot sector and its backup", out):
                    self.problem(what, f"fsck.fat: {out[-400:]}{error[-200:]}")
            if label in ("ROOT", "OEM"):
                self.count["e2fsck"] += 1
                code, out, error = run(["e2fsck", "-fn", f"{image}?offset={offset}"])
                # An edit that was interrupted is in the journal, as after a power failure: e2fsck -fn reads the file system without it.
                if code & ~4 or (code and "recover" not in out + error):
                    self.problem(what, f"e2fsck on {label}: {out[-400:]}{error[-200:]}")
