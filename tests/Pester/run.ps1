# Runs the Pester files against the module that the build laid out, by the Pester that the build laid out beside the module,
# and writes for tests/report.ps1 what passed, failed and was skipped.
param(
    [string] $Configuration = 'Release',
    [string] $Path = $PSScriptRoot,
    [string] $ResultFile
)
$ErrorActionPreference = 'Stop'
$artifacts = Join-Path $PSScriptRoot "../../artifacts/$Configuration" -Resolve
Import-Module "$artifacts/Pester/Pester.psd1"
$env:XENKUBE_MODULE = "$artifacts/XenKube/XenKube.psd1"

$settings = New-PesterConfiguration
$settings.Run.Path = $Path
$settings.Run.PassThru = $true
$settings.Output.Verbosity = 'Normal'
$run = Invoke-Pester -Configuration $settings

$failed = $run.FailedCount + $run.FailedContainersCount + $run.FailedBlocksCount
if ($ResultFile) {
    $skipped = @($run.Skipped) + @($run.NotRun) | Where-Object { $_ } | ForEach-Object {
        $why = $_.ErrorRecord | Select-Object -First 1
        @{ name = "Pester: $($_.ExpandedPath)"; reason = $why ? $why.Exception.Message -replace '^is skipped, because ' : '' }
    }
    @{ passed = $run.PassedCount; failed = $failed; skipped = @($skipped) } | ConvertTo-Json -Depth 4 | Set-Content $ResultFile
}
exit [int]($failed -gt 0)
