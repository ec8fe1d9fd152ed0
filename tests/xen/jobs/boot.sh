# Guests of the layouts of Flatcar and Fedora CoreOS on a real Xen, booted by xenkube-boot, and one of Container Linux by pygrub without
# rights. Everything is held against what others say: the guest's console, /proc/cmdline and /sys/hypervisor inside the guest, sgdisk,
# libxl's boot log, /proc of the reader. A file "parts" beside the job names the parts to run; without one all of them run.
export XENDIR=/storage/xen PATH=/job:$PATH
cd /job
passed=0; failed=0
up() { echo "[$(cut -d' ' -f1 /proc/uptime)] $*"; }
ok() { # TEXT COMMAND...
  local text=$1; shift
  if "$@" > /tmp/last 2>&1; then passed=$((passed+1)); up "ok: $text"; else failed=$((failed+1)); up "NOT OK: $text"; sed 's/^/    | /' /tmp/last | tail -30; fi
}
refused() { # TEXT PATTERN COMMAND...
  local text=$1 pattern=$2; shift 2
  if "$@" > /tmp/last 2>&1; then failed=$((failed+1)); up "NOT OK: $text (it was not refused)"; sed 's/^/    | /' /tmp/last | tail; return; fi
  if grep -q "$pattern" /tmp/last; then passed=$((passed+1)); up "ok: $text: $(grep "$pattern" /tmp/last | head -1 | cut -c1-200)"; else failed=$((failed+1)); up "NOT OK: $text (for another reason)"; sed 's/^/    | /' /tmp/last | tail; fi
}
show() { up "$ $*"; "$@" 2>&1 | sed 's/^/    /'; return "${PIPESTATUS[0]}"; }
G=$XENDIR/guests/etcd
console() { echo "/var/log/xen/console/guest-etcd-$node.log"; }
# the lines of the console since the last start of a part
said() { tail -n +"$((mark+1))" "$(console)" 2>/dev/null | tr -d '\r'; }
count() { said | grep -c -- "$1"; }
times() { local n; n=$(count "$2"); [ "$n" = "$1" ] || { echo "$n times: $2"; said | grep LABGUEST | tail -20; return 1; }; }
gone() { # until the guest is gone and its xl too
  local i; for i in $(seq 1 300); do xl domid etcd-$node > /dev/null 2>&1 || ! sleep 1 || { sleep 3; xl domid etcd-$node > /dev/null 2>&1 || return 0; }; sleep 2; done; said | tail -5; return 1
}
boot() { mark=$(wc -l < "$(console)" 2>/dev/null || echo 0); rm -f /var/log/xen/bootloader.*; local t; t=$(cut -d. -f1 /proc/uptime)
  if show xenkube guest start etcd/$node --wait running --timeout 300 $boot_options | tee /tmp/start; [ "${PIPESTATUS[0]}" = 0 ]; then passed=$((passed+1)); up "ok: guest start took $(( $(cut -d. -f1 /proc/uptime) - t )) s"; else failed=$((failed+1)); up "NOT OK: guest start"; fi; }
# boots until it powers off by itself
run_out() { boot; ok "the guest came to its end by itself" gone; said | grep LABGUEST | sed 's/^/    /'; loader_said | sed 's/^/    /'; cp "$(console)" out/ 2>/dev/null; }
loader_said() { local f; for f in $(ls -tr /var/log/xen/bootloader.*.log 2>/dev/null); do tr -d '\r' < "$f"; done; }
loader_says() { loader_said | grep -q -- "$1" || { loader_said; return 1; }; }
cmdline() { said | sed -n 's/^.*LABGUEST cmdline: //p' | sed -n "$1p"; }
look() { xenkube node boot-plan etcd/$node --json > /tmp/plan; }
plan() { jq -r "if type == \"array\" then .[0] else . end | $1" /tmp/plan; }
attributes() { sgdisk -i "$1" $G/$node.img | sed -n 's/^Attribute flags: //p'; }
whole() { sgdisk -v $G/$node.img | tee /tmp/v; grep -q "No problems found" /tmp/v; }
extra() { # adds arguments to those that the product wrote
  sed -i "s/^extra *= *\"\(.*\)\"$/extra = \"\1 $*\"/" $G/$node.cfg; grep -q "$*" $G/$node.cfg; }
