# Adds up the test results in a directory (xunit*.trx and pester*.json), lists what was skipped and why and what the run left
# behind (leftovers.txt), and ends with the line that says how many tests passed, failed and were skipped. Exits with 1 if a test
# failed, if none ran, if something was left behind, or, in a strict run, if a test was skipped that allowed-skips.txt does not name.
# -Xunit and -Pester say which of them ran.
param([Parameter(Mandatory)] [string] $Directory, [switch] $Xunit, [switch] $Pester)
$ErrorActionPreference = 'Stop'

$passed = 0
$failed = 0
$skipped = [Collections.Generic.List[object]]::new()

$xunitFiles = @(Get-ChildItem $Directory -Filter 'xunit*.trx')
foreach ($file in $xunitFiles) {
    $run = ([xml](Get-Content -Raw $file)).TestRun
    foreach ($test in $run.Results.UnitTestResult) {
        switch ($test.outcome) {
            'Passed' { $passed++ }
            'NotExecuted' { $skipped.Add(@{ name = $test.testName; reason = "$($test.Output.ErrorInfo.Message)$($test.Output.StdOut)" }) }
            default { $failed++ }
        }
    }
    # A run that was cut short (a crash of the test host) has no failed test, but the counters are not the whole truth.
    if ($run.ResultSummary.outcome -notin 'Completed', 'Failed' ) { "The run of $($file.Name) ended as $($run.ResultSummary.outcome)."; $failed++ }
}
$pesterFiles = @(Get-ChildItem $Directory -Filter 'pester*.json')
foreach ($file in $pesterFiles) {
    $run = Get-Content -Raw $file | ConvertFrom-Json
    $passed += $run.passed
    $failed += $run.failed
    $run.failures | Where-Object { $_ } | ForEach-Object { "FAILED: $($_.name)"; $_.message -split '\r?\n' | ForEach-Object { "    $_" } }
    $run.skipped | Where-Object { $_ } | ForEach-Object { $skipped.Add(@{ name = $_.name; reason = $_.reason }) }
}
if ($Xunit -and -not $xunitFiles) { 'No xunit results: the xunit tests did not run.'; $failed++ }
if ($Pester -and -not $pesterFiles) { 'No Pester results: the Pester files did not run.'; $failed++ }

# A line is a pattern of the test's name, a tab, a pattern of the reason.
$allowed = Get-Content "$PSScriptRoot/allowed-skips.txt" | Where-Object { $_ -and $_ -notlike '#*' } | ForEach-Object {
    $name, $reason = $_ -split "`t", 2
    @{ name = $name; reason = $reason }
}
# Where the run is made to lack something (tests/run-anywhere.sh), this names the reasons that it gives: patterns with | between them.
$allowed = @($allowed) + @("$env:XENKUBE_TESTS_MAY_SKIP" -split '\|' | Where-Object { $_ } | ForEach-Object { @{ name = '*'; reason = $_ } })
foreach ($group in $skipped | Group-Object { "$($_.name)`t$($_.reason)" } | Sort-Object Name) {
    $test = $group.Group[0]
    $isAllowed = @($allowed | Where-Object { $test.name -like $_.name -and $test.reason -like $_.reason }).Count -gt 0
    $isFailure = $env:XENKUBE_TESTS_STRICT -eq '1' -and -not $isAllowed
    if ($isFailure) { $failed += $group.Count }
    "$($isFailure ? 'SKIPPED, AND MUST NOT BE' : 'SKIPPED'): $($test.name): $($test.reason ? $test.reason : 'no reason given')"
}

# What a run leaves behind is a failure of its own, whoever made it.
foreach ($line in Get-Content "$Directory/leftovers.txt" -ErrorAction Ignore | Where-Object { $_ }) {
    "LEFT BEHIND: $line"
    $failed++
}

"$passed passed, $failed failed, $($skipped.Count) skipped"
exit [int]($failed -gt 0 -or $passed -eq 0)
