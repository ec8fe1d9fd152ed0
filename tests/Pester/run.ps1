# Runs the Pester files against the module that the build laid out, and writes "passed failed skipped" for the caller.
param([string] $Configuration = 'Release', [string] $CountFile)
$ErrorActionPreference = 'Stop'
Import-Module Pester -MinimumVersion 5.0.0
$env:XENKUBE_MODULE = Join-Path $PSScriptRoot "../../artifacts/$Configuration/XenKube/XenKube.psd1" -Resolve
$settings = New-PesterConfiguration
$settings.Run.Path = $PSScriptRoot
$settings.Run.PassThru = $true
$settings.Output.Verbosity = 'Normal'
$run = Invoke-Pester -Configuration $settings
$failed = $run.FailedCount + $run.FailedContainersCount + $run.FailedBlocksCount
if ($CountFile) { Set-Content $CountFile "$($run.PassedCount) $failed $($run.SkippedCount + $run.NotRunCount)" }
exit [int]($failed -gt 0)