plain() { sed -i 's/ lab\.[^" ]*//g' $G/$node.cfg; }
# looks at the reader's rights while a boot goes on; the last that was seen is in /tmp/reader
watch_reader() { rm -f /tmp/reader; ( while :; do p=$(pgrep -f -- --as-reader | head -1); if [ -n "$p" ]; then { grep -E '^(Uid|NoNewPrivs|Seccomp):' /proc/$p/status; ls -l /proc/$p/fd | grep -c -- '->'; } > /tmp/reader.new 2>/dev/null && grep -q 'Seccomp:.*2' /tmp/reader.new && mv /tmp/reader.new /tmp/reader; fi; sleep 0.2; done ) & watcher=$!; }
fresh() { # NODE IMAGE
  node=$1; xl destroy etcd-$node 2>/dev/null; rm -f $G/$node.{img,cfg}; cp --sparse=always $XENDIR/images/$2.img $G/$node.img; mark=0; }

up "the package and the host"
# the runtime's own dependencies are there; what is recommended (powershell) is not
ok "the .deb installs" dpkg -i ./*.deb
ok "xenkube-boot is where bootloader= says" /usr/lib/xenkube/xenkube-boot --help
ok "its manual page is there" test -f /usr/share/man/man8/xenkube-boot.8.gz -o -n "$(dpkg -L xenkube | grep man8/xenkube-boot.8.gz)"
ok "the package made its user" getent passwd xenkube-boot
ok "host apply" xenkube host apply --remove-default-site
mkdir -p $G
for n in 1 2; do printf 'storage:\n  files:\n    - filesystem: root\n      path: /etc/hostname\n      mode: 0644\n      contents:\n        inline: etcd-node-%s\n' $n > $G/node-$n.ct; done
cp $G/node-1.ct $G/node-4.ct
printf 'variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: /etc/hostname\n      mode: 0644\n      contents:\n        inline: etcd-node-3\n' > $G/node-3.ct

part_flatcar() {
  fresh node-1 flatcar
  ok "guest new chooses the boot loader and PVH" bash -c "xenkube guest new etcd/node-1 --first-address 192.168.100.11; grep -q '^bootloader *= *\"/usr/lib/xenkube/xenkube-boot\"' $G/node-1.cfg && grep -q '^type *= *\"pvh\"' $G/node-1.cfg"
  ok "node refresh" xenkube node refresh etcd/node-1
  show cat $G/node-1.cfg
  extra lab.boots=2; look
  ok "the plan says Ignition will run" [ "$(plan .willIgnite)" = true ]
  planned=$(plan .commandLine); kind=$(plan .compression)
  ok "the kernel of slot a is xz" [ "$kind" = xz ]
  watch_reader; run_out; kill $watcher
  ok "PVH: it runs as Xen said" times 2 "LABGUEST system: flatcar-a Linux 6.1.* as PVH"
  ok "its command line is the planned one" [ "$(cmdline 1)" = "$planned" ]
  ok "OEM's grub.cfg was read from btrfs" bash -c "case '$planned' in *lab.oem=btrfs*flatcar.oem.id=lab*) ;; *) exit 1;; esac"
  ok "/usr has the hash that the kernel carries" times 2 "LABGUEST usr: USR partition 3 is whole"
  ok "Ignition once: the config was fetched at the first boot alone" bash -c "[ $(count 'LABGUEST first boot: yes') = 1 ] && [ $(count 'LABGUEST first boot: no') = 1 ]"
  sum=$(sha256sum < $XENDIR/nginx/etcd/node-1.json | cut -d' ' -f1)
  ok "byte for byte what is published" times 1 "LABGUEST config bytes: .* sha256: $sum"
  ok "presets are applied with Ignition alone" bash -c "[ $(count 'LABGUEST presets: yes') = 1 ] && [ $(count 'LABGUEST presets: no') = 1 ]"
  show cat /tmp/reader
  ok "the reader had no rights" bash -c 'grep -q "^Uid:.2147" /tmp/reader && grep -q "NoNewPrivs:.1" /tmp/reader'
  ok "nothing of the boot loader is left" bash -c '! ls /var/lib/xen/ | grep bootloader'
  ok "the partition table is whole" whole
}

part_again() {
  [ -f $G/node-1.img ] || fresh node-1 flatcar
  node=node-1; plain
  ok "node refresh" xenkube node refresh etcd/node-1
  look; ok "the plan says Ignition will run" [ "$(plan .willIgnite)" = true ]
  run_out
  ok "Ignition again" times 1 "LABGUEST first boot: yes"
  ok "it is the same disk" bash -c "[ $(count 'LABGUEST boot number 1$') = 0 ]"
}

part_pv() {
  fresh node-1 flatcar
  ok "guest new --type pv" xenkube guest new etcd/node-1 --type pv --first-address 192.168.100.11
  ok "node refresh" xenkube node refresh etcd/node-1
  look; planned=$(plan .commandLine)
  run_out
  ok "PV, xz" times 1 "LABGUEST system: flatcar-a Linux 6.1.* as PV$"
  ok "its command line is the planned one" [ "$(cmdline 1)" = "$planned" ]
}

part_update() {
  fresh node-1 flatcar
  ok "guest new" xenkube guest new etcd/node-1 --first-address 192.168.100.11
  ok "node refresh" xenkube node refresh etcd/node-1
  sgdisk -A 4:set:49 -A 4:set:52 $G/node-1.img > /dev/null; look
  ok "an update to USR-B is planned, with its one try" bash -c "[ '$(plan .slot)' = USR-B ] && [ '$(plan .tries)' = 1 ]"
  extra lab.boots=2
  run_out
  ok "USR-B came up, and again after its reboot" times 2 "LABGUEST system: flatcar-b Linux 6.12.* as PVH"
  ok "a zstd kernel; the try was taken" loader_says "USR-B boots Linux 6.12.*zstd.*0 tries are left"
  ok "the guest marked it as good" [ "$(attributes 4)" = 0102000000000000 ]
  ok "the partition table is whole" whole

  up "== an update that does not come up"
  first=$(sgdisk -i 3 $G/node-1.img | sed -n 's/^First sector: \([0-9]*\) .*/\1/p')
  dd if=/dev/urandom of=$G/node-1.img bs=512 seek="$first" count=8 conv=notrunc status=none
  sgdisk -A 3:set:48 -A 3:set:49 -A 3:clear:56 -A 3:set:52 $G/node-1.img > /dev/null
  look; ok "an update to USR-A is planned" [ "$(plan .slot)" = USR-A ]
  plain
  run_out
  ok "USR-A was tried once and did not come up" times 1 "LABGUEST usr: partition 3 does not have the hash"
  ok "the reboot fell back to USR-B" times 1 "LABGUEST usr: USR partition 4 is whole"
  ok "its try is gone" [ "$(attributes 3)" = 0003000000000000 ]
  ok "the partition table is whole" whole
}

