# Captures what xl prints, for tests of a program that drives xl:
# out/xl/NAME.{cmd,stdout,stderr,exit}
g=/storage/xen/guests/etcd; d=$PWD/out/xl; mkdir -p $g $d /etc/lab; cd $g
up() { echo "[$(cut -d' ' -f1 /proc/uptime)] $*"; }
cap() { # NAME COMMAND...
  local n=$1; shift; up "$n: $*"
  printf '%s\n' "$*" > $d/$n.cmd
  timeout 180 "$@" > $d/$n.stdout 2> $d/$n.stderr < /dev/null; echo $? > $d/$n.exit
  case $n in create-pygrub*|create-bootloader*) local l; l=$(ls -t /var/log/xen/bootloader.*.log 2>/dev/null | head -1); [ -n "$l" ] && cp "$l" $d/$n.bootloader.log && rm -f "$l";; esac
}
cfg() { # NAME EXTRA-SED...: writes NAME.cfg from the plain one
  local n=$1; shift
  sed -e "" "$@" > $n.cfg <<X
bootloader = "pygrub"
name = "$n"
memory = "1024"
vcpus = 1
vif = [ 'mac=00:16:3e:4e:31:11,model=rtl8139,bridge=virbr1' ]
disk = [ '$g/$n.img,raw,xvda' ]
X
  cp $n.cfg $d/$n.cfg
}
wait_for() { local i; for i in $(seq 1 ${3:-90}); do grep -q "$2" /var/log/xen/console/guest-$1.log 2>/dev/null && return 0; xl domid $1 >/dev/null 2>&1 || return 1; sleep 2; done; return 1; }
fresh() { [ ! -f /var/log/xen/console/guest-$1.log ] || : > /var/log/xen/console/guest-$1.log; }
wait_gone() { local i; for i in $(seq 1 60); do xl domid $1 >/dev/null 2>&1 || return 0; sleep 1; done; return 1; }
oem() { # IMAGE TEXT
  mkdir -p /mnt/oem; mount -t ext4 -o loop,offset=2285895680,sizelimit=134217728 $1 /mnt/oem && printf '%s' "$2" > /mnt/oem/grub.cfg && umount /mnt/oem
}
mkdir -p /var/www/html/ignition; echo '{"ignition":{"version":"2.2.0"}}' > /var/www/html/ignition/node-1.json

### before any guest
cap version-option xl -v
cap no-arguments xl
cap unknown-command xl frobnicate
cap help xl help
cap help-create xl help create
cap help-list xl help list
cap info xl info
cap info-name xl info xen_version
cap list-only-dom0 xl list
cap list-long-only-dom0 xl list -l
cap vcpu-list-only-dom0 xl vcpu-list
cap uptime-only-dom0 xl uptime
cap list-unknown xl list etcd-node-9
cap list-long-unknown xl list -l etcd-node-9
cap domid-unknown xl domid etcd-node-9
cap domname-unknown xl domname 4711
cap shutdown-unknown xl shutdown etcd-node-9
cap destroy-unknown xl destroy etcd-node-9
cap uptime-unknown xl uptime etcd-node-9
cap reboot-unknown xl reboot etcd-node-9
cap vcpu-list-unknown xl vcpu-list etcd-node-9
cap network-list-unknown xl network-list etcd-node-9
cap console-unknown xl console etcd-node-9
cap domid-dom0 xl domid Domain-0
cap domname-dom0 xl domname 0
cap destroy-dom0 xl destroy 0
cap shutdown-no-domain xl shutdown
cap create-no-config xl create
cap create-config-missing xl create $g/none.cfg
cap create-config-missing-relative xl create none.cfg

