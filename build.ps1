#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Builds, tests, analyses, packages and measures XenKube.
.DESCRIPTION
    Build     compiles everything and lays out the importable module in artifacts/<Configuration>/XenKube
    Test      runs the tests of the library and, in this pwsh, of the module
    Analyze   builds with every analyser; warnings are errors
    Package   makes artifacts/packages: the module as a zip of the folder that a gallery holds, the command line, a .deb
    Benchmark runs the benchmarks, a quarter of an hour: the one of the pour needs 15 GB of room
.EXAMPLE
    ./build.ps1
    Import-Module ./artifacts/Release/XenKube
.EXAMPLE
    ./build.ps1 -Task Build, Test
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Analyze', 'Package', 'Benchmark')]
    [string[]] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release'
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

function Invoke-Build { dotnet build "$PSScriptRoot/XenKube.sln" -c $Configuration --nologo -v quiet }

function Invoke-Test { & "$PSScriptRoot/test.sh" -c $Configuration }

function Invoke-Analyze { dotnet build "$PSScriptRoot/XenKube.sln" -c $Configuration --nologo -v quiet --no-incremental -p:AnalysisMode=Recommended }

function Invoke-Package { & "$PSScriptRoot/packaging/package.sh" }

function Invoke-Benchmark {
    $benchmarks = "$PSScriptRoot/tests/XenKube.Benchmarks"
    dotnet build "$PSScriptRoot/XenKube.sln" -c Release --nologo -v quiet
    $directory = New-Item -ItemType Directory -Path ([IO.Path]::Combine([IO.Path]::GetTempPath(), "xenkube-benchmark-$PID"))
    try {
        $sample = Get-ChildItem "$PSScriptRoot/tests/assets/release" -Recurse -Filter '*.bin.bz2' | Select-Object -First 1
        & "$PSScriptRoot/src/XenKube.Cli/bin/Release/net10.0/xenkube" image expand $sample.FullName "$directory/node.img"
        foreach ($arguments in @('transpile'), @('serve'), @('verify'), @('refresh', "$directory/node.img")) {
            dotnet "$benchmarks/bin/Release/net10.0/XenKube.Benchmarks.dll" @arguments
        }
    }
    finally {
        Remove-Item -Recurse -Force $directory
    }
    & "$benchmarks/import-benchmark.ps1"
    & "$benchmarks/pour-benchmark.py"
}

foreach ($name in $Task) {
    & "Invoke-$name"
}
