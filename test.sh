#!/usr/bin/env bash
# Runs every test: xunit over the library and the command line, Pester over the module in the PowerShell that
# .config/dotnet-tools.json pins. Needs git and the .NET 10 SDK; PowerShell and Pester are restored from NuGet.
# Ends with one line: N passed, N failed, N skipped.
#
# Usage: ./test.sh [-c Release|Debug] [--quick] [dotnet test options]
#   --quick                     the inner loop: only the xunit tests that start no program, make no crash states and do not fuzz
#   XENKUBE_TEST_PWSH=PROGRAM   runs the Pester files in this pwsh instead of the restored one
#   XENKUBE_TESTS_STRICT=1      a skipped test that tests/allowed-skips.txt does not name is a failure
set -uo pipefail
cd "$(dirname "$0")"
configuration=Release
if [ "${1:-}" = -c ]; then configuration=$2; shift 2; fi
if [ "${1:-}" = --quick ]; then
  shift
  dotnet build tests/XenKube.Core.Tests -c "$configuration" --nologo -v quiet || exit 1
  exec dotnet test tests/XenKube.Core.Tests -c "$configuration" --no-build --nologo --filter 'Kind!=Process&Kind!=Crash&Kind!=Fuzz' "$@"
fi
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

dotnet tool restore --verbosity quiet || exit 1
dotnet build XenKube.sln -c "$configuration" --nologo -v quiet || exit 1

# The program that starts pwsh needs to know where .NET is when .NET is not at its usual place.
export DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}
export POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off
pwsh=${XENKUBE_TEST_PWSH:-$(dotnet pwsh -NoProfile -NonInteractive -Command '[IO.Path]::Combine($PSHOME, "pwsh")' | tail -n 1)}
if ! "$pwsh" -NoProfile -NonInteractive -Command exit; then echo "pwsh does not start: $pwsh" >&2; exit 1; fi

dotnet test XenKube.sln -c "$configuration" --no-build --nologo --logger "trx;LogFilePrefix=xunit" --results-directory "$results" "$@"
"$pwsh" -NoProfile -NonInteractive -File tests/Pester/run.ps1 -Configuration "$configuration" -ResultFile "$results/pester.json"
"$pwsh" -NoProfile -NonInteractive -File tests/report.ps1 -Directory "$results"
