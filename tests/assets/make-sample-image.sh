#!/bin/bash
# Makes the sample images of this folder from Debian's own tools; README.md says what is in them.
#   make-sample-image.sh [FOLDER]      default: the folder of this script
# Everything is fixed (identifiers, times, order), so that a rebuild by the same tools gives the same images.
# The signing key is new each time: its private half is thrown away when the signatures are made.
set -euo pipefail
umask 022
export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=1512042297
export E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH MKE2FS_CONFIG=/dev/null MTOOLS_SKIP_CHECK=1
version=1520.9.0
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$here}
for tool in sgdisk mke2fs tune2fs debugfs e2fsck mkfs.vfat mmd mcopy grub-mkimage lbzip2 gpg perl sha512sum; do
  PATH=$PATH:/usr/sbin:/sbin command -v $tool >/dev/null || { echo "missing tool: $tool" >&2; exit 1; }
done
PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

# Features of ext4 as e2fsprogs 1.42 made it (what Container Linux shipped), and as a present Debian makes it.
classic=( -O none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,flex_bg,sparse_super,large_file,huge_file,uninit_bg,dir_nlink,extra_isize -I 128 )
modern=( -O none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum,orphan_file -I 256 )

# The files of USR-A. Its root is mounted at /usr: lib/os-release is the guest's /usr/lib/os-release.
usr_tree() {
  mkdir -p "$1"/{bin,lib,sbin,share/coreos,usr/lib}
  cat > "$1/lib/os-release" <<X
NAME="Container Linux by CoreOS"
ID=coreos
VERSION=$version
VERSION_ID=$version
BUILD_ID=2017-11-30-0115
PRETTY_NAME="Container Linux by CoreOS $version (Ladybug)"
ANSI_COLOR="38;5;75"
HOME_URL="https://coreos.com/"
BUG_REPORT_URL="https://issues.coreos.com"
COREOS_BOARD="amd64-usr"
X
  cp "$1/lib/os-release" "$1/usr/lib/os-release"     # for whoever looks for it by its whole path
  printf 'COREOS_RELEASE_VERSION=%s\nCOREOS_RELEASE_BOARD=amd64-usr\nCOREOS_RELEASE_APPID={e96281a6-d1af-4bde-9a0a-97b76e56dc57}\n' $version > "$1/share/coreos/release"
}

# The files of ROOT: a system that was started once, so that it has a machine-id to remove.
root_tree() {
  local r=$1 i name
  mkdir -p "$r"/{boot,dev,home/core/.ssh,media,mnt,opt/bin,proc,root,run,srv,sys,tmp,usr}
  mkdir -p "$r"/etc/{coreos,modprobe.d,profile.d,ssh,ssl/certs,sysctl.d,systemd/network,systemd/system/{multi-user.target.wants,sockets.target.wants},tmpfiles.d,udev/rules.d}
  mkdir -p "$r"/var/{cache,db,empty,lib/{coreos,dhcpcd,docker,etcd,iptables,rkt,systemd/catalog,update_engine},log/journal/2e1ab4f7c5d04c6f8b1f0a3d9e6c7b58,spool,tmp}
  chmod 1777 "$r/tmp" "$r/var/tmp"; chmod 700 "$r/root" "$r/home/core/.ssh" "$r/var/lib/etcd"
  echo 2e1ab4f7c5d04c6f8b1f0a3d9e6c7b58 > "$r/etc/machine-id"; chmod 444 "$r/etc/machine-id"
  printf '127.0.0.1\tlocalhost\n::1\t\tlocalhost\n' > "$r/etc/hosts"
  printf 'root:x:0:0:root:/root:/bin/bash\ncore:x:500:500:CoreOS Admin:/home/core:/bin/bash\n' > "$r/etc/passwd"
  printf 'root:x:0:root\nwheel:x:10:root,core\ncore:x:500:\n' > "$r/etc/group"
  printf 'root:*:15887:0:::::\ncore:*:15887:0:::::\n' > "$r/etc/shadow"; chmod 640 "$r/etc/shadow"
  printf 'GROUP=stable\nREBOOT_STRATEGY=off\n' > "$r/etc/coreos/update.conf"
  printf 'PermitRootLogin no\nUsePAM yes\n' > "$r/etc/ssh/sshd_config"; chmod 600 "$r/etc/ssh/sshd_config"
  ln -s ../usr/lib/os-release "$r/etc/os-release"
  ln -s ../run/systemd/resolve/resolv.conf "$r/etc/resolv.conf"
  ln -s ../usr/share/zoneinfo/UTC "$r/etc/localtime"
  ln -s ../proc/self/mounts "$r/etc/mtab"
  ln -s usr/bin "$r/bin"; ln -s usr/lib "$r/lib"; ln -s usr/lib64 "$r/lib64"; ln -s usr/sbin "$r/sbin"
  for name in .bash_logout .bash_profile .bashrc; do ln -s ../../usr/share/skel/$name "$r/home/core/$name"; done
  for name in ntpd sshd-keygen update-engine locksmithd docker etcd-member flanneld; do
    ln -s /usr/lib/systemd/system/$name.service "$r/etc/systemd/system/multi-user.target.wants/$name.service"
  done
  for ((i = 0; i < 150; i++)); do      # short links lie in the inode, long ones in a block
    name=$(printf '%08x.0' $((i * 28629151 & 0xffffffff)))
    if ((i % 10)); then ln -s /usr/share/ca-certificates/mozilla/Root_$i.crt "$r/etc/ssl/certs/$name"
    else ln -s "/usr/share/ca-certificates/mozilla/A_certification_authority_with_a_long_name_number_$i.crt" "$r/etc/ssl/certs/$name"; fi
  done
  for ((i = 0; i < 40; i++)); do printf 'net.ipv4.conf.eth%d.rp_filter = 1\n' $i > "$r/etc/sysctl.d/$((10 + i))-net.conf"; done
  for ((i = 0; i < 60; i++)); do printf '[Unit]\nDescription=Unit %d\n\n[Service]\nExecStart=/usr/bin/true %d\n' $i $i > "$r/etc/systemd/system/sample-$i.service"; done
  for ((i = 0; i < 60; i++)); do seq 1 $((i * 97 + 1)) > "$r/var/lib/systemd/catalog/database.$i"; done
  mkdir -p "$r/var/lib/docker/overlay/a/b/c/d/e/f/g/h"; : > "$r/var/lib/docker/overlay/a/b/c/d/e/f/g/h/link"
  seq 1 40000 > "$r/var/log/journal/2e1ab4f7c5d04c6f8b1f0a3d9e6c7b58/system.journal"
  truncate -s 8388608 "$r/var/log/lastlog"; printf 'tty1' | dd of="$r/var/log/lastlog" bs=1 seek=5000000 conv=notrunc status=none
}