### create: failures that need no guest
up "images"
cp --sparse=always /storage/xen/images/classic.img etcd-node-1.img
cfg no-image; cap create-image-missing xl create $g/no-image.cfg
cfg image-is-directory; mkdir -p image-is-directory.img; cap create-image-is-directory xl create $g/image-is-directory.cfg
truncate -s 64M empty-image.img; cfg empty-image; cap create-pygrub-empty-image xl create $g/empty-image.cfg
cp --sparse=always etcd-node-1.img no-kernel.img
mkdir -p /mnt/esp; mount -t vfat -o loop,offset=2097152,sizelimit=134217728 no-kernel.img /mnt/esp; rm -f /mnt/esp/xen/pvboot-x86_64.elf; umount /mnt/esp
cfg no-kernel; cap create-pygrub-kernel-file-missing xl create $g/no-kernel.cfg
mount -t vfat -o loop,offset=2097152,sizelimit=134217728 no-kernel.img /mnt/esp; rm -rf /mnt/esp/boot; umount /mnt/esp
mv no-kernel.img no-menu.img; cfg no-menu; cap create-pygrub-no-menu xl create $g/no-menu.cfg
rm -f no-menu.img empty-image.img; rmdir image-is-directory.img
printf 'bootloader = "pygrub"\nname = "bad-syntax\nmemory = 1024\n' > bad-syntax.cfg; cp bad-syntax.cfg $d/; cap create-bad-syntax xl create $g/bad-syntax.cfg
printf 'bootloader = "pygrub"\nname = "bad-list"\nmemory = 1024\ndisk = [ %s\n' "'$g/etcd-node-1.img,raw,xvda'" > bad-list.cfg; cp bad-list.cfg $d/; cap create-bad-list xl create $g/bad-list.cfg
with_image() { # NAME SED...: a config whose image exists
  local n=$1; shift; cfg $n "$@"; sed -i "s,/[^/']*\.img,/etcd-node-1.img," $n.cfg; cp $n.cfg $d/
}
gone() { local x; for x; do xl destroy "$x" >/dev/null 2>&1; done; }
with_image no-name -e '/^name/d'; cap create-no-name xl create $g/no-name.cfg
with_image no-boot -e '/^bootloader/d'; cap create-no-bootloader xl create $g/no-boot.cfg
with_image bad-disk -e 's/,raw,/,raww,/'; cap create-bad-disk-format xl create $g/bad-disk.cfg
with_image bad-boot -e 's/^bootloader.*/bootloader = "nogrub"/'; cap create-bootloader-missing xl create $g/bad-boot.cfg
with_image big -e 's/^memory.*/memory = "32768"/'; cap create-not-enough-memory xl create $g/big.cfg
with_image no-bridge -e 's/virbr1/virbr9/'; cap create-bridge-missing xl create $g/no-bridge.cfg
# accepted by xl with a warning, or silently
with_image bad-mac -e 's/:4e:31:11/:zz:31:11/'; cap create-bad-mac xl create -p $g/bad-mac.cfg; gone bad-mac
with_image bad-memory -e 's/^memory.*/memory = "lots"/'; cap create-bad-memory xl create -p $g/bad-memory.cfg; gone bad-memory
with_image numeric-name -e 's/^name.*/name = "4711"/'; cap create-numeric-name xl create -p $g/numeric-name.cfg; cap list-numeric-name xl list; gone 4711; gone $(xl list | awk '$1=="4711"{print $2}')
with_image unknown-key -e '$a frobnicate = 1'; cap create-unknown-key xl create -p $g/unknown-key.cfg; gone unknown-key
sleep 2; cap list-after-failures xl list

### a running guest
oem etcd-node-1.img 'set linux_append="coreos.config.url=http://192.168.100.1/ignition/node-1.json lab.hold=600"
'
cfg etcd-node-1
cap create-dry-run xl create -n $g/etcd-node-1.cfg
fresh etcd-node-1; cap create xl create $g/etcd-node-1.cfg
cap list-just-created xl list
cap domid xl domid etcd-node-1
wait_for etcd-node-1 "LABGUEST ready" 150 || up "guest not ready"
cap list xl list
cap list-one xl list etcd-node-1
cap list-by-id xl list $(xl domid etcd-node-1)
cap list-verbose xl list -v
cap list-long xl list -l
cap list-long-one xl list -l etcd-node-1
cap vcpu-list xl vcpu-list
cap vcpu-list-one xl vcpu-list etcd-node-1
cap uptime xl uptime
cap uptime-one xl uptime etcd-node-1
cap domname xl domname $(xl domid etcd-node-1)
cap network-list xl network-list etcd-node-1
cap block-list xl block-list etcd-node-1
cap info-with-guest xl info
cap create-name-in-use xl create $g/etcd-node-1.cfg
cap pause xl pause etcd-node-1; cap list-paused xl list; cap unpause xl unpause etcd-node-1
cap shutdown xl shutdown etcd-node-1
wait_gone etcd-node-1; cap list-after-shutdown xl list
fresh etcd-node-1; cap create-quiet xl create -q $g/etcd-node-1.cfg
wait_for etcd-node-1 "Linux version" 60
cap shutdown-wait xl shutdown -w etcd-node-1
# at once, while the background xl may still be removing it (a race)
cap destroy-already-going xl destroy etcd-node-1
wait_gone etcd-node-1
cap list-after-destroy xl list
cap create-paused xl create -p $g/etcd-node-1.cfg
cap list-created-paused xl list
cap destroy-paused xl destroy etcd-node-1
fresh etcd-node-1; xl create $g/etcd-node-1.cfg; wait_for etcd-node-1 "LABGUEST ready" 150
cap destroy-running xl destroy etcd-node-1
cap list-after-destroy-running xl list
cap destroy-twice xl destroy etcd-node-1
cp -r /var/log/xen $d/../logs
up "end"
