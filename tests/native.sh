#!/usr/bin/env bash
# Runs every test of the command line against the native program, which the packages have: those that run it in the test's own process
# otherwise as well. Ends with one line: N passed, N failed, N skipped.   Usage: tests/native.sh [PROGRAM]   (default: it is made)
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-artifacts/cli/xenkube}
[ $# -gt 0 ] || build/publish-cli.sh
XENKUBE_TEST_PROGRAM=$(realpath "$program")
export XENKUBE_TEST_PROGRAM
"$XENKUBE_TEST_PROGRAM" --version > /dev/null
# Whoever starts the managed program by dotnet gets the native one.
shim=$(mktemp -d)
trap 'rm -rf "$shim"' EXIT
dotnet=$(readlink -f "$(command -v dotnet)")
cat > "$shim/dotnet" <<END
#!/bin/sh
case \$1 in */xenkube.dll) shift; exec "$XENKUBE_TEST_PROGRAM" "\$@";; esac
exec "$dotnet" "\$@"
END
chmod 755 "$shim" "$shim/dotnet"
export PATH=$shim:$PATH DOTNET_ROOT=${dotnet%/*}
# The classes that run the command line.
filter=$(grep -rlE 'CommandLine(Run|Process)\.|xenkube\.dll' tests/XenKube.Core.Tests --include='*Tests.cs' | sed 's|.*/\(.*\)\.cs|FullyQualifiedName~.\1.|' | paste -sd '|')
tests/run.sh --no-pester --xunit "$filter"