# A kernel in name: the header of a bzImage (boot protocol 2.12) with a gzip payload, so that its compression can be told.
kernel() {
  printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0stand-in for the kernel of the sample image\n' | gzip -n9 > "$work/payload"
  perl -e 'my $p = do { local $/; <STDIN> }; my $h = "\0" x 1024;
    substr($h, 0x1f1, 1) = chr 1; substr($h, 0x1fe, 2) = "\x55\xaa"; substr($h, 0x200, 2) = "\xeb\x66"; substr($h, 0x202, 4) = "HdrS";
    substr($h, 0x206, 2) = pack "v", 0x20c; substr($h, 0x211, 1) = chr 1; substr($h, 0x248, 8) = pack "VV", 0, length $p; print $h, $p' < "$work/payload" > "$1"
}

# The files of EFI-SYSTEM, with a real PV GRUB that sources OEM's grub.cfg as Container Linux' does.
esp_tree() {
  local g=$1
  mkdir -p "$g"/{EFI/boot,boot/grub,coreos/grub/x86_64-xen,xen}
  printf 'timeout 0\ntitle   CoreOS GRUB2\nroot    (hd0,0)\nkernel  /xen/pvboot-x86_64.elf\n' > "$g/boot/grub/menu.lst"
  : > "$g/coreos/first_boot"
  kernel "$g/coreos/vmlinuz-a"
  cat > "$work/grub.cfg" <<'X'
set prefix=($root)/coreos/grub
set default="coreos"
set timeout=1
set linux_root="root=LABEL=ROOT"
set linux_console=""
set first_boot=""
set oem_id=""
set linux_append=""
search --no-floppy --set oem --label OEM --hint "$root"
if [ -n "$oem" -a -f "($oem)/grub.cfg" ]; then
    source "($oem)/grub.cfg"
fi
if [ -f "($root)/coreos/first_boot" ]; then
    set first_boot="coreos.first_boot=detected"
fi
set oem=""
if [ -n "$oem_id" ]; then
    set oem="coreos.oem.id=$oem_id"
fi
if [ -z "$linux_console" ]; then
    set linux_console="console=hvc0"
fi
set linux_cmdline="rootflags=rw mount.usrflags=ro consoleblank=0 $linux_root $linux_console $first_boot $oem $linux_append"
menuentry "CoreOS default" --id=coreos --unrestricted {
    linux /coreos/vmlinuz-a mount.usr=PARTUUID=7130c94a-213a-4e5a-8e26-6cce9662f132 $linux_cmdline
}
X
  printf 'search.fs_uuid 2017-1130 root $root\nset prefix=(memdisk)\nset\n' > "$g/coreos/grub/x86_64-xen/load.cfg"
  tar cf "$g/coreos/grub/grub.cfg.tar" --owner=0 --group=0 --numeric-owner --mtime=@$SOURCE_DATE_EPOCH --format=ustar -C "$work" grub.cfg
  grub-mkimage --compression=auto --format=x86_64-xen --prefix=/coreos/grub --config="$g/coreos/grub/x86_64-xen/load.cfg" \
    --memdisk="$g/coreos/grub/grub.cfg.tar" --output="$g/xen/pvboot-x86_64.elf" \
    normal search test fat part_gpt search_fs_uuid search_label ext2 gzio terminal configfile memdisk tar echo linux
}

