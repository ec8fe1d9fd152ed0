#!/usr/bin/env bash
# Runs the tests that the build has laid out, in places of their own, and looks at the end what they left behind: files beside
# their temporary folder, processes, mounts, loop devices, network namespaces. Ends with one line: N passed, N failed, N skipped.
#
# Usage: tests/run.sh [-v] [-c Release|Debug] [--pester FILES] [--no-pester] [--xunit FILTER] [--no-xunit] [dotnet test options]
#   -v               prints all that the tests print, and not only what failed
#   --pester FILES   only these files of tests/Pester, without their .Tests.ps1, comma between them
#   --xunit FILTER   only these xunit tests, by a filter of dotnet test such as FullyQualifiedName~Hosting, and without dotnet test: a
#                    test assembly is a program of its own, which needs no connection that other clocks or users could hold up
set -uo pipefail
cd "$(dirname "$0")/.."
configuration=Release verbose= xunit=1 filter= pester=1 files=
while [ $# -gt 0 ]; do
  case $1 in
    -v) verbose=1; shift;;
    -c) configuration=$2; shift 2;;
    --pester) files=$2; shift 2;;
    --no-pester) pester=; shift;;
    --xunit) filter=$2; shift 2;;
    --no-xunit) xunit=; shift;;
    *) break;;
  esac
done

# The program that starts pwsh needs to know where .NET is when .NET is not at its usual place.
export DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}
# Most code of a test run runs a few times only: counting how often costs more than the better code saves.
export DOTNET_TieredPGO=0
export POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off DOTNET_CLI_TELEMETRY_OPTOUT=1
pwsh=${XENKUBE_TEST_PWSH:-$(dotnet pwsh -NoProfile -NonInteractive -Command '[IO.Path]::Combine($PSHOME, "pwsh")' | tail -n 1)}
if ! "$pwsh" -NoProfile -NonInteractive -Command exit; then echo "pwsh does not start: $pwsh" >&2; exit 1; fi

# What .NET keeps for the user stays where it is; everything else that is written into a home or a temporary folder is seen.
export NUGET_PACKAGES=${NUGET_PACKAGES:-$HOME/.nuget/packages} DOTNET_CLI_HOME=${DOTNET_CLI_HOME:-$HOME}
run=$(mktemp -d "${TMPDIR:-/tmp}/xenkube-tests.XXXXXX")
mkdir "$run/results" "$run/tmp" "$run/home"
# As open as /tmp is, and the home as closed as a home: some tests become somebody else.
chmod 755 "$run" && chmod 1777 "$run/tmp" && chmod 700 "$run/home"
export TMPDIR=$run/tmp HOME=$run/home XENKUBE_TEST_RUN=$run
unset XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_RUNTIME_DIR
[ -w /dev/shm ] && export XENKUBE_TEST_MEMORY=$(mktemp -d "/dev/shm/xenkube-tests.XXXXXX")
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$run" "${XENKUBE_TEST_MEMORY:-$run}"' EXIT
touch "$run/start"

if [ "$pester" ]; then
  # Two runs of Pester, each taking the next file: they wait for programs most of the time. They are printed after xunit.
  mkdir "$run/queue"
  for part in 1 2; do
    command=("$pwsh" -NoProfile -NonInteractive -File tests/Pester/run.ps1 -Configuration "$configuration" -Name "$files"
      -Queue "$run/queue" -ResultFile "$run/results/pester-$part.json")
    if [ "$verbose" ]; then
      "${command[@]}" > "$run/results/pester-$part.txt" 2>&1 &
    else
      # The host writes sentences of -WhatIf and differences past every stream: a green run shows Pester's line for each file.
      "${command[@]}" 2>&1 | grep --line-buffered '^\[[-+]\] .*\.Tests\.ps1' > "$run/results/pester-$part.txt" &
    fi
  done
fi
if [ "$xunit" ]; then
  assemblies=()
  for project in tests/*.Tests/; do
    name=$(basename "$project")
    assemblies+=("$project/bin/$configuration/net10.0/$name.dll")
  done
  reporter=(-reporter quiet)
  [ "$verbose" ] && reporter=()
  if [ "$filter" ]; then
    for assembly in "${assemblies[@]}"; do
      "${assembly%.dll}" -noLogo -noColor "${reporter[@]}" -filterVSTest "$filter" -result-trx "$run/results/xunit-$(basename "$assembly").trx"
    done
  else
    dotnet test "${assemblies[@]}" --nologo --logger "trx;LogFilePrefix=xunit" --results-directory "$run/results" ${verbose:+--logger "console;verbosity=normal"} \
      --settings tests/test.runsettings "$@"
  fi
fi
if [ "$pester" ]; then
  wait
  cat "$run"/results/pester-*.txt
fi
tests/leftovers.sh > "$run/results/leftovers.txt"
"$pwsh" -NoProfile -NonInteractive -File tests/report.ps1 -Directory "$run/results" ${xunit:+-Xunit} ${pester:+-Pester}
