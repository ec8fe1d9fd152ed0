#!/usr/bin/env bash
# Serves the releases of Flatcar, Fedora CoreOS and Container Linux in the dom0 for tests, under the names of their own servers and of a
# mirror of all three, over TLS: the layout of each server, disks with the partitions of each distribution, metadata of Fedora's stream,
# and signatures by keys that gpg makes.
#   mirror.sh        inside of enter.sh; /srv/mirror/keys.asc are the keys
set -euo pipefail
[ -n "${XENKUBE_DOM0:-}" ] || { echo 'run this inside of tests/dom0/enter.sh' >&2; exit 1; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
for tool in sgdisk mkfs.vfat mcopy mmd mke2fs mkfs.btrfs mkfs.xfs python3 gpg openssl nginx; do
  command -v "$tool" >/dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
[ ! -e /srv/mirror/keys.asc ] || exit 0
work=$(mktemp -d /srv/mirror/work.XXXXXX)
export GNUPGHOME=$work/gpg MTOOLS_SKIP_CHECK=1
mkdir -m 700 "$GNUPGHOME"
flatcar=4593.2.5 fedora=44.20261101.3.0
flatcars=/srv/mirror/flatcar/stable/amd64-usr fedoras=/srv/mirror/fedora-coreos/stable
builds=prod/streams/stable/builds/$fedora

put() { dd if="$1" of="$2" bs=1M seek=$(($3 / 2048)) conv=notrunc,sparse status=none; }
sized() { rm -f "$1"; truncate -s "$2" "$1"; }
# Whoever reads a kernel's header finds one; nothing runs here.
kernel() {
  python3 -c 'import struct, sys
f = bytearray(70000); f[0x1f1] = 4; struct.pack_into("<H", f, 0x1fe, 0xaa55); f[0x202:0x206] = b"HdrS"; struct.pack_into("<HH", f, 0x206, 0x20f, 0)
struct.pack_into("<H", f, 0x20e, 0x300); f[0x500:0x514] = b"6.12.102-test (b@h)\0"; struct.pack_into("<I", f, 0x238, 2047)
struct.pack_into("<II", f, 0x248, 0x100, 60000); sys.stdout.buffer.write(f)' > "$1"
}

### Flatcar of today: 8,455,716,864 bytes, OEM and USR of btrfs
disk=$work/disk part=$work/part tree=$work/tree
sized "$disk" 8455716864
sgdisk -a 4096 --disk-guid=00000000-0000-0000-0000-000000000001 \
  -n 1:4096:+2097152 -t 1:C12A7328-F81F-11D2-BA4B-00A0C93EC93B -c 1:EFI-SYSTEM -n 2:0:+4096 -t 2:21686148-6449-6E6F-744E-656564454649 -c 2:BIOS-BOOT \
  -n 3:2105344:+4194304 -t 3:5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6 -c 3:USR-A -u 3:7130c94a-213a-4e5a-8e26-6cce9662f132 -A 3:set:48 -A 3:set:56 \
  -n 4:6299648:+4194304 -t 4:5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6 -c 4:USR-B -u 4:e03dd35c-7c2d-4a47-b3fe-27f15780a57c \
  -n 6:10493952:+2097152 -t 6:0FC63DAF-8483-4772-8E79-3D69D8477DE4 -c 6:OEM -n 7:12591104:+131072 -t 7:C95DC21A-DF0E-4340-8D7B-26CBFA9A03E0 -c 7:OEM-CONFIG \
  -n 9:12722176:+3653632 -t 9:3884DD41-8582-4404-B9A8-E9B84F2DF50E -c 9:ROOT "$disk" >/dev/null
mkdir -p "$tree"/{efi/flatcar,usr/lib,oem}
kernel "$tree/efi/flatcar/vmlinuz-a"; cp "$tree/efi/flatcar/vmlinuz-a" "$tree/efi/flatcar/vmlinuz-b"; : > "$tree/efi/flatcar/first_boot"
printf 'NAME="Flatcar Container Linux by Kinvolk"\nID=flatcar\nVERSION_ID=%s\n' $flatcar > "$tree/usr/lib/os-release"
sized "$part" 1G; mkfs.vfat -F 32 -n EFI-SYSTEM "$part" >/dev/null; mcopy -i "$part" -s "$tree/efi/flatcar" ::; put "$part" "$disk" 4096
sized "$part" 64M; mkfs.btrfs -q --mixed -m single -d single -L USR-A --rootdir "$tree/usr" "$part"; put "$part" "$disk" 2105344
sized "$part" 1G; mkfs.btrfs -q --mixed -m single -d single -L OEM --rootdir "$tree/oem" "$part"; put "$part" "$disk" 10493952
sized "$part" $((3653632 * 512)); mke2fs -q -t ext4 -L ROOT "$part"; put "$part" "$disk" 12722176
mkdir -p "$flatcars/$flatcar"
image=$flatcars/$flatcar/flatcar_production_image.bin.bz2
python3 "$here/pack.py" bz2 "$disk" "$image"
printf 'FLATCAR_BUILD=4593\nFLATCAR_BRANCH=2\nFLATCAR_PATCH=5\nFLATCAR_VERSION=%s\nFLATCAR_BUILD_ID=""\n' $flatcar > "$flatcars/$flatcar/version.txt"
(cd "$flatcars/$flatcar" && for sum in md5 sha1 sha512; do echo "# ${sum^^} HASH"; "${sum}sum" flatcar_production_image.bin.bz2; done > flatcar_production_image.bin.bz2.DIGESTS)
ln -s $flatcar "$flatcars/current"

### Fedora CoreOS: boot of ext4 with a boot entry, root of XFS
sized "$disk" 2684354560
sgdisk --disk-guid=00000000-0000-4000-a000-000000000001 -n 1:2048:+2048 -t 1:21686148-6449-6E6F-744E-656564454649 -c 1:BIOS-BOOT \
  -n 2:4096:+260096 -t 2:C12A7328-F81F-11D2-BA4B-00A0C93EC93B -c 2:EFI-SYSTEM -n 3:264192:+786432 -c 3:boot -n 4:1050624:0 -c 4:root "$disk" >/dev/null
boot=$tree/boot deployment=/ostree/fedora-coreos-0123456789abcdef
mkdir -p "$boot$deployment" "$boot/loader.1/entries"; ln -s loader.1 "$boot/loader"
kernel "$boot$deployment/vmlinuz"; printf initramfs > "$boot$deployment/initramfs.img"; : > "$boot/ignition.firstboot"
printf 'title Fedora CoreOS %s (ostree:0)\nversion 1\noptions $ignition_firstboot mitigations=auto,nosmt ignition.platform.id=metal root=UUID=1\nlinux %s/vmlinuz\ninitrd %s/initramfs.img\n' \
  $fedora $deployment $deployment > "$boot/loader.1/entries/ostree-1.conf"
sized "$part" 127M; mkfs.vfat -n EFI-SYSTEM "$part" >/dev/null; put "$part" "$disk" 4096
sized "$part" 384M; mke2fs -q -t ext4 -L boot -d "$boot" "$part"; put "$part" "$disk" 264192
sized "$part" 1G; mkfs.xfs -q -L root "$part"; put "$part" "$disk" 1050624
folder=$builds/x86_64 name=fedora-coreos-$fedora-metal.x86_64.raw.xz
mkdir -p "$fedoras/$folder" "$fedoras/streams"
whole=$(python3 "$here/pack.py" xz "$disk" "$fedoras/$folder/$name" digest)
packed=$(sha256sum "$fedoras/$folder/$name" | cut -d' ' -f1)
server=https://builds.coreos.fedoraproject.org
artifact="{ \"location\": \"$server/$folder/$name\", \"signature\": \"$server/$folder/$name.sig\", \"sha256\": \"$packed\", \"uncompressed-sha256\": \"$whole\" }"
cat > "$fedoras/streams/stable.json" <<J
{ "stream": "stable", "metadata": { "last-modified": "2026-11-10T00:00:00Z", "generator": "fedora-coreos-stream-generator v0.2.12" },
  "architectures": { "x86_64": { "artifacts": {
    "qemu": { "release": "$fedora", "formats": { "qcow2.xz": { "disk": { "location": "$server/$folder/other.qcow2.xz", "sha256": "$packed" } } } },
    "metal": { "release": "$fedora", "formats": { "4k.raw.xz": { "disk": { "location": "$server/$folder/other.raw.xz", "sha256": "$packed" } },
      "raw.xz": { "disk": $artifact } } } }, "images": {} } } }
J
cat > "$fedoras/$builds/release.json" <<J
{ "release": "$fedora", "stream": "stable", "architectures": { "x86_64": { "commit": "0123", "media": { "metal": { "artifacts": { "raw.xz": { "disk": $artifact } } } } } } }
J
printf '{ "stream": "stable", "releases": [ { "version": "%s", "commits": [] } ] }\n' $fedora > "$fedoras/prod/streams/stable/releases.json"

### Container Linux, signed by the key of the sample image
mkdir -p /srv/mirror/coreos-all && ln -s ../coreos /srv/mirror/coreos-all/stable

for who in Flatcar Fedora; do
  gpg --batch --quiet --passphrase '' --quick-gen-key "$who of the tests <$who@example.com>" rsa2048 sign never 2>/dev/null
done
sign() { gpg --batch --quiet --yes --digest-algo sha256 --local-user "$1@example.com" --output "$2.sig" --detach-sign "$2"; }
sign Flatcar "$image"
sign Fedora "$fedoras/$folder/$name"
gpg --batch --quiet --armor --export > "$work/keys.asc"
gpgconf --kill all

names='stable.release.flatcar-linux.net builds.coreos.fedoraproject.org mirror.example.com'
echo "127.0.0.1 $names" >> /etc/hosts
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=Servers of the tests' -addext "subjectAltName=DNS:${names// /,DNS:}" \
  -keyout /srv/mirror/tls.key -out /srv/mirror/tls.pem 2>/dev/null
mkdir -p /etc/ssl/certs
cat /srv/mirror/tls.pem >> /etc/ssl/certs/ca-certificates.crt
server() { printf 'server { listen 127.0.0.1:443 ssl; server_name %s; ssl_certificate /srv/mirror/tls.pem; ssl_certificate_key /srv/mirror/tls.key; %s }\n' "$1" "$2"; }
cat > /srv/mirror/nginx.conf <<N
pid /run/mirror.pid; error_log /var/log/nginx/mirror.log; events { }
http {
  access_log /var/log/nginx/mirror-access.log; default_type application/octet-stream; autoindex on;
  client_body_temp_path /var/tmp/mirror; proxy_temp_path /var/tmp/mirror; fastcgi_temp_path /var/tmp/mirror; uwsgi_temp_path /var/tmp/mirror; scgi_temp_path /var/tmp/mirror;
  $(server stable.release.flatcar-linux.net 'root /srv/mirror/flatcar/stable;')
  $(server builds.coreos.fedoraproject.org 'root /srv/mirror/fedora-coreos/stable;')
  $(server mirror.example.com 'root /srv/mirror; location /coreos/ { alias /srv/mirror/coreos-all/; }')
}
N
nginx -c /srv/mirror/nginx.conf
mv "$work/keys.asc" /srv/mirror/keys.asc
rm -rf "$work"
