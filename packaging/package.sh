#!/usr/bin/env bash
# Makes artifacts/packages: the module as a zip of the folder that a gallery holds, and a .deb with the command line, the module
# and the manual pages.   Usage: packaging/package.sh
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(sed -n 's/^ *ModuleVersion *= *'"'"'\(.*\)'"'"'/\1/p' XenKube.psd1)
packages=$PWD/artifacts/packages
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$packages"
rm -f "$packages"/XenKube.*.zip "$packages"/xenkube_*.deb

# The module: XenKube/VERSION/..., compiled ahead of time where the registry has the compiler.
module=$stage/module/XenKube/$version
dotnet build src/XenKube -c Release --nologo -v quiet -p:ModuleDirectory="$module/"
if dotnet publish src/XenKube.Core -c Release -r linux-x64 --no-self-contained -p:PublishReadyToRun=true -o "$stage/r2r" --nologo -v quiet > "$stage/r2r.log" 2>&1; then
  cp "$stage/r2r/XenKube.Core.dll" "$module/"
else
  echo "without ReadyToRun: the compiler is not to be had" >&2
fi
(cd "$stage/module" && python3 -m zipfile -c "$packages/XenKube.$version.zip" XenKube/)
size=$(stat -c %s "$packages/XenKube.$version.zip")
[ "$size" -lt 5242880 ] || { echo "the module has $size bytes, more than 5 MB" >&2; exit 1; }
echo "$packages/XenKube.$version.zip: $size bytes"

command -v dpkg-deb >/dev/null || { echo "no dpkg-deb: no .deb" >&2; exit 0; }
root=$stage/deb
mkdir -p "$root/DEBIAN" "$root/usr/lib/xenkube" "$root/usr/bin" "$root/usr/local/share/powershell/Modules" "$root/usr/share/man/man1" "$root/usr/share/man/man7" "$root/usr/share/doc/xenkube"
dotnet publish src/XenKube.Cli -c Release -r linux-x64 --self-contained -p:PublishSingleFile=true -o "$stage/cli" --nologo -v quiet
program=$(find "$stage/cli" -maxdepth 1 -type f -perm -u+x ! -name '*.so' ! -name '*.dll' | head -n 1)
install -m 755 "$program" "$root/usr/lib/xenkube/xenkube"
ln -s ../lib/xenkube/xenkube "$root/usr/bin/xenkube"
cp -r "$stage/module/XenKube" "$root/usr/local/share/powershell/Modules/"
gzip -9nc packaging/xenkube.1 > "$root/usr/share/man/man1/xenkube.1.gz"
{ printf '.TH XENKUBE-GUIDE 7\n.SH NAME\nxenkube-guide \\- the guide, section by section, with the commands of XenKube\n.SH DESCRIPTION\n.nf\n'
  sed -e 's/\\/\\\\/g' -e "s/^\([.']\)/\\\\\&\1/" "$module/en-US/about_XenKube_Guide.help.txt"; } | gzip -9n > "$root/usr/share/man/man7/xenkube-guide.7.gz"
cp LICENSE "$root/usr/share/doc/xenkube/copyright"
cat > "$root/DEBIAN/control" <<END
Package: xenkube
Version: $version
Architecture: amd64
Maintainer: The XenKube authors <xenkube@users.noreply.github.com>
Depends: libc6, libssl3, libstdc++6, zlib1g
Recommends: xen-utils, nginx, dnsmasq, powershell (>= 7.6)
Section: admin
Priority: optional
Description: clusters of CoreOS-style guests on Xen
 Verified images, node disks edited without root or mount, Ignition configs and
 guests, from PowerShell and from the command line.
END
find "$root" -type d -exec chmod 755 {} +
find "$root/usr/local" "$root/usr/share" -type f -exec chmod 644 {} +
dpkg-deb --root-owner-group --build "$root" "$packages/xenkube_${version}_amd64.deb" > /dev/null
echo "$packages/xenkube_${version}_amd64.deb: $(stat -c %s "$packages/xenkube_${version}_amd64.deb") bytes"
