#!/usr/bin/env bash
# Fetches the kernels of Debian that xenkube-boot is tried with: DIRECTORY/6.1/vmlinuz (xz) and DIRECTORY/6.12/vmlinuz (zstd). Nothing is
# installed.   Usage: tests/boot/fetch-kernels.sh DIRECTORY [--modules]
# With --modules, DIRECTORY/VERSION/modules has those modules of the kernel that a Xen guest of the lab loads, unpacked, and modules.dep.
# What is there already stays. A version that apt does not offer is named, and the exit code is 1 then.
set -euo pipefail
directory=${1:?DIRECTORY is missing}
missing=0
fetch() { # VERSION PATTERN
  local target=$directory/$1 work name version
  if [ -f "$target/vmlinuz" ] && { [ "${modules:-}" = "" ] || [ -d "$target/modules" ]; }; then return; fi
  name=$(apt-cache search --names-only "$2" | cut -d' ' -f1 | sort -V | tail -1)
  if [ -z "$name" ]; then echo "apt offers no package like $2" >&2; missing=1; return; fi
  version=${name#linux-image-}
  work=$(mktemp -d)
  if ! (cd "$work" && apt-get -qq download "$name" 2> "$work/said"); then cat "$work/said" >&2; rm -rf "$work"; missing=1; return; fi
  local wanted=('./boot/vmlinuz-*')
  if [ -n "$modules" ]; then
    wanted+=('./lib/modules/*/modules.*' './lib/modules/*/kernel/fs/*' './lib/modules/*/kernel/lib/*' './lib/modules/*/kernel/crypto/*' './lib/modules/*/kernel/arch/*'
      './lib/modules/*/kernel/drivers/block/xen*' './lib/modules/*/kernel/drivers/net/xen*')
  fi
  dpkg-deb --fsys-tarfile "$work"/*.deb | tar x -C "$work" --wildcards "${wanted[@]}"
  mkdir -p "$target"
  if [ -n "$modules" ]; then
    # busybox loads no packed modules
    find "$work/lib" -name '*.ko.xz' -exec xz -d {} +
    PATH=$PATH:/sbin:/usr/sbin depmod -b "$work" "$version" 2> /dev/null
    cp -r "$work/lib/modules/$version" "$target/modules"
  fi
  mv "$work/boot/vmlinuz-$version" "$target/vmlinuz"
  rm -rf "$work"
}
modules=
[ "${2:-}" != --modules ] || modules=yes
fetch 6.1 '^linux-image-6\.1\.[0-9.-]+-amd64$'
fetch 6.12 '^linux-image-6\.12\.[0-9]+\+deb1[0-9]-amd64$'
exit "$missing"
