#!/usr/bin/env bash
# Fuzzes the parsers of what comes from outside, guided by coverage: SharpFuzz instruments the library, and an input that takes a branch as
# none before it did is kept in tests/corpus/fuzz and changed further. Ends with a line for each parser: executions, new inputs, faults.
#
# Usage: tests/fuzz.sh [SECONDS] [PARSER...]     (default: 60 seconds, shared by all parsers)
# Needs the .NET SDK, SharpFuzz.CommandLine from NuGet, e2fsprogs, dosfstools, mtools, gdisk, python3.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}; [ $# -gt 0 ] && shift
work=$PWD/artifacts/fuzz
mkdir -p "$work"
[ -x "$work/tools/sharpfuzz" ] || dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path "$work/tools" > /dev/null
rm -rf "$work/bin" "$work/seeds"
dotnet build tests/XenKube.Fuzz -c Release --nologo -v quiet -p:RunAnalyzers=false -o "$work/bin"
cp "$(find "$work/tools" -path '*net10.0/any/SharpFuzz.Common.dll')" "$work/bin/"
for library in XenKube.Core XenKube.Parsing; do "$work/tools/sharpfuzz" "$work/bin/$library.dll"; done

# Seeds: small file systems without checksums of their metadata, so that a change is believed; and the corpora of the other tests.
seeds=$work/seeds; tree=$work/tree; rm -rf "$tree"
mkdir -p "$tree/etc" "$seeds"/{ext,ext-edit,journal,fat,fat-edit,gpt,clc,ignition,xl-config,hostsfile,iptables,grub,request,openpgp}
echo text > "$tree/etc/hostname"; head -c 5000 /dev/zero | tr '\0' x > "$tree/file"; ln -sf etc/hostname "$tree/link"
ext() { truncate -s "$2" "$1"; mke2fs -q -F -b 1024 -N 32 -d "$tree" "${@:3}" "$1" 2> /dev/null; }
plain='^metadata_csum,^64bit,^resize_inode,^flex_bg'
ext "$seeds/ext/ext2" 128K -t ext2 -O ^resize_inode
ext "$seeds/ext/ext4" 128K -t ext4 -O "$plain,^has_journal,uninit_bg"
ext "$seeds/ext/inline" 128K -t ext4 -O "$plain,^has_journal,inline_data" -I 256
ext "$seeds/journal/ext3" 1536K -t ext3 -O ^resize_inode -J size=1
ext "$seeds/journal/ext4" 1536K -t ext4 -O "$plain" -J size=1
for image in "$seeds"/journal/*; do
  # A transaction that is still to be replayed.
  printf 'jo\njw -b 30 %s\njc\nquit\n' "$tree/file" | debugfs -w -f - "$image" > /dev/null 2>&1 || true
done
cp "$seeds"/ext/* "$seeds/ext-edit/"; cp "$seeds/journal/ext4" "$seeds/ext-edit/journal"
truncate -s 2200K "$seeds/fat/fat16"; mkfs.vfat -F 16 -s 1 "$seeds/fat/fat16" > /dev/null
mcopy -s -i "$seeds/fat/fat16" "$tree/etc" "$tree/file" ::/ ; cp "$seeds/fat/fat16" "$seeds/fat-edit/"
truncate -s 64K "$seeds/gpt/disk"; sgdisk -a 1 -n 1:40:+8 -c 1:OEM -n 2:50:+8 -c 2:ROOT "$seeds/gpt/disk" > /dev/null
# The first files of a corpus, each under a number: many have the same name.
few() { local number=0 file; find "$1" -type f -name "$2" -size -8k | sort | sed -n 1,40p | while read -r file; do cp "$file" "$3/$1-$((number++))"; done; }
(cd tests/corpus; few clc '*.yaml' "$seeds/clc"; few butane '*.bu' "$seeds/clc"; few butane '*.yaml' "$seeds/clc"; few ignition-json '*.json' "$seeds/ignition"
 few openpgp '*' "$seeds/openpgp")
python3 - tests/fixtures/xl-config/cases.json "$seeds/xl-config" << 'END'
import json, sys
for number, case in enumerate(json.load(open(sys.argv[1]))):
    with open(f"{sys.argv[2]}/{number}", "w") as file:
        file.write(case["text"])
END
printf '00:16:3e:4e:31:11,192.168.100.11\n# text\n00:16:3e:4e:31:12,node-2,192.168.100.12,infinite\n' > "$seeds/hostsfile/one"
printf '*filter\n:INPUT DROP [0:0]\n-A INPUT -i virbr1 -p tcp -m tcp --dport 80 -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\nCOMMIT\n' > "$seeds/iptables/one"
printf 'set default=0\nif [ "$a" = "b" ]; then\n  search --file --set /x\nelse\n  set linux_append="a b"\nfi\nmenuentry "x" --id=y { linux /vmlinuz $linux_append; }\nfunction f { true; }\n' > "$seeds/grub/one"
printf 'GET /etcd/node-1.json HTTP/1.1\r\nHost: 192.168.100.1\r\nRange: bytes=0-10\r\n\r\n' > "$seeds/request/one"

exec dotnet "$work/bin/XenKube.Fuzz.dll" "$seeds" tests/corpus/fuzz "$seconds" "$@"
