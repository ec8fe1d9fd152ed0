#!/usr/bin/env bash
# Compiles the boot loader to native code: DIRECTORY/xenkube-boot.   Usage: build/publish-boot.sh [DIRECTORY]   (artifacts/boot)
# It needs the NativeAOT compiler of the SDK from NuGet, and gcc or clang with zlib's headers (Debian: gcc libc6-dev zlib1g-dev).
set -euo pipefail
cd "$(dirname "$0")/.."
directory=${1:-artifacts/boot}
command -v gcc > /dev/null || command -v clang > /dev/null || { echo "no C compiler to link xenkube-boot: apt install gcc libc6-dev zlib1g-dev" >&2; exit 1; }
# The folders of a build for one machine are not those of the other builds, which may run at the same time.
# No server of the build stays afterwards: tests call this, and look for processes that are left.
dotnet publish src/XenKube.Boot -c Release -r linux-x64 --artifacts-path artifacts/boot-build -o artifacts/boot-build/publish --nologo -v quiet -nodeReuse:false -p:UseSharedCompilation=false -p:DebugType=none -p:RunAnalyzers=false
mkdir -p "$directory"
# A new file in place of the old one, which may be running.
install -m 755 artifacts/boot-build/publish/xenkube-boot "$directory/xenkube-boot.new"
mv "$directory/xenkube-boot.new" "$directory/xenkube-boot"
