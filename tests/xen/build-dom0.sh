#!/bin/bash
# Builds the dom0: a Debian root file system in a raw ext4 image, plus the
# three files QEMU boots directly: xen (ungzipped), vmlinuz, initrd.img.
. "$(dirname "$0")/common.sh"
need mmdebstrap mke2fs gzip
mkdir -p "$LAB"
root=$LAB/dom0-root
img=$LAB/dom0.ext4
rm -rf "$root" "$img"

# dom0 boots from the initramfs that build-boot.sh makes; the one that
# initramfs-tools would make is not wanted (INITRD=No).
conf=$(mktemp -d); trap 'rm -rf "$conf"' EXIT
mkdir -p "$conf/initramfs-tools/conf.d"
echo 'update_initramfs=no' > "$conf/initramfs-tools/update-initramfs.conf"
echo 'MODULES=list' > "$conf/initramfs-tools/conf.d/lab.conf"

pk=systemd-sysv,udev,kmod,dbus,initramfs-tools,linux-image-amd64
pk+=,xen-hypervisor-$XEN_VER-amd64,xen-utils-$XEN_VER,xen-utils-common,xenstore-utils
pk+=,bridge-utils,iproute2,iputils-ping,nginx,dnsmasq-base,openssh-server
pk+=,iptables,iptables-persistent,ntpsec
pk+=,e2fsprogs,parted,gdisk,fdisk,dosfstools,mtools,file,jq,curl,wget,procps,psmisc,less,bzip2,gpg

say "mmdebstrap into $root"
INITRD=No mmdebstrap --variant=minbase --mode=root --include="$pk" \
  --aptopt='APT::Install-Recommends "false"' \
  --aptopt='Acquire::Check-Valid-Until "false"' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d"' \
  --essential-hook="cp $conf/initramfs-tools/update-initramfs.conf \"\$1/etc/initramfs-tools/\"" \
  --essential-hook="cp $conf/initramfs-tools/conf.d/lab.conf \"\$1/etc/initramfs-tools/conf.d/lab.conf\"" \
  --dpkgopt=force-confold \
  "$LAB_SUITE" "$root" 2>"$LAB/mmdebstrap.log" || { tail -20 "$LAB/mmdebstrap.log" >&2; die mmdebstrap; }

say "configuring"
rm -f "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/* "$root/etc/resolv.conf"
echo dom0 > "$root/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 dom0\n' > "$root/etc/hosts"
cat > "$root/etc/fstab" <<'X'
/dev/vda / ext4 defaults,noatime 0 0
X
mkdir -p "$root/storage" "$root/job" "$root/srv/www"
chroot "$root" passwd -d root >/dev/null
cp -r "$HERE/dom0/." "$root/"
chmod 755 "$root"/usr/local/sbin/*
# SSH (optional, only with run.sh --keep): a key pair made for this lab alone.
rm -f "$LAB/initrd.img" "$LAB/vmlinux"
[ -f "$LAB/id_lab" ] || ssh-keygen -q -t ed25519 -N '' -C lab -f "$LAB/id_lab" 2>/dev/null || true
if [ -f "$LAB/id_lab.pub" ]; then
  install -d -m 700 "$root/root/.ssh"; install -m 600 "$LAB/id_lab.pub" "$root/root/.ssh/authorized_keys"
fi
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -sf "/etc/systemd/system/dnsmasq@.service" "$root/etc/systemd/system/multi-user.target.wants/dnsmasq@virbr1.service"
for u in lab-net lab-job; do ln -sf "/etc/systemd/system/$u.service" "$root/etc/systemd/system/multi-user.target.wants/$u.service"; done
# Nothing that wakes up by itself: emulated CPU time is dear.
for u in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer \
         e2scrub_reap.service man-db.timer logrotate.timer systemd-timesyncd.service \
         getty@tty1.service xendomains.service systemd-networkd.service \
         systemd-random-seed.service systemd-update-utmp.service modprobe@drm.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$u"
done
printf '[Journal]\nStorage=volatile\n' > "$root/etc/systemd/journald.conf.d.lab" 
mkdir -p "$root/etc/systemd/journald.conf.d" && mv "$root/etc/systemd/journald.conf.d.lab" "$root/etc/systemd/journald.conf.d/lab.conf"

say "boot files"
k=$(ls "$root"/boot/vmlinuz-* | sort -V | tail -1); v=${k##*/vmlinuz-}
cp "$k" "$LAB/vmlinuz"
gzip -dc "$root/boot/xen-$XEN_VER-amd64.gz" > "$LAB/xen"
echo "$v" > "$LAB/kernel-version"
# kept out of the image: it boots from the files above
mkdir -p "$LAB/modules"; rm -rf "$LAB/modules/$v"; cp -a "$root/lib/modules/$v" "$LAB/modules/"
# drivers the emulated machine does not have
rm -rf "$root/lib/modules/$v/kernel/drivers/"{gpu,media,infiniband,iio,hwmon,usb,staging,isdn,bluetooth,mtd,scsi,ata,input,hid,leds,mmc,power,thermal,rtc,spi,i2c,platform,firewire,mfd,edac} \
       "$root/lib/modules/$v/kernel/sound" "$root/lib/modules/$v/kernel/drivers/net/"{wireless,ethernet,usb,can,wan,fddi} 
chroot "$root" depmod "$v"
rm -f "$root"/boot/initrd.img-* "$root"/var/cache/apt/*.bin; rm -rf "$root"/var/lib/apt/lists/*

say "making $img"
truncate -s 3G "$img"
mke2fs -q -t ext4 -O ^has_journal -L dom0 -d "$root" "$img"
du -sh "$root" "$img" >&2
dpkg --root="$root" -l | awk '/^ii/{print $2"\t"$3}' > "$LAB/dom0-packages.txt"
rm -rf "$root.last"; [ -n "${KEEP_ROOT:-}" ] || mv "$root" "$root.last"
say "done"
