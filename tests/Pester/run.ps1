# Runs the Pester files against the module that the build laid out, by the Pester that the build laid out beside the module,
# and writes for tests/report.ps1 what passed, failed and was skipped.
param(
    [string] $Configuration = 'Release',
    # Only these files, without their .Tests.ps1, with commas between them.
    [string] $Name,
    # A directory that several runs share: each takes the next file that none of the others has taken.
    [string] $Queue,
    [string] $ResultFile
)
$ErrorActionPreference = 'Stop'
$artifacts = Join-Path $PSScriptRoot "../../artifacts/$Configuration" -Resolve
Import-Module "$artifacts/Pester/Pester.psd1"
$env:XENKUBE_MODULE = "$artifacts/XenKube/XenKube.psd1"

# Long files tend to be slow ones: they come first, so that no run is left alone with one at the end.
$files = $Name ? @($Name -split ',' | ForEach-Object { "$PSScriptRoot/$_.Tests.ps1" })
    : @(Get-ChildItem $PSScriptRoot -Filter *.Tests.ps1 | Sort-Object Length -Descending | ForEach-Object FullName)
function Test-Mine([string] $file) {
    if (-not $Queue) { return $true }
    try { [IO.File]::Open((Join-Path $Queue (Split-Path -Leaf $file)), 'CreateNew').Dispose(); $true } catch [IO.IOException] { $false }
}
$runs = @(foreach ($file in $files) {
    if (-not (Test-Mine $file)) { continue }
    $settings = New-PesterConfiguration
    $settings.Run.Path = $file
    $settings.Run.PassThru = $true
    $settings.Output.Verbosity = 'Normal'
    $settings.Output.RenderMode = 'Plaintext'
    Invoke-Pester -Configuration $settings
})

$failed = 0
$runs | ForEach-Object { $failed += $_.FailedCount + $_.FailedContainersCount + $_.FailedBlocksCount }
if ($ResultFile) {
    $skipped = @($runs.Skipped) + @($runs.NotRun) | Where-Object { $_ } | ForEach-Object {
        $why = $_.ErrorRecord | Select-Object -First 1
        @{ name = "Pester: $($_.ExpandedPath)"; reason = $why ? $why.Exception.Message -replace '^is skipped, because ' : '' }
    }
    $failures = @($runs.Failed) + @($runs.FailedBlocks) + @($runs.FailedContainers) | Where-Object { $_ } | ForEach-Object {
        @{
            name = "Pester: $($_.PSObject.Properties['ExpandedPath'] ? $_.ExpandedPath : "$($_.Item)")"
            message = @($_.ErrorRecord | ForEach-Object { $_.DisplayErrorMessage ? $_.DisplayErrorMessage : "$_"; $_.DisplayStackTrace }) -join "`n"
        }
    }
    $passed = 0
    $runs | ForEach-Object { $passed += $_.PassedCount }
    @{ passed = $passed; failed = $failed; failures = @($failures); skipped = @($skipped) } | ConvertTo-Json -Depth 4 | Set-Content $ResultFile
}
exit [int]($failed -gt 0)
