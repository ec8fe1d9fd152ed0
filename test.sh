#!/usr/bin/env bash
# Runs every test: xunit over the library and the command line, Pester over the module in the PowerShell that
# .config/dotnet-tools.json pins. Needs git and the .NET 10 SDK; PowerShell and Pester are restored from NuGet.
# Ends with one line: N passed, N failed, N skipped.
#
# Usage: ./test.sh [-v] [-c Release|Debug] [--quick] [dotnet test options]
#   -v                          prints all that the tests print: what -WhatIf says, differences, measurements
#   --quick                     the inner loop: only the xunit tests that start no program, make no crash states and do not fuzz
#   XENKUBE_TEST_PWSH=PROGRAM   runs the Pester files in this pwsh instead of the restored one
#   XENKUBE_TESTS_STRICT=1      a skipped test that tests/allowed-skips.txt does not name is a failure
set -uo pipefail
cd "$(dirname "$0")"
verbose=()
if [ "${1:-}" = -v ]; then verbose=(-v); shift; fi
configuration=Release
if [ "${1:-}" = -c ]; then configuration=$2; shift 2; fi
if [ "${1:-}" = --quick ]; then
  shift
  dotnet build tests/XenKube.Core.Tests -c "$configuration" --nologo -v quiet || exit 1
  exec dotnet test tests/XenKube.Core.Tests -c "$configuration" --no-build --nologo --filter 'Kind!=Process&Kind!=Crash&Kind!=Fuzz' "$@"
fi

dotnet tool restore --verbosity quiet || exit 1
dotnet build XenKube.sln -c "$configuration" --nologo -v quiet || exit 1
# The boot loader as native code, where that can be made: its tests run it by dotnet elsewhere.
if command -v gcc >/dev/null || command -v clang >/dev/null; then build/publish-boot.sh; fi
exec tests/run.sh "${verbose[@]}" -c "$configuration" "$@"
