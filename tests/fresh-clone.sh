#!/usr/bin/env bash
# A newcomer's first minutes: clones this checkout's last commit and runs the code blocks of its README.md that restore, build and
# test, as they are, with an empty HOME and a PATH without pwsh. The other blocks run in tests/Pester/Documentation.Tests.ps1.
#   Usage: tests/fresh-clone.sh [--all]     --all runs ./test.sh too
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
work=$(mktemp -d)
trap 'HOME=$work/home dotnet build-server shutdown >/dev/null 2>&1 || true; chmod -R u+w "$work"; rm -rf "$work"' EXIT
git clone --quiet "$repository" "$work/checkout"
mkdir "$work/home" "$work/blocks" "$work/bin"
cd "$work/checkout"

# One file for each code block of bash, in the order of README.md.
awk -v directory="$work/blocks" '/^```bash$/ { inside = 1; file = sprintf("%s/%02d", directory, ++count); next }
  /^```$/ { inside = 0 } inside { print > file }' README.md

# Folders of the PATH that have a pwsh are left out; dotnet is kept, wherever it is.
ln -s "$(command -v dotnet)" "$work/bin/dotnet"
path=$work/bin
IFS=: read -ra folders <<<"$PATH"
for folder in "${folders[@]}"; do [ -x "$folder/pwsh" ] || path+=:$folder; done

passed=0 failed=0
for block in "$work"/blocks/*; do
  case $(head -n 1 "$block") in
    dotnet*) ;;
    ./test.sh*) [ "${1:-}" = --all ] || continue;;
    *) continue;;
  esac
  # The block that ends in an interactive pwsh is given something to type.
  if (set +e; echo '"modules: $((Import-Module ./artifacts/Release/XenKube -PassThru).ExportedCmdlets.Count)"' |
    env -i HOME="$work/home" PATH="$path" TERM=dumb ${https_proxy:+https_proxy="$https_proxy"} bash -e "$block" >"$block.log" 2>&1); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1)); cat "$block"; tail -n 40 "$block.log"; continue
  fi
  # What the README says of the block.
  case $(cat "$block") in
    *quickstart*) want='The same refresh in PowerShell';;
    *"dotnet pwsh"*) want='modules: [1-9]';;
    *) continue;;
  esac
  grep -q "$want" "$block.log" || { passed=$((passed - 1)) failed=$((failed + 1)); echo "no '$want' in:"; tail -n 40 "$block.log"; }
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
