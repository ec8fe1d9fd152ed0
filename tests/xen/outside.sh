#!/bin/bash
# What pwsh.sh does from outside of dom0: when the job says that it is ready, connects by ssh and writes rows for the job to print.
#   outside.sh SHARE PORT KEY      run by 'run.sh -x'
share=$1 port=$2 key=$3
until [ -f "$share/out/outside.ready" ]; do sleep 1; [ -d "$share" ] || exit 0; done
timeout 900 dotnet "$LAB_OUTSIDE_PWSH" -NoProfile -NonInteractive -File "$(dirname "$0")/outside.ps1" -Port "$port" -KeyPath "$key" > "$share/out/outside.txt" 2>&1
touch "$share/out/outside.done"