part_panic() {
  fresh node-1 flatcar
  ok "guest new --type pv" xenkube guest new etcd/node-1 --type pv --first-address 192.168.100.11
  ok "node refresh" xenkube node refresh etcd/node-1
  sgdisk -A 4:set:49 -A 4:set:52 $G/node-1.img > /dev/null
  extra lab.panic; echo 'on_crash = "restart"' >> $G/node-1.cfg
  run_out
  ok "PV, zstd: the kernel of USR-B panicked" times 1 "LABGUEST panic"
  ok "the restart fell back to USR-A" times 1 "LABGUEST system: flatcar-a Linux 6.1.* as PV$"
}

part_kernel() {
  fresh node-1 flatcar
  ok "guest new" xenkube guest new etcd/node-1 --first-address 192.168.100.11
  ok "node refresh" xenkube node refresh etcd/node-1
  sgdisk -A 4:set:49 -A 4:set:52 $G/node-1.img > /dev/null
  mcopy -i $G/node-1.img@@2M ::flatcar/vmlinuz-b /tmp/k; truncate -s -3000000 /tmp/k; mcopy -o -i $G/node-1.img@@2M /tmp/k ::flatcar/vmlinuz-b
  run_out
  ok "a slot whose kernel is cut is passed over in the same boot" times 1 "LABGUEST system: flatcar-a"
  ok "the log says so" loader_says "USR-B is passed over"
  ok "and its try is taken" [ "$(attributes 4)" = 0002000000000000 ]

  up "== nothing to boot"
  mdel -i $G/node-1.img@@2M ::flatcar/vmlinuz-a ::flatcar/vmlinuz-b
  refused "no kernel at all" "there is no kernel /flatcar/vmlinuz-a" xenkube guest start etcd/node-1 --wait running --timeout 200
  ok "no domain is left" bash -c '! xl domid etcd-node-1'
  ok "and nothing of the boot loader" bash -c '! ls /var/lib/xen/ | grep bootloader'
}

