#!/usr/bin/env bash
# Makes artifacts/packages: the module as a zip of the folder that a gallery holds, and a .deb with the command line, the module
# and the manual pages; then unpacks both and tries them.   Usage: packaging/package.sh
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(sed -n 's/^ *ModuleVersion *= *'"'"'\(.*\)'"'"'/\1/p' XenKube.psd1)
packages=$PWD/artifacts/packages
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$packages"
rm -f "$packages"/XenKube.* "$packages"/xenkube_* "$packages/SHA256SUMS"
# Files in the packages have the time of the commit.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || date +%s)}
export SOURCE_DATE_EPOCH CI=true
# Two runs should give the same bytes, wherever and by whom they are made: packaging/reproduce.sh compares them.
umask 022
export TZ=UTC LC_ALL=C.UTF-8

# The module: XenKube/VERSION/..., compiled ahead of time where the registry has the compiler.
module=$stage/module/XenKube/$version
dotnet build src/XenKube -c Release --nologo -v quiet -p:ModuleDirectory="$module/"
if dotnet publish src/XenKube -c Release -r linux-x64 --no-self-contained -p:PublishReadyToRun=true -p:ModuleDirectory="$stage/other/" -o "$stage/r2r" --nologo -v quiet > "$stage/r2r.log" 2>&1; then
  cp "$stage/r2r/XenKube.dll" "$module/"
  dotnet build/XenKube.Records/bin/Release/net10.0/XenKube.Records.dll "$stage/r2r/XenKube.Core.dll" "$module/XenKube.Core.dll"
  cp "$stage/r2r/XenKube.Parsing.dll" "$module/deps/"
else
  echo "without ReadyToRun: the compiler is not to be had" >&2
fi
# Of BouncyCastle the module uses what reads OpenPGP, a tenth. The linker of .NET takes the rest away, as it does for the command line.
dotnet restore src/XenKube.Cli -r linux-x64 -p:PublishTrimmed=true -v quiet > "$stage/restore.log" 2>&1 || true
linker=$(find "$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: *//')" -path '*microsoft.net.illink.tasks/*/tools/net/illink.dll' 2> /dev/null | sort -V | tail -n 1)
framework=$(dotnet --list-runtimes | sed -n 's/^Microsoft\.NETCore\.App \(10[^ ]*\) \[\(.*\)\]$/\2\/\1/p' | tail -n 1)
library=$module/deps/BouncyCastle.Cryptography.dll
before=$(stat -c %s "$library")
if [ "$linker" ] && dotnet "$linker" -a "$module/deps/XenKube.Parsing.dll" all -d "$module/deps" -d "$framework" --trim-mode copy --action link BouncyCastle.Cryptography \
  --deterministic -out "$stage/linked" > "$stage/linked.log" 2>&1; then
  cp "$stage/linked/BouncyCastle.Cryptography.dll" "$library"
  echo "BouncyCastle: $(stat -c %s "$library") of $before bytes"
else
  echo "BouncyCastle is packaged whole: the linker of .NET is not to be had" >&2
fi
find "$stage/module" -type d -exec chmod 755 {} +
find "$stage/module" -type f -exec chmod 644 {} +
find "$stage/module" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
(cd "$stage/module" && python3 -m zipfile -c "$packages/XenKube.$version.zip" XenKube/)
size=$(stat -c %s "$packages/XenKube.$version.zip")
# Most of it is the native code of XenKube.Core, by which a session starts sooner.
[ "$size" -lt 8388608 ] || { echo "the module has $size bytes, more than 8 MB" >&2; exit 1; }
echo "$packages/XenKube.$version.zip: $size bytes"

