#!/bin/bash
# The acceptance of the boot loader: builds what is missing, then runs jobs/boot.sh in dom0; ends with 0 if all of it passed.
#   boot.sh [-o OUT] [-t SECONDS] [PART...]      parts: flatcar again pv update panic kernel old fedora pygrub extract guards (all of them)
# LAB_RATE=0.3 is for a busy machine: see -s of run.sh.
# DEB=FILE takes a package that is made already; otherwise packaging/package.sh makes one.
. "$(dirname "$0")/common.sh"
out=./lab-out-boot limit=5400
while getopts o:t: o; do case $o in o) out=$OPTARG;; t) limit=$OPTARG;; *) exit 2;; esac; done
shift $((OPTIND-1))
[ -f "$LAB/dom0.ext4" ] || "$HERE/build-dom0.sh"
[ -f "$LAB/initrd.img" ] && [ -f "$LAB/vmlinux" ] || "$HERE/build-boot.sh"
[ -f "$LAB/classic.img" ] || "$HERE/build-guest.sh" -f classic "$LAB/classic.img"
if [ ! -f "$LAB/boot.ext4" ] || [ "$HERE/build-layouts.sh" -nt "$LAB/boot.ext4" ] || [ "$HERE/guest/layout-init" -nt "$LAB/boot.ext4" ]; then
  "$HERE/build-layouts.sh"
  images=(); for i in flatcar flatcar-2024 fedora classic; do images+=("xen/images/$i.img=$LAB/$i.img"); done
  "$HERE/build-storage.sh" -o "$LAB/boot.ext4" "${images[@]}"
fi
project=$(cd "$HERE/../.." && pwd)
if [ -z "${DEB:-}" ]; then "$project/packaging/package.sh" >&2; DEB=$(ls "$project"/artifacts/packages/xenkube_*_amd64.deb); fi
files=("$DEB" "$HERE/jobs/accounting.py"); w=$(mktemp -d); trap 'rm -rf "$w"' EXIT
if [ $# -gt 0 ]; then echo "$*" > "$w/parts"; files+=("$w/parts"); fi
rc=0; "$HERE/run.sh" -m 3328 -d 1664 ${LAB_RATE:+-s "$LAB_RATE"} -o "$out" -g "$LAB/boot.ext4" -t "$limit" "$HERE/jobs/boot.sh" "${files[@]}" || rc=$?
cat "$out/stdout" 2>/dev/null; exit $rc
