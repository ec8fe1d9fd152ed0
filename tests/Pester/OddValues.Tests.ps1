# Every cmdlet, called with values that nobody means, in a dom0 of its own: each call ends in an answer or in an error of the module. The
# long form is tests/dom0/odd-values.ps1 by hand, with another seed and more calls (docs/testing.md).
BeforeDiscovery {
    . $PSScriptRoot/Support.ps1
    $reason = & "$Root/tests/dom0/enter.sh" true 2>&1
    $reason = $LASTEXITCODE ? "$reason" : $null
}

Describe 'Cmdlets with values that nobody means' -ForEach @{ reason = $reason } {
    It 'end in an answer or in an error of the module' {
        if ($reason) { Set-ItResult -Skipped -Because $reason; return }
        . $PSScriptRoot/Support.ps1
        . $Root/tests/dom0/Blocks.ps1
        $found = @(Invoke-InDom0 "$Root/tests/dom0/odd-values.ps1" -Seed 1 -Calls ($env:XENKUBE_LONG -eq '1' ? 5000 : 150))
        $found[-1] | Should -Match '^[0-9]+ calls$' -Because ($found -join "`n")
        [int]$found[-1].Split(' ')[0] | Should -BeGreaterThan 100
        $found[0..($found.Count - 2)] | Where-Object { $_ -match '<-' } | Should -BeNullOrEmpty
    }
}