(cd "$stage" && python3 -m zipfile -e "$packages/XenKube.$version.zip" zip)
# The pwsh of the tests, where the machine has none of its own.
pwsh=(pwsh)
if ! command -v pwsh > /dev/null && dotnet tool restore > /dev/null 2>&1; then pwsh=(dotnet pwsh); fi
if "${pwsh[@]}" -NoProfile -Command exit 2> /dev/null; then
  "${pwsh[@]}" -NoProfile -Command "\$ErrorActionPreference = 'Stop'; \$manifest = Test-ModuleManifest '$stage/zip/XenKube/$version/XenKube.psd1'; Import-Module '$stage/zip/XenKube/$version/XenKube.psd1'; \$module = Get-Module XenKube; if (\$module.ExportedCmdlets.Count -ne \$manifest.ExportedCmdlets.Count) { throw 'the manifest and the module differ' }; if (-not (Get-Help Reset-Ignition).Synopsis) { throw 'no help' }; \$null = Import-SigningKey tests/assets/Sample_Image_Signing_Key.asc -XenDir (New-Item -ItemType Directory '$stage/keys'); if (-not (Test-ImageSignature -LiteralPath tests/assets/release/amd64-usr/1520.9.0/coreos_production_xen_image.bin.bz2 -XenDir '$stage/keys')) { throw 'a good signature is not taken' }; 'the module imports: {0} cmdlets' -f \$module.ExportedCmdlets.Count"
else
  echo "no pwsh: the module was not imported" >&2
fi

