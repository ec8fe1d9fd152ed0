#!/bin/bash
# The acceptance of the module in pwsh: builds what is missing, then runs jobs/pwsh.sh in dom0, and from this machine what is done from
# outside; ends with 0 if all of it passed.
#   pwsh.sh [-k] [-o OUT] [-t SECONDS] [PART...]      parts after the guide: states session server services terminal user outside races rolling
# -k keeps dom0 up after the job, as that of run.sh does: parts can be run again by hand there.
# PWSH=DIRECTORY is that of pwsh.dll; by default the one that 'dotnet tool restore' brings.
# DEB=FILE takes a package that is made already; otherwise packaging/package.sh makes one.
# LAB_RATE=0.3 is for a busy machine: see -s of run.sh.
. "$(dirname "$0")/common.sh"
out=./lab-out-pwsh limit=5400 keep=
while getopts ko:t: o; do case $o in k) keep=-k;; o) out=$OPTARG;; t) limit=$OPTARG;; *) exit 2;; esac; done
shift $((OPTIND-1))
need dotnet ssh
project=$(cd "$HERE/../.." && pwd)
[ -f "$LAB/dom0.ext4" ] && [ -f "$LAB/initrd.img" ] && [ -f "$LAB/classic.img" ] || "$HERE/build.sh"
"$HERE/build-acceptance.sh" image
if [ -z "${DEB:-}" ]; then "$project/packaging/package.sh" >&2; DEB=$(ls "$project"/artifacts/packages/xenkube_*_amd64.deb); fi
if [ -z "${PWSH:-}" ]; then
  (cd "$project" && dotnet tool restore > /dev/null)
  PWSH=$(cd "$project" && dotnet pwsh -NoProfile -NonInteractive -Command '$PSHOME' | tail -n 1)
fi
w=$(mktemp -d "$LAB/pwsh.XXXXXX"); trap 'rm -rf "$w"' EXIT
# .NET's runtime beside pwsh, in one archive on the storage disk.
net=$(dirname "$(readlink -f "$(command -v dotnet)")")
mkdir -p "$w/pwsh" "$w/dotnet/shared"
cp -r "$PWSH/." "$w/pwsh/"
cp "$net/dotnet" "$w/dotnet/"; cp -r "$net/host" "$w/dotnet/"; cp -r "$net/shared/Microsoft.NETCore.App" "$w/dotnet/shared/"
chmod -R a+rX "$w/pwsh" "$w/dotnet"
tar -C "$w" -cf "$w/pwsh.tar" pwsh dotnet; rm -rf "$w/pwsh" "$w/dotnet"
image=coreos-1520.9.0.bin.bz2
"$HERE/build-storage.sh" -o "$w/storage.ext4" "xen/images/$image=$LAB/$image" "xen/images/$image.sig=$LAB/$image.sig" "pwsh.tar=$w/pwsh.tar"
files=("$DEB" "$LAB/lab-key.asc" "$HERE/jobs/pwsh" "$HERE/jobs/accounting.py")
if [ $# -gt 0 ]; then echo "$*" > "$w/parts"; files+=("$w/parts"); fi
export LAB_OUTSIDE_PWSH="$PWSH/pwsh.dll"
rc=0; "$HERE/run.sh" $keep ${LAB_RATE:+-s "$LAB_RATE"} -x "$HERE/outside.sh" -o "$out" -g "$w/storage.ext4" -t "$limit" "$HERE/jobs/pwsh.sh" "${files[@]}" || rc=$?
cat "$out/stdout" 2>/dev/null; exit $rc
