#!/bin/bash
# Builds disks with the layouts of Flatcar and of Fedora CoreOS, which xenkube-boot boots, out of Debian's packages:
#   build-layouts.sh        OUT of each in $LAB: flatcar.img flatcar-2024.img fedora.img
# flatcar       Flatcar since 4487: 8,455,716,864 bytes, protective MBR, EFI-SYSTEM 1 GiB (FAT32), OEM of btrfs with a grub.cfg, kernels of xz
# flatcar-2024  Flatcar 4081: 4,756,340,736 bytes, hybrid MBR, EFI-SYSTEM 128 MiB (FAT16), OEM of btrfs without a grub.cfg, kernels of zstd
# fedora        Fedora CoreOS: BIOS-BOOT, EFI-SYSTEM, boot (ext4, boot entries, the stamp of Ignition), root (XFS); kernels of zstd
# Slot a has Debian's Linux 6.1 on flatcar and 6.12 on flatcar-2024; slot b has the other one. Debian builds 6.1 with xz and 6.12 with zstd.
# The hash of /usr is in the kernel's bytes 64 to 127, as Flatcar's build has it; here it is the SHA-256 of the first MiB of the partition.
. "$(dirname "$0")/common.sh"
need sgdisk mke2fs mkfs.vfat mkfs.btrfs mkfs.xfs mcopy python3 cpio depmod xz apt-get
w=$(mktemp -d "$LAB/layouts.XXXXXX"); trap 'rm -rf "$w"' EXIT

### kernels with their modules, out of the packages: $LAB/kernels/{6.1,6.12}
"$HERE/../boot/fetch-kernels.sh" "$LAB/kernels" --modules

### an initramfs for a kernel: initrd VERSION SYSTEM OUT
initrd() {
  local d=$w/ird.$2; mkdir -p "$d"/{bin,sbin,mod,lib64,lib}
  cp "$(command -v busybox)" "$d/bin/busybox"; cp "$HERE/guest/layout-init" "$d/init"; cp "$HERE/guest/udhcpc.sh" "$d/udhcpc.sh"; echo "$2" > "$d/system"
  ln -s /bin/busybox "$d/bin/sh"; chmod 755 "$d/init" "$d/udhcpc.sh"
  # sgdisk marks the slot as good from inside the guest, as Flatcar's cgpt does
  cp "$(command -v sgdisk)" "$d/bin/"
  ldd "$(command -v sgdisk)" | grep -o '/[^ ]*' | while read -r l; do mkdir -p "$d$(dirname "$l")"; cp -L "$l" "$d$l"; done
  "$HERE/pack-modules.py" "$LAB/kernels/$1/modules" "$d" xen-blkfront xen-netfront ext4 vfat nls_ascii nls_cp437 nls_utf8 crc32c_generic
  ( cd "$d" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet | gzip -1 ) > "$3"; rm -rf "$d"
}
put() { dd if="$1" of="$2" bs=1M seek="$(( $3 / 2048 ))" conv=notrunc,sparse status=none; }
# the kernel of VERSION with the hash of a /usr: kernel VERSION USR OUT
kernel() { cp "$LAB/kernels/$1/vmlinuz" "$3"; head -c 1048576 "$2" | sha256sum | head -c 64 | dd of="$3" bs=1 seek=64 conv=notrunc status=none; }

