#!/usr/bin/env bash
# Writes the public surface of the library and the module to PublicAPI.Unshipped.txt beside their projects, as the
# analyser of the build names it. Run it after a change of the surface, and look at the difference before committing it.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet restore XenKube.sln --verbosity quiet
for project in XenKube.Core XenKube; do
  list=src/$project/PublicAPI.Unshipped.txt
  echo '#nullable enable' > "$list"
  found=$(dotnet build "src/$project" -c Release --nologo -v quiet --no-dependencies --no-incremental -p:Analyze=true -p:TreatWarningsAsErrors=false |
    sed -n "s/.*warning RS0016: Symbol '\(.*\)' is not part of the declared.*/\1/p" | LC_ALL=C sort -u)
  printf '%s\n' "$found" >> "$list"
  echo "$list: $(($(wc -l < "$list") - 1)) members"
done
