#!/usr/bin/env pwsh
<#
.SYNOPSIS
    How long Tab takes: the first one of a session, and each completer when it has been asked before.
.DESCRIPTION
    Makes a XENDIR with two clusters of three nodes, 100 reservations and a firewall file, and asks PowerShell what it offers for each line, as
    Tab does. The first Tab is taken in fresh sessions, in which the module is imported already; the other figures are medians in one session.
    The figures to reach are 50 ms, and 150 ms for the first Tab.
.EXAMPLE
    tests/XenKube.Benchmarks/completion-benchmark.ps1 -Rounds 20
#>
[CmdletBinding()]
param(
    # The module's folder, as the build (artifacts/Release/XenKube) or the package lays it out.
    [string] $Module = "$PSScriptRoot/../../artifacts/Release/XenKube",
    [ValidateRange(1, 1000)] [int] $Rounds = 11
)

$ErrorActionPreference = 'Stop'
$lines = @(
    'Get-Node ', 'Get-Node etcd ', 'Get-Node etcd/', 'Get-Cluster ', 'New-Node etcd x -Image ', 'Get-CoreOSImage ', 'Get-SigningKey '
    'Get-DiskPartition etcd/node-1 -Label ', 'Get-DiskPartition ./no', 'Test-Node ./node-1.i', 'Get-XenGuest etcd-', 'Start-XenGuest etcd '
    'Get-DhcpReservation ', 'Remove-DhcpReservation 192', 'New-XenGuest etcd node-1 -MacAddress ', 'New-XenGuest etcd node-1 -FirstAddress '
    'Get-FirewallRule ', 'Add-FirewallPort 80 -Chain ', 'Add-FirewallPort 80 -InInterface ', 'Start-IgnitionServer ', 'Set-TimeServer '
    'New-XenGuest etcd -Bridge ', 'Find-CoreOSImage -Board ', 'Find-CoreOSImage -Channel ', 'Import-SigningKey -Known ', 'Initialize-XenKubeHost '
    'Reset-Ignition etcd -Step ', 'ConvertTo-Ignition ./no', 'Publish-Ignition etcd -Platform ', 'Get-XenKubeSetting ', 'kgen ', 'kup '
    'Dismount-NodeDisk ', 'Get-Content n:/ROOT/etc/', 'Get-Content n:/ROOT/etc/hosts -Encoding ', 'Get-Item n:/ROOT/etc/hosts | Select-Object '
    'Reset-Ignition etcd | Select-Object ', 'Get-Node | Where-Object '
)
$directory = (New-Item -ItemType Directory -Path ([IO.Path]::Combine([IO.Path]::GetTempPath(), "xenkube-completion-$PID"))).FullName
$before = $env:XENDIR, $env:XENKUBE_XL
try {
    $Module = (Resolve-Path $Module).Path
    $null = New-Item -ItemType Directory "$directory/guests/etcd", "$directory/guests/web", "$directory/images", "$directory/nginx"
    $release = Get-ChildItem "$PSScriptRoot/../assets/release" -Recurse -Filter '*.bin.bz2' | Select-Object -First 1
    Copy-Item $release "$directory/images/coreos-1520.9.0.bin.bz2"
    bzip2 -dc $release.FullName | dd "of=$directory/image" bs=64K conv=sparse iflag=fullblock status=none
    truncate --size "%$(64KB)" "$directory/image"
    foreach ($node in 'etcd/node-1', 'etcd/node-2', 'etcd/node-3', 'web/node-1', 'web/node-2', 'web/node-3') {
        cp --sparse=always --reflink=auto "$directory/image" "$directory/guests/$node.img"
        Set-Content "$directory/guests/$node.ct" 'passwd: {}'
        Set-Content "$directory/guests/$node.cfg" "name = `"$($node -replace '/', '-')`"`nmemory = 1024`ndisk = [ '$directory/guests/$node.img,raw,xvda' ]"
    }
    1..100 | ForEach-Object { '00:16:3e:4e:31:{0:x2},192.168.100.{0},guest-{0}' -f $_ } | Set-Content "$directory/hostsfile"
    "*filter`n:INPUT DROP [0:0]`n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT`n:guests - [0:0]`n-A guests -j ACCEPT`nCOMMIT" | Set-Content "$directory/rules.v4"
    @{ reservationsFile = 'hostsfile'; firewallFile = "$directory/rules.v4" } | ConvertTo-Json | Set-Content "$directory/xenkube.json"
    # An xl that has no guests.
    Set-Content "$directory/xl" "#!/bin/sh`n[ `"`$1`" = list ] && printf 'Name ID Mem VCPUs\tState\tTime(s)\nDomain-0 0 2048 2 r----- 1.0\n'"
    chmod +x "$directory/xl"
    $env:XENDIR, $env:XENKUBE_XL = $directory, "$directory/xl"
    Import-Module $Module
    $null = Import-SigningKey "$PSScriptRoot/../assets/Sample_Image_Signing_Key.asc"

    # The first Tab of sessions in which nothing of the module but its import took place.
    $first = {
        param($module, $line)
        Import-Module $module
        # What PowerShell itself takes for its first Tab is not the module's.
        $null = TabExpansion2 'Get-Date -Form' -cursorColumn 14
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $null = TabExpansion2 $line -cursorColumn $line.Length
        $watch.Elapsed.TotalMilliseconds
    }
    $median = { param($values) ($values | Sort-Object)[[int][Math]::Floor($values.Count / 2)] }
    '| line | first Tab, ms | Tab, ms | offered |'
    '|---|---:|---:|---:|'
    Set-Location "$directory/guests/etcd"
    $null = Mount-NodeDisk etcd/node-1 -DriveName n
    foreach ($line in $lines) {
        $offered = (TabExpansion2 $line -cursorColumn $line.Length).CompletionMatches.Count
        $times = foreach ($round in 1..$Rounds) { (Measure-Command { TabExpansion2 $line -cursorColumn $line.Length }).TotalMilliseconds }
        # A session that has a drive had its first Tab of the module before.
        $begin = if ($line -notmatch '\bn:|^Dismount') { 1..3 | ForEach-Object { [double] (pwsh -NoProfile -Command $first -args $Module, $line) } }
        '| `{0}` | {1} | {2:0.0} | {3} |' -f $line.Replace('|', '\|'), ($begin ? '{0:0}' -f (& $median $begin) : ''), (& $median $times), $offered
    }
}
finally {
    Set-Location /
    Dismount-NodeDisk * -ErrorAction Ignore
    $env:XENDIR, $env:XENKUBE_XL = $before
    Remove-Item -Recurse -Force $directory
}