### Flatcar: flatcar OUT SIZE EFI-SECTORS FATBITS USR-SECTORS OEM-SECTORS ROOT-SECTORS VERSION-A VERSION-B
flatcar() {
  local img=$1 efi=$3 usr=$5 oem=$6 root=$7; local a=4096 u1 u2 o c r
  u1=$((a+efi+4096)); u2=$((u1+usr)); o=$((u2+usr)); c=$((o+oem)); r=$((c+131072))
  say "$(basename "$img")"; rm -f "$img"; truncate -s "$2" "$img"
  sgdisk -a 4096 --disk-guid=00000000-0000-0000-0000-000000000001 \
    -n 1:$a:+$efi -t 1:C12A7328-F81F-11D2-BA4B-00A0C93EC93B -c 1:EFI-SYSTEM -n 2:$((a+efi)):+4096 -t 2:21686148-6449-6E6F-744E-656564454649 -c 2:BIOS-BOOT \
    -n 3:$u1:+$usr -t 3:5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6 -c 3:USR-A -u 3:7130c94a-213a-4e5a-8e26-6cce9662f132 -A 3:set:48 -A 3:set:56 \
    -n 4:$u2:+$usr -t 4:5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6 -c 4:USR-B -u 4:e03dd35c-7c2d-4a47-b3fe-27f15780a57c \
    -n 6:$o:+$oem -t 6:0FC63DAF-8483-4772-8E79-3D69D8477DE4 -c 6:OEM -n 7:$c:+131072 -t 7:C95DC21A-DF0E-4340-8D7B-26CBFA9A03E0 -c 7:OEM-CONFIG \
    -n 9:$r:+$root -t 9:3884DD41-8582-4404-B9A8-E9B84F2DF50E -c 9:ROOT "$img" >/dev/null
  # the hybrid MBR of images before 2025, as build-guest.sh makes it
  if [ "$4" = 16 ]; then python3 "$HERE/hybrid-mbr.py" "$img" $a "$efi"; fi
  local e=$w/efi t=$w/tree; rm -rf "$t" "$e"; mkdir -p "$t/flatcar/grub"; truncate -s $((efi*512)) "$e"; mkfs.vfat -F "$4" -n EFI-SYSTEM "$e" >/dev/null
  head -c 1048576 /dev/urandom > "$w/usr-a"; head -c 1048576 /dev/urandom > "$w/usr-b"
  kernel "$8" "$w/usr-a" "$t/flatcar/vmlinuz-a"; kernel "$9" "$w/usr-b" "$t/flatcar/vmlinuz-b"
  initrd "$8" flatcar-a "$t/flatcar/initrd-a"; initrd "$9" flatcar-b "$t/flatcar/initrd-b"
  tar cf "$t/flatcar/grub/grub.cfg.tar" --owner=0 --group=0 -C "$HERE/guest/flatcar" grub.cfg; : > "$t/flatcar/first_boot"
  ( cd "$t" && mcopy -i "$e" -s -m ./* :: )
  put "$e" "$img" $a; put "$w/usr-a" "$img" $u1; put "$w/usr-b" "$img" $u2
  mkdir -p "$w/oem"; rm -f "$w/oem/grub.cfg"
  # shellcheck disable=SC2016
  if [ "$4" = 32 ]; then printf 'set oem_id="lab"\nset linux_append="$linux_append lab.oem=btrfs"\n' > "$w/oem/grub.cfg"; fi
  rm -f "$w/fs"; truncate -s $((oem*512)) "$w/fs"; mkfs.btrfs -q --mixed -m single -d single -L OEM --rootdir "$w/oem" "$w/fs"; put "$w/fs" "$img" $o
  rm -f "$w/fs"; mke2fs -q -t ext4 -L ROOT "$w/fs" $((root/2))k; put "$w/fs" "$img" $r; rm -f "$w/fs"
}
flatcar "$LAB/flatcar.img" 8455716864 2097152 32 4194304 2097152 3653632 6.1 6.12
flatcar "$LAB/flatcar-2024.img" 4756340736 262144 16 2097152 262144 4427776 6.12 6.1

### Fedora CoreOS
say fedora.img; img=$LAB/fedora.img; rm -f "$img"; truncate -s 4G "$img"
sgdisk --disk-guid=00000000-0000-4000-a000-000000000001 -n 1:2048:+2048 -t 1:21686148-6449-6E6F-744E-656564454649 -c 1:BIOS-BOOT \
  -n 2:4096:+260096 -t 2:C12A7328-F81F-11D2-BA4B-00A0C93EC93B -c 2:EFI-SYSTEM -n 3:264192:+786432 -c 3:boot -n 4:1050624:0 -c 4:root "$img" >/dev/null
h=/ostree/fedora-coreos-0123456789abcdef; b=$w/boot; mkdir -p "$b$h" "$b/loader.1/entries" "$b/grub2"; ln -s loader.1 "$b/loader"
cp "$LAB/kernels/6.12/vmlinuz" "$b$h/vmlinuz-6.12"; initrd 6.12 fedora "$b$h/initramfs-6.12.img"; : > "$b/ignition.firstboot"
cat > "$b/loader.1/entries/ostree-1.conf" <<E
title Fedora CoreOS (lab stand-in) (ostree:0)
version 1
options \$ignition_firstboot mitigations=auto,nosmt ostree=/ostree/boot.1/fedora-coreos/0123456789abcdef/0 ignition.platform.id=metal
linux $h/vmlinuz-6.12
initrd $h/initramfs-6.12.img
E
truncate -s $((260096*512)) "$w/esp"; mkfs.vfat -n EFI-SYSTEM "$w/esp" >/dev/null; put "$w/esp" "$img" 4096
mke2fs -q -t ext4 -O metadata_csum_seed -L boot -d "$b" "$w/fs" 384M; put "$w/fs" "$img" 264192; rm -f "$w/fs"
truncate -s 1G "$w/fs"; mkfs.xfs -q -L root "$w/fs"; put "$w/fs" "$img" 1050624
du -h "$LAB"/flatcar.img "$LAB"/flatcar-2024.img "$LAB"/fedora.img >&2