# make_ext IMAGE BLOCKS TREE OPTIONS...: an ext file system of 4096-byte blocks. Owners and the time of change are set by
# debugfs, since mke2fs takes them from the tree, where a user who is not root cannot give them.
make_ext() {
  local image=$1 blocks=$2 tree=$3 path; shift 3
  rm -f "$image"
  find "$tree" -exec touch -h -d @$SOURCE_DATE_EPOCH {} +
  mke2fs -q -F "$@" -b 4096 -i 4096 -m 5 -d "$tree" "$image" "$blocks"
  tune2fs -e remount-ro "$image" >/dev/null
  ( cd "$tree" && find . -mindepth 1 | sort ) | while read -r path; do
    path=${path#.}; owner=0; case $path in /home/core*) owner=500;; esac
    printf 'sif "%s" uid %d\nsif "%s" gid %d\nsif "%s" ctime @%d\n' "$path" $owner "$path" $owner "$path" $SOURCE_DATE_EPOCH
  done > "$work/owners"
  printf 'sif / ctime @%d\n' $SOURCE_DATE_EPOCH >> "$work/owners"
  debugfs -w -f "$work/owners" "$image" > "$work/owners.log" 2>&1
  e2fsck -fn "$image" > "$work/e2fsck.log" 2>&1 || { cat "$work/e2fsck.log" >&2; exit 1; }
}

# make_disk IMAGE FEATURES...: the whole disk, Container Linux' layout "base".
make_disk() {
  local img=$1 t=$work/tree; shift
  rm -rf "$img" "$t"; truncate -s 4756340736 "$img"
  sgdisk -a 4096 --disk-guid=00000000-0000-0000-0000-000000000001 \
    -n 1:4096:+262144     -t 1:C12A7328-F81F-11D2-BA4B-00A0C93EC93B -c 1:EFI-SYSTEM -u 1:c3f2a5b0-52f1-4c0b-9d5e-0b5f3c1f0001 -A 1:set:2 \
    -n 2:266240:+4096     -t 2:21686148-6449-6E6F-744E-656564454649 -c 2:BIOS-BOOT -u 2:c3f2a5b0-52f1-4c0b-9d5e-0b5f3c1f0002 \
    -n 3:270336:+2097152  -t 3:5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6 -c 3:USR-A -u 3:7130c94a-213a-4e5a-8e26-6cce9662f132 -A 3:set:48 -A 3:set:56 \
    -n 4:2367488:+2097152 -t 4:5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6 -c 4:USR-B -u 4:e03dd35c-7c2d-4a47-b3fe-27f15780a57c \
    -n 6:4464640:+262144  -t 6:0FC63DAF-8483-4772-8E79-3D69D8477DE4 -c 6:OEM -u 6:c3f2a5b0-52f1-4c0b-9d5e-0b5f3c1f0006 \
    -n 7:4726784:+131072  -t 7:C95DC21A-DF0E-4340-8D7B-26CBFA9A03E0 -c 7:OEM-CONFIG -u 7:c3f2a5b0-52f1-4c0b-9d5e-0b5f3c1f0007 \
    -n 9:4857856:+4427776 -t 9:3884DD41-8582-4404-B9A8-E9B84F2DF50E -c 9:ROOT -u 9:c3f2a5b0-52f1-4c0b-9d5e-0b5f3c1f0009 \
    "$img" >/dev/null
  # The hybrid MBR of Container Linux' cgpt: entry 1 is the partition with the legacy boot flag (0x0c, active),
  # entry 2 is 0xee from LBA 1 up to it; nothing covers the rest of the disk.
  perl -e 'sub chs { my $l = shift; my $c = int($l / 16065); my $r = $l % 16065; my ($h, $s) = (int($r / 63), $r % 63);
      ($c, $h, $s) = (1023, 254, 62) if $c > 1023; pack "CCC", $h, (($c >> 2) & 0xc0) | ($s + 1), $c & 0xff }
    sub entry { my ($active, $type, $first, $last) = @_; pack("C", $active) . chs($first) . pack("C", $type) . chs($last) . pack("VV", $first, $last - $first + 1) }
    print entry(0x80, 0x0c, 4096, 266239), entry(0, 0xee, 1, 4095), "\0" x 32, "\x55\xaa"' | dd of="$img" bs=1 seek=446 conv=notrunc status=none

  esp_tree "$t/esp"
  truncate -s 134217728 "$work/esp"
  mkfs.vfat -F 16 --invariant -i 20171130 -n EFI-SYSTEM "$work/esp" >/dev/null
  find "$t/esp" -exec touch -d @$SOURCE_DATE_EPOCH {} +
  ( cd "$t/esp" && find . -mindepth 1 | sort ) | while read -r path; do
    path=${path#./}
    if [ -d "$t/esp/$path" ]; then mmd -i "$work/esp" "::$path"; else mcopy -m -i "$work/esp" "$t/esp/$path" "::$path"; fi
  done

  usr_tree "$t/usr"; root_tree "$t/root"; mkdir "$t/oem"
  # 260094 blocks: the rest of the partition belongs to the dm-verity tree
  make_ext "$work/usr" 260094 "$t/usr" -t ext2 -O none,ext_attr,resize_inode,dir_index,filetype,sparse_super,large_file -I 128 \
    -U 20171130-0003-4000-8000-000000000003 -E hash_seed=20171130-0003-4000-8000-000000000013
  make_ext "$work/oem" 32768 "$t/oem" -t ext4 "$@" -L OEM -U 20171130-0006-4000-8000-000000000006 -E hash_seed=20171130-0006-4000-8000-000000000016
  make_ext "$work/root" 553472 "$t/root" -t ext4 "$@" -L ROOT -U 20171130-0009-4000-8000-000000000009 -E hash_seed=20171130-0009-4000-8000-000000000019
  put "$img" esp 4096; put "$img" usr 270336; put "$img" oem 4464640; put "$img" root 4857856
}
put() { dd if="$work/$2" of="$1" bs=1M seek=$(($3 / 2048)) conv=notrunc,sparse status=none; rm "$work/$2"; }

name=coreos_production_xen_image.bin
release=$out/release/amd64-usr/$version
mkdir -p "$release" "$out/release/amd64-usr/current" "$out/modern"
pack() { lbzip2 --compress -9 < "$work/$name" > "$1/$name.bz2"; }     # as coreos/scripts' release_util.sh
make_disk "$work/$name" "${classic[@]}"; pack "$release"
make_disk "$work/$name" "${modern[@]}"; pack "$out/modern"
rm "$work/$name"

cat > "$release/version.txt" <<X
COREOS_BUILD=1520
COREOS_BRANCH=9
COREOS_PATCH=0
COREOS_VERSION=$version
COREOS_VERSION_ID=$version
COREOS_BUILD_ID="2017-11-30-0115"
COREOS_SDK_VERSION=1506.0.0
X
cp "$release/version.txt" "$out/release/amd64-usr/current/version.txt"

# An RSA-4096 primary that only certifies, a subkey that signs; dated like the release.
export GNUPGHOME=$work/gnupg; mkdir -m 700 "$GNUPGHOME"
user='XenKube Sample Image Signing <sample@xenkube.invalid>'
sign() { gpg --batch --quiet --no-tty --pinentry-mode loopback --passphrase '' --faked-system-time "$SOURCE_DATE_EPOCH!" --digest-algo SHA256 "$@" 2>"$work/gpg.log" || { cat "$work/gpg.log" >&2; return 1; }; }
sign --quick-generate-key "$user" rsa4096 cert never
primary=$(gpg --batch --with-colons --list-keys "$user" | awk -F: '$1 == "fpr" { print $10; exit }')
sign --quick-add-key "$primary" rsa4096 sign never
for folder in "$release" "$out/modern"; do
  ( cd "$folder"; rm -f $name.bz2.*
    sign --output $name.bz2.sig --detach-sign $name.bz2
    for kind in md5 sha1 sha512; do echo "# ${kind^^} HASH"; ${kind}sum $name.bz2; done > $name.bz2.DIGESTS
    sign --output $name.bz2.DIGESTS.asc --clearsign $name.bz2.DIGESTS
    sign --output $name.bz2.DIGESTS.sig --detach-sign $name.bz2.DIGESTS )
done
gpg --batch --armor --export "$primary" > "$out/Sample_Image_Signing_Key.asc"
gpgconf --kill all
echo "made $release and $out/modern, signed by $primary"