part_old() {
  fresh node-2 flatcar-2024
  ok "guest new --type pv" xenkube guest new etcd/node-2 --type pv --first-address 192.168.100.12
  ok "node refresh" xenkube node refresh etcd/node-2
  extra lab.boots=2
  look; planned=$(plan .commandLine)
  run_out
  ok "the generation of 4081, PV, zstd, twice" times 2 "LABGUEST system: flatcar-a Linux 6.12.* as PV$"
  ok "its command line is the planned one" [ "$(cmdline 1)" = "$planned" ]
  ok "guest set --type pvh" xenkube guest set etcd/node-2 --type pvh
  plain
  run_out
  ok "the same disk as PVH" times 1 "LABGUEST system: flatcar-a Linux 6.12.* as PVH"
  ok "Ignition does not run" times 0 "LABGUEST first boot: yes"
}

part_fedora() {
  fresh node-3 fedora
  ok "guest new chooses the boot loader" bash -c "xenkube guest new etcd/node-3 --first-address 192.168.100.13; grep -q xenkube-boot $G/node-3.cfg"
  ok "node refresh" xenkube node refresh etcd/node-3
  extra lab.boots=2 lab.update
  look; planned=$(plan .commandLine)
  run_out
  ok "PVH, by a boot entry, twice" times 2 "LABGUEST system: fedora Linux 6.12.* as PVH"
  ok "its command line is the planned one" [ "$(cmdline 1)" = "$planned" ]
  ok "Ignition once" bash -c "[ $(count 'LABGUEST first boot: yes') = 1 ] && [ $(count 'LABGUEST config bytes') = 1 ]"
  ok "after the guest deployed a second entry, the reboot took that one" bash -c "case '$(cmdline 2)' in *ostree=/ostree/boot.0/*) ;; *) exit 1;; esac"
  ok "guest set --type pv" xenkube guest set etcd/node-3 --type pv
  ok "node refresh" xenkube node refresh etcd/node-3
  plain
  run_out
  ok "PV, and Ignition again" bash -c "[ $(count 'LABGUEST system: fedora Linux 6.12.* as PV$') = 1 ] && [ $(count 'LABGUEST first boot: yes') = 1 ]"
}

part_pygrub() {
  fresh node-4 classic
  ok "guest new chooses pygrub" bash -c "xenkube guest new etcd/node-4 --first-address 192.168.100.14; grep -q '^bootloader *= *\"pygrub\"' $G/node-4.cfg"
  ok "node refresh" xenkube node refresh etcd/node-4 --linux-append lab.hold=5
  rm -f /tmp/pygrub; ( while :; do ps -eo user:20,args | grep '[p]ygrub.*--output=' >> /tmp/pygrub; sleep 0.3; done ) & watcher=$!
  # pygrub's reader is there for less than the pause between two looks: the kernel records each process that ends, with its user (acct(2)).
  python3 accounting.py on
  boot; kill $watcher
  ok "the guest came to its end by itself" gone
  python3 accounting.py off
  show sort -u /tmp/pygrub
  show python3 accounting.py users pygrub
  ok "pygrub was told the user" grep -q -- "--runas=$(id -u xenkube-boot)" /tmp/pygrub
  ok "it read the disk as that user" test -n "$(python3 accounting.py users pygrub | grep -x "$(id -u xenkube-boot)")"
  ok "the guest fetched its config" times 1 "LABGUEST config bytes"
  # Beside each other, without a guest and without an expectation: emulation tells little of a real machine. The kernel of the first disk
  # is a gzipped ELF, which xenkube-boot refuses after it has read all else; that of the second is a bzImage with zstd.
  measure "pygrub" "$(ls /usr/lib/xen-*/bin/pygrub | head -1)" -q
  measure "xenkube-boot, the same disk" /usr/lib/xenkube/xenkube-boot --no-count --guest-type=pv
  fresh node-4 flatcar-2024
  measure "xenkube-boot, Flatcar of 2024" /usr/lib/xenkube/xenkube-boot --no-count --guest-type=pv
}

