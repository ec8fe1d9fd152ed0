#!/usr/bin/env bash
# Compiles the command line to native code: DIRECTORY/xenkube.   Usage: build/publish-cli.sh [DIRECTORY]   (artifacts/cli)
# It needs the NativeAOT compiler of the SDK from NuGet, and gcc or clang with zlib's headers (Debian: gcc libc6-dev zlib1g-dev).
set -euo pipefail
cd "$(dirname "$0")/.."
directory=${1:-artifacts/cli}
command -v gcc > /dev/null || command -v clang > /dev/null || { echo "no C compiler to link xenkube: apt install gcc libc6-dev zlib1g-dev" >&2; exit 1; }
# The folders of a build for one machine are not those of the other builds. A warning of the trimmer is an error: what it cannot follow would
# be missing in the program.
dotnet publish src/XenKube.Cli -c Release -r linux-x64 -p:PublishAot=true --artifacts-path artifacts/cli-build -o artifacts/cli-build/publish --nologo -v quiet -nodeReuse:false \
  -p:UseSharedCompilation=false -p:DebugType=none -p:RunAnalyzers=false -warnaserror
mkdir -p "$directory"
cp -r artifacts/cli-build/publish/sample "$directory/"
# A new file in place of the old one, which may be running.
install -m 755 artifacts/cli-build/publish/xenkube "$directory/xenkube.new"
mv "$directory/xenkube.new" "$directory/xenkube"
