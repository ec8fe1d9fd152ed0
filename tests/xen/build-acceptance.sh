#!/bin/bash
# What jobs/acceptance.sh needs, where it is missing or older than its sources: a storage disk with the guest's image as a
# release would have it (bzip2, signed by a key made for this lab), and xenkube as one file that needs no .NET on dom0.
#   build-acceptance.sh [image]      image: without xenkube
. "$(dirname "$0")/common.sh"
need dotnet lbzip2 gpg
[ "$LAB/classic.img" -nt "$HERE/build-guest.sh" ] || "$HERE/build-guest.sh" -f classic "$LAB/classic.img"
if [ ! -f "$LAB/acceptance.ext4" ] || [ "$LAB/classic.img" -nt "$LAB/acceptance.ext4" ]; then
  say "image and signature"
  home=$(mktemp -d "$LAB/gnupg.XXXXXX"); trap 'gpgconf --homedir "$home" --kill all; rm -rf "$home"' EXIT
  image=$LAB/coreos-1520.9.0.bin.bz2
  lbzip2 -c "$LAB/classic.img" > "$image"
  lab_gpg() { gpg --homedir "$home" --batch --quiet --yes --pinentry-mode loopback --passphrase '' "$@"; }
  lab_gpg --quick-generate-key 'XenKube lab <lab@example.org>' rsa3072 sign never 2>/dev/null
  lab_gpg --output "$image.sig" --detach-sign "$image"
  lab_gpg --armor --export > "$LAB/lab-key.asc"
  "$HERE/build-storage.sh" -o "$LAB/acceptance.ext4" "xen/images/coreos-1520.9.0.bin.bz2=$image" "xen/images/coreos-1520.9.0.bin.bz2.sig=$image.sig"
fi
[ "${1:-}" != image ] || exit 0
if [ -n "${XENKUBE:-}" ]; then cp "$XENKUBE" "$LAB/xenkube"; exit; fi   # one that is published already
say "xenkube"
project=$(cd "$HERE/../.." && pwd)
dotnet publish "$project/src/XenKube.Cli" -c Release -r linux-x64 --self-contained -p:PublishSingleFile=true -p:PublishReadyToRun=true -p:DebugType=none -v q -o "$LAB/publish" >&2
cp "$LAB/publish/xenkube" "$LAB/xenkube"
