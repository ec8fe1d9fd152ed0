#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Builds, tests, analyses, packages and measures XenKube.
.DESCRIPTION
    Build     compiles everything and lays out the importable module in artifacts/<Configuration>/XenKube
    Test      runs the tests of the library and, in this pwsh, of the module
    Analyze   builds with every analyser, and compares the public surface with PublicAPI.*.txt; warnings are errors
    Package   makes artifacts/packages: the module as a zip of the folder that a gallery holds, the command line, a .deb
    Reproduce makes the packages twice, in two folders and environments, and compares them byte by byte
    Coverage  runs the tests and prints the line and branch coverage of each folder of src; -Filter takes fewer tests
    Mutate    changes the code of -Folder in a thousand small ways, one at a time, and prints how many of the changes the
              tests see (dotnet-stryker); -Filter takes fewer tests
    Benchmark runs the benchmarks, a quarter of an hour: the one of the pour needs 15 GB of room
.EXAMPLE
    ./build.ps1
    Import-Module ./artifacts/Release/XenKube
.EXAMPLE
    ./build.ps1 -Task Build, Test
.EXAMPLE
    ./build.ps1 -Task Mutate -Folder FileSystems/Fat -Filter 'FullyQualifiedName~FileSystems.Fat'
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Analyze', 'Package', 'Reproduce', 'Coverage', 'Mutate', 'Benchmark')]
    [string[]] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release',

    # Folders and files of src/XenKube.Core for Mutate, such as Disks or Hosting/Firewall*.cs.
    [string[]] $Folder,

    # Which tests Coverage and Mutate run, as dotnet test --filter takes it.
    [string] $Filter,

    # How many mutants are tested at once.
    [int] $Concurrency = [Environment]::ProcessorCount
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

function Invoke-Build { dotnet build "$PSScriptRoot/XenKube.sln" -c $Configuration --nologo -v quiet }

function Invoke-Test { & "$PSScriptRoot/test.sh" -c $Configuration }

function Invoke-Analyze { dotnet build "$PSScriptRoot/XenKube.sln" -c $Configuration --nologo -v quiet --no-incremental -p:AnalysisMode=Recommended -p:Analyze=true }

function Invoke-Package { & "$PSScriptRoot/packaging/package.sh" }

function Invoke-Reproduce { & "$PSScriptRoot/packaging/reproduce.sh" }

function Invoke-Coverage {
    Invoke-Build
    # A test that fails is printed; the lines it covered are counted.
    $PSNativeCommandUseErrorActionPreference = $false
    $results = New-Item -ItemType Directory -Path ([IO.Path]::Combine([IO.Path]::GetTempPath(), "xenkube-coverage-$PID"))
    $chosen = $Filter ? @('--filter', $Filter) : @()
    # Coverlet looks at the module only with its symbols beside it, which users of the module do not need.
    $module = "$PSScriptRoot/artifacts/$Configuration/XenKube"
    Copy-Item "$PSScriptRoot/src/XenKube/bin/$Configuration/net10.0/XenKube*.pdb" $module
    try {
        foreach ($project in Get-ChildItem "$PSScriptRoot/tests/*/*.Tests.csproj") {
            dotnet test $project -c $Configuration --no-build --nologo @chosen -p:CollectCoverage=true -p:CoverletOutputFormat=json `
                "-p:CoverletOutput=$results/$($project.BaseName).json" '-p:Include=[XenKube*]*%2c[xenkube*]*' "-p:IncludeDirectory=$module" |
                Where-Object { $_ -notmatch '^[|+]' }
        }
        & "$PSScriptRoot/tests/coverage.ps1" $results
    }
    finally {
        Remove-Item "$module/XenKube*.pdb"
        Remove-Item -Recurse -Force $results
    }
}

function Invoke-Mutate {
    if (-not $Folder) { throw 'Mutate needs -Folder, such as Disks or Hosting/Firewall*.cs.' }
    $results = "$PSScriptRoot/artifacts/mutation"
    $chosen = $Filter ? $Filter : 'Kind!=Crash&Kind!=Fuzz'
    $mutate = $Folder | ForEach-Object { '--mutate', ($_ -like '*.cs' ? "**/XenKube.Core/$_" : "**/XenKube.Core/$_/**/*.cs") }
    Push-Location "$PSScriptRoot/tests/XenKube.Core.Tests"
    try {
        # The tests of xunit v3 run under Stryker by Microsoft.Testing.Platform alone.
        $env:XENKUBE_MUTATE = '1'
        # A tool of 170 MB, which nothing else needs: it is not among those that every checkout restores.
        $tool = (Get-Content -Raw "$PSScriptRoot/tests/mutation/dotnet-tools.json" | ConvertFrom-Json).tools.'dotnet-stryker'
        dotnet tool update dotnet-stryker --version $tool.version --tool-path "$PSScriptRoot/artifacts/tools" --verbosity quiet
        & "$PSScriptRoot/artifacts/tools/dotnet-stryker" --project XenKube.Core.csproj --configuration $Configuration --test-runner mtp --concurrency $Concurrency `
            @mutate --test-case-filter $chosen --reporter Json --output $results --verbosity warning --skip-version-check
    }
    finally {
        $env:XENKUBE_MUTATE = $null
        Pop-Location
    }
    & "$PSScriptRoot/tests/mutation/score.ps1" "$results/reports/mutation-report.json"
}

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
    & "$benchmarks/completion-benchmark.ps1"
    & "$benchmarks/pour-benchmark.py"
}

foreach ($name in $Task) {
    & "Invoke-$name"
}
