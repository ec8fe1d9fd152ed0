#!/usr/bin/env pwsh
<#
.SYNOPSIS
    What Import-Module XenKube costs, beside an empty binary module.
.DESCRIPTION
    Makes two binary modules with a manifest and one cmdlet each. In each round a fresh pwsh imports the first of them, so
    that it is warm, and then takes the time of the second and of XenKube, in an order that changes from round to round.
    Prints medians; the figure to reach is a difference of 150 ms at most.
.EXAMPLE
    tests/XenKube.Benchmarks/import-benchmark.ps1 -Rounds 20
#>
[CmdletBinding()]
param(
    # The module's folder, as the build (artifacts/Release/XenKube) or the package lays it out.
    [string] $Module = "$PSScriptRoot/../../artifacts/Release/XenKube",
    [ValidateRange(1, 1000)] [int] $Rounds = 15
)

$ErrorActionPreference = 'Stop'
$directory = New-Item -ItemType Directory -Path ([IO.Path]::Combine([IO.Path]::GetTempPath(), "xenkube-import-$PID"))
try {
    foreach ($name in 'WarmModule', 'EmptyModule') {
        $folder = New-Item -ItemType Directory "$directory/$name"
        # Another process, since this one would keep the assembly loaded.
        pwsh -NoProfile -Command "Add-Type -OutputAssembly '$folder/$name.dll' -OutputType Library -TypeDefinition 'using System.Management.Automation; [Cmdlet(VerbsCommon.Get, `"$name`")] public class GetCommand : Cmdlet { }'"
        New-ModuleManifest "$folder/$name.psd1" -RootModule "$name.dll" -CmdletsToExport "Get-$name" -AliasesToExport @() -FunctionsToExport @() -CompatiblePSEditions Core
    }
    $Module = (Resolve-Path $Module).Path
    $measure = {
        param($directory, $xenKube, $order)
        Import-Module "$directory/WarmModule"
        foreach ($name in $order) {
            $path = if ($name -eq 'XenKube') { $xenKube } else { "$directory/$name" }
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Import-Module $path
            "$name $($watch.Elapsed.TotalMilliseconds)"
        }
    }
    $times = @{ EmptyModule = @(); XenKube = @() }
    foreach ($round in 1..$Rounds) {
        $order = if ($round % 2) { 'EmptyModule', 'XenKube' } else { 'XenKube', 'EmptyModule' }
        foreach ($line in pwsh -NoProfile -Command $measure -args "$directory", $Module, $order) {
            $name, $time = "$line" -split ' '
            $times[$name] += [double] $time
        }
    }
    $median = { param($values) ($values | Sort-Object)[[int][Math]::Floor($values.Count / 2)] }
    $empty = & $median $times.EmptyModule
    $xenKube = & $median $times.XenKube
    '| Import-Module | median of {0}, ms |' -f $Rounds
    '|---|---:|'
    '| an empty binary module | {0:0} |' -f $empty
    '| XenKube | {0:0} |' -f $xenKube
    '| difference | {0:0} |' -f ($xenKube - $empty)
}
finally {
    Remove-Item -Recurse -Force $directory
}
