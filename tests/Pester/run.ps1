# Runs the Pester files against the module that the build laid out, by the Pester that the build laid out beside the module,
# and writes for tests/report.ps1 what passed, failed and was skipped.
param(
    [string] $Configuration = 'Release',
    # Only these files, without their .Tests.ps1, with commas between them.
    [string] $Name,
    [string] $ResultFile
)
$ErrorActionPreference = 'Stop'
$artifacts = Join-Path $PSScriptRoot "../../artifacts/$Configuration" -Resolve
Import-Module "$artifacts/Pester/Pester.psd1"
$env:XENKUBE_MODULE = "$artifacts/XenKube/XenKube.psd1"

$settings = New-PesterConfiguration
$settings.Run.Path = $Name ? [string[]] ($Name -split ',' | ForEach-Object { "$PSScriptRoot/$_.Tests.ps1" }) : $PSScriptRoot
$settings.Run.PassThru = $true
$settings.Output.Verbosity = 'Normal'
$settings.Output.RenderMode = 'Plaintext'
$run = Invoke-Pester -Configuration $settings

$failed = $run.FailedCount + $run.FailedContainersCount + $run.FailedBlocksCount
if ($ResultFile) {
    $skipped = @($run.Skipped) + @($run.NotRun) | Where-Object { $_ } | ForEach-Object {
        $why = $_.ErrorRecord | Select-Object -First 1
        @{ name = "Pester: $($_.ExpandedPath)"; reason = $why ? $why.Exception.Message -replace '^is skipped, because ' : '' }
    }
    $failures = @($run.Failed) + @($run.FailedBlocks) + @($run.FailedContainers) | Where-Object { $_ } | ForEach-Object {
        @{
            name = "Pester: $($_.PSObject.Properties['ExpandedPath'] ? $_.ExpandedPath : "$($_.Item)")"
            message = @($_.ErrorRecord | ForEach-Object { $_.DisplayErrorMessage ? $_.DisplayErrorMessage : "$_"; $_.DisplayStackTrace }) -join "`n"
        }
    }
    @{ passed = $run.PassedCount; failed = $failed; failures = @($failures); skipped = @($skipped) } | ConvertTo-Json -Depth 4 | Set-Content $ResultFile
}
exit [int]($failed -gt 0)