# What the packages are made of, in the form of CycloneDX, and at the end of the script their checksums.
sbom=artifacts/tools/dotnet-CycloneDX
tool=$(sed -n 's/^ *"version": "\(.*\)",$/\1/p' packaging/dotnet-tools.json)
dotnet tool update cyclonedx --version "$tool" --tool-path artifacts/tools --verbosity quiet > "$stage/tool.log" 2>&1 || { sbom=; echo "no list of the packages' contents (SBOM): $(tail -n 1 "$stage/tool.log")" >&2; }
# list_of PROJECT NAME [FOLDER]: the packages of a project, whose intermediate files are in its folder obj or in FOLDER
list_of() { "$sbom" "src/$1/$1.csproj" -F Json -o "$stage" -fn "$2" -ns --disable-package-restore ${3:+-biop "$3"} > "$stage/sbom.log" 2>&1 || { cat "$stage/sbom.log" >&2; exit 1; }; }
write_checksums() { (cd "$packages" && sha256sum -- XenKube.* xenkube_*  > SHA256SUMS); echo "$packages/SHA256SUMS: $(wc -l < "$packages/SHA256SUMS") files"; }
if [ "$sbom" ]; then
  list_of XenKube module.json
  python3 packaging/sbom.py XenKube "$version" "$SOURCE_DATE_EPOCH" "$packages/XenKube.$version.cdx.json" "$stage/module.json"
  for library in "$module"/deps/*.dll; do
    name=$(basename "$library" .dll)
    case $name in XenKube.*) ;; *) grep -q "\"name\": \"$name\"" "$packages/XenKube.$version.cdx.json" || { echo "the SBOM lacks $name" >&2; exit 1; };; esac
  done
fi

command -v dpkg-deb > /dev/null || { write_checksums; echo "no dpkg-deb: no .deb" >&2; exit 0; }
root=$stage/deb
mkdir -p "$root"/{DEBIAN,usr/lib/xenkube,usr/bin,usr/share/powershell/Modules,usr/share/man/man1,usr/share/man/man7,usr/share/man/man8,usr/share/doc/xenkube,usr/share/lintian/overrides,usr/share/bash-completion/completions,usr/share/zsh/vendor-completions,usr/share/fish/vendor_completions.d}
# Native code where the compiler and a linker are to be had.
native=artifacts/cli-build/obj/XenKube.Cli/project.assets.json
if ! build/publish-cli.sh "$stage/cli" > "$stage/cli.log" 2>&1; then
  native=
  echo "the command line of the .deb is not native code: $(tail -n 1 "$stage/cli.log")" >&2
  dotnet publish src/XenKube.Cli -c Release -r linux-x64 --self-contained -p:PublishSingleFile=true -p:PublishReadyToRun=true -p:DebugType=none -o "$stage/cli" --nologo -v quiet
fi
echo "xenkube: $(stat -c %s "$stage/cli/xenkube") bytes"
install -m 755 "$stage/cli/xenkube" "$root/usr/lib/xenkube/"
cp -r "$stage/cli/sample" "$root/usr/lib/xenkube/"
# The boot loader is native code, which a C compiler links.
build/publish-boot.sh "$stage/boot"
install -m 755 "$stage/boot/xenkube-boot" "$root/usr/lib/xenkube/"
size=$(stat -c %s "$stage/boot/xenkube-boot")
[ "$size" -le 6291456 ] || { echo "xenkube-boot has $size bytes, more than 6 MB" >&2; exit 1; }
libraries=$(objdump -p "$stage/boot/xenkube-boot" | awk '$1 == "NEEDED" { print $2 }' | grep -vE '^(libc|libm|ld-linux-x86-64)\.so\.[0-9]+$' || true)
[ -z "$libraries" ] || { echo "xenkube-boot needs more than libc and libm: $libraries" >&2; exit 1; }
echo "xenkube-boot: $size bytes"
sed "s/@VERSION@/$version/" packaging/xenkube-boot.8.in | gzip -9n > "$root/usr/share/man/man8/xenkube-boot.8.gz"
ln -s ../lib/xenkube/xenkube "$root/usr/bin/xenkube"
cp -r "$stage/module/XenKube" "$root/usr/share/powershell/Modules/"
python3 packaging/man-page.py "$stage/cli/xenkube" "$version" packaging/xenkube.1.in | gzip -9n > "$root/usr/share/man/man1/xenkube.1.gz"
{ printf '.TH XENKUBE\\-GUIDE 7 "" "xenkube %s"\n.SH NAME\nxenkube\\-guide \\- the guide, section by section, with the commands of XenKube\n.SH DESCRIPTION\n.nf\n' "$version"
  sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^\([.']\)/\\\\\&\1/" "$module/en-US/about_XenKube_Guide.help.txt"; } | gzip -9n > "$root/usr/share/man/man7/xenkube-guide.7.gz"
"$stage/cli/xenkube" completion bash > "$root/usr/share/bash-completion/completions/xenkube"
"$stage/cli/xenkube" completion zsh > "$root/usr/share/zsh/vendor-completions/_xenkube"
"$stage/cli/xenkube" completion fish > "$root/usr/share/fish/vendor_completions.d/xenkube.fish"
cp LICENSE "$root/usr/share/doc/xenkube/copyright"
gzip -9nc CHANGELOG.md > "$root/usr/share/doc/xenkube/CHANGELOG.md.gz"
# Debian's own form of a changelog; what changed is in the other one.
{ printf 'xenkube (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md.gz.\n\n' "$version"
  printf ' -- The XenKube authors <xenkube@users.noreply.github.com>  %s\n' "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")"
} | gzip -9n > "$root/usr/share/doc/xenkube/changelog.gz"
cat > "$root/usr/share/lintian/overrides/xenkube" <<'END'
# The runtime of .NET has a zlib of its own in it, zlib-ng, which Debian 12 has no package of.
xenkube: embedded-library zlib [usr/lib/xenkube/xenkube]
xenkube: embedded-library zlib [usr/lib/xenkube/xenkube-boot]
END
cat > "$root/DEBIAN/control" <<END
Package: xenkube
Version: $version
Architecture: amd64
Maintainer: The XenKube authors <xenkube@users.noreply.github.com>
Installed-Size: $(find "$root/usr" -type f -printf '%s\n' | awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }')
Depends: libc6, libgcc-s1, libssl3, libstdc++6, passwd, zlib1g
Recommends: xen-utils, nginx, dnsmasq, powershell (>= 7.6)
Section: admin
Priority: optional
Description: clusters of CoreOS-style guests on Xen
 Verified images, node disks edited without root or mount, Ignition configs and
 guests, from PowerShell and from the command line.
END
# PowerShell looks below /usr/local, where a package may not put files; a link says where the module is.
cat > "$root/DEBIAN/postinst" <<'END'
#!/bin/sh
set -e
modules=/usr/local/share/powershell/Modules
if [ "$1" = configure ] && [ ! -e "$modules/XenKube" ]; then
  mkdir -p "$modules"
  ln -sfn /usr/share/powershell/Modules/XenKube "$modules/XenKube"
fi
# The user without rights as which boot loaders read the guests' disks. pygrub takes the user's number for its group's, too.
if [ "$1" = configure ] && ! getent passwd xenkube-boot > /dev/null; then
  id=999
  while getent passwd "$id" > /dev/null || getent group "$id" > /dev/null; do id=$((id - 1)); done
  getent group xenkube-boot > /dev/null || groupadd --system --gid "$id" xenkube-boot
  useradd --system --uid "$id" --gid xenkube-boot --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin xenkube-boot
fi
END
cat > "$root/DEBIAN/prerm" <<'END'
#!/bin/sh
set -e
link=/usr/local/share/powershell/Modules/XenKube
if [ "$1" = remove ] && [ "$(readlink "$link")" = /usr/share/powershell/Modules/XenKube ]; then
  rm -f "$link"
fi
END
find "$root" -type d -exec chmod 755 {} +
find "$root/usr/share" "$root/usr/lib/xenkube/sample" -type f -exec chmod 644 {} +
chmod 755 "$root/DEBIAN/postinst" "$root/DEBIAN/prerm"
dpkg-deb -Zxz -z9 -Sextreme --root-owner-group --build "$root" "$packages/xenkube_${version}_amd64.deb" > /dev/null
size=$(stat -c %s "$packages/xenkube_${version}_amd64.deb")
echo "$packages/xenkube_${version}_amd64.deb: $size bytes"
# The limit is for the package as it should be; without native code or linker it is larger.
[ "$size" -le 12000000 ] || [ -z "$native" ] || [ ! -e "$stage/linked" ] || { echo "the .deb has $size bytes, more than 12 MB" >&2; exit 1; }

if [ "$sbom" ]; then
  list_of XenKube.Cli cli.json
  python3 packaging/sbom.py xenkube "$version" "$SOURCE_DATE_EPOCH" "$packages/xenkube_${version}_amd64.cdx.json" "$stage/module.json" "$stage/cli.json" ${native:+--runtime "$native"}
fi
write_checksums

dpkg-deb -x "$packages/xenkube_${version}_amd64.deb" "$stage/unpacked"
(cd "$stage" && unpacked/usr/bin/xenkube quickstart --directory "$stage/quickstart" > "$stage/quickstart.log") || { tail -20 "$stage/quickstart.log" >&2; exit 1; }
for file in lib/xenkube/xenkube lib/xenkube/xenkube-boot share/man/man1/xenkube.1.gz share/man/man7/xenkube-guide.7.gz share/man/man8/xenkube-boot.8.gz \
  share/bash-completion/completions/xenkube share/zsh/vendor-completions/_xenkube share/fish/vendor_completions.d/xenkube.fish \
  "share/powershell/Modules/XenKube/$version/XenKube.psd1"; do
  [ -s "$stage/unpacked/usr/$file" ] || { echo "the .deb lacks /usr/$file" >&2; exit 1; }
done
"$stage/unpacked/usr/lib/xenkube/xenkube-boot" --help > /dev/null || { echo "xenkube-boot of the .deb does not run" >&2; exit 1; }
if command -v man > /dev/null; then
  for page in "$stage"/unpacked/usr/share/man/man*/*.gz; do
    complaints=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l "$page" 2>&1 > /dev/null)
    [ -z "$complaints" ] || { echo "$page: $complaints" >&2; exit 1; }
  done
fi
echo "the program of the .deb runs the quickstart"
if command -v lintian > /dev/null; then
  lintian --allow-root --fail-on error,warning "$packages/xenkube_${version}_amd64.deb"
  echo "lintian has nothing to say of the .deb"
fi
