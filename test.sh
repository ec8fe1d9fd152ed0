#!/usr/bin/env bash
# Runs every test: xunit over the library and the command line, and, where pwsh with Pester 5 is found, the module in it.
# Ends with one line: N passed, N failed, N skipped.   Usage: ./test.sh [-c Release|Debug] [dotnet test options]
set -uo pipefail
cd "$(dirname "$0")"
configuration=Release
if [ "${1:-}" = -c ]; then configuration=$2; shift 2; fi
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
dotnet build XenKube.sln -c "$configuration" --nologo -v quiet || exit 1
dotnet test XenKube.sln -c "$configuration" --no-build --nologo --logger "trx;LogFilePrefix=xunit" --results-directory "$results" "$@"
status=$?
passed=0 failed=0 skipped=0
for file in "$results"/*.trx; do
  [ -f "$file" ] || continue
  counters=$(grep -o '<Counters [^>]*>' "$file" | head -n 1)
  count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
  passed=$((passed + $(count passed))) failed=$((failed + $(count failed)))
  skipped=$((skipped + $(count total) - $(count executed)))
done
if [ $((passed + failed)) = 0 ]; then echo "no test ran" >&2; status=1; failed=1; fi

files=$(find tests/Pester -name '*.Tests.ps1' | wc -l)
if command -v pwsh >/dev/null && pwsh -NoProfile -NonInteractive -Command 'exit [int]!(Get-Module Pester -ListAvailable | Where-Object { $_.Version.Major -ge 5 })'; then
  pwsh -NoProfile -NonInteractive -File tests/Pester/run.ps1 -Configuration "$configuration" -CountFile "$results/pester" || status=1
  if read -r p f s < "$results/pester"; then passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s)); else status=1 failed=$((failed + 1)); fi
else
  echo "SKIPPED: $files Pester files: no pwsh with Pester 5 on this machine; the cmdlets were not run"
  skipped=$((skipped + files))
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$status" = 0 ] && [ "$failed" = 0 ]