# measure NAME LOADER OPTION...: three runs of a boot loader on the node's disk, as libxl starts it
measure() {
  local name=$1 i code TIMEFORMAT='%R s by the clock, %U user, %S system'; shift
  for i in 1 2 3; do
    rm -rf /tmp/loader; mkdir -m 700 /tmp/loader; : > /tmp/loader/out; code=0
    { time "$@" --output=/tmp/loader/out --output-format=simple0 --output-directory=/tmp/loader "$G/$node.img" > /tmp/loader.said 2>&1 || code=$?; } 2> /tmp/took
    up "$name: $(cat /tmp/took), exit code $code"
  done
  tail -3 /tmp/loader.said | sed 's/^/    /'
}

part_extract() {
  fresh node-1 flatcar
  ok "guest new" xenkube guest new etcd/node-1 --first-address 192.168.100.11
  ok "node refresh" xenkube node refresh etcd/node-1
  look; planned=$(plan .commandLine)
  mv /usr/lib/xenkube/xenkube-boot /usr/lib/xenkube/away
  refused "a boot loader that is not installed" "Install the package xenkube" xenkube guest start etcd/node-1 --wait running --timeout 100
  boot_options=--extract-kernel; run_out; boot_options=
  ok "a copied kernel boots without a boot loader" times 1 "LABGUEST system: flatcar-a Linux 6.1.* as PVH"
  ok "its command line is the planned one" [ "$(cmdline 1)" = "$planned" ]
  ok "Ignition ran" times 1 "LABGUEST config bytes"
  ok "the start said that the guest ends at its first reboot" grep -q "ends at its first reboot" /tmp/start
  mv /usr/lib/xenkube/away /usr/lib/xenkube/xenkube-boot
}

part_guards() {
  fresh node-1 flatcar
  ok "guest new" xenkube guest new etcd/node-1 --first-address 192.168.100.11
  ok "node refresh" xenkube node refresh etcd/node-1
  extra lab.hold=400
  boot
  ok "the guest is up" bash -c "for i in \$(seq 1 150); do grep -q 'LABGUEST ready' $(console) && exit 0; sleep 2; done; exit 1"
  refused "refresh of the running guest" "in use\|running" xenkube node refresh etcd/node-1
  ok "its plan can be looked at meanwhile" xenkube node boot-plan etcd/node-1
  ok "guest stop --force" xenkube guest stop etcd/node-1 --force --wait gone --timeout 120
  # somebody who edits the disk holds its lock
  ( flock -x 9; sleep 40 ) 9<>$G/node-1.img & holder=$!; sleep 1
  refused "a boot while the disk is edited" "lock\|in use" xenkube guest start etcd/node-1 --wait running --timeout 100
  kill $holder; wait $holder 2>/dev/null
  sed -i 's/^extra.*/extra = "'"$(printf 'x%.0s' $(seq 1 2100))"'"/' $G/node-1.cfg
  refused "a command line that is too long" "the command line has [0-9]* characters, 2047 are the most" xenkube guest start etcd/node-1 --wait running --timeout 100
  ok "no domain is left" bash -c '! xl domid etcd-node-1'
}

boot_options=
for each in $(cat parts 2>/dev/null || echo flatcar again pv update panic kernel old fedora pygrub extract guards); do up "== $each"; part_$each; done
cp $G/*.cfg out/ 2>/dev/null
up "$passed passed, $failed failed"
[ $failed = 0 ]
