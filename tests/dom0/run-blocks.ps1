# Runs code blocks of the documentation inside of enter.sh, each as it is written, and writes down what came of them.
#   -Blocks  JSON: a list of { Name, Code, Language (powershell, pwsh or bash), Stage, Before }; the stage 'as before' goes on from the block before
#   -Result  JSON: a list of { Name, Errors, Warnings, Count, Shown, Check }
param([string] $Blocks, [string] $Result, [string] $Checks)

. $PSScriptRoot/Dom0.ps1
$promises = if ($Checks) { . $Checks } else { @{} }
Initialize-Dom0
$ssh = Start-GuestSsh

# Runs a block as a person's session would: what it returns is shown. Nothing but its own code is in its scope.
function Invoke-Block([string] $Code, [string] $Language) {
    switch ($Language) {
        bash { $Code | bash -e -o pipefail 2>&1 }
        pwsh {
            # A session of its own, for a block that imports the module.
            Set-Content /run/block.ps1 "`$ErrorActionPreference = 'Stop'`n$Code"
            & $env:XENKUBE_PWSH -NoProfile -NonInteractive -File /run/block.ps1 2>&1
            Remove-Item /run/block.ps1
        }
        default { & ([scriptblock]::Create($Code)) *>&1 }
    }
}

try {
    $results = foreach ($block in Get-Content -Raw $Blocks | ConvertFrom-Json) {
        if ($block.Stage -ne 'as before') {
            Restore-Dom0 $block.Stage
            $env:XENDIR = '/storage/xen'
            Set-Location ($block.Stage -eq 'new' ? '/storage/xen' : '/storage/xen/guests/etcd')
        }
        $log = New-TemporaryFile
        $all = [Collections.Generic.List[object]]::new()
        $ErrorActionPreference = 'Continue'
        # The transcript has what goes to the terminal alone, as the text of -WhatIf does.
        $null = Start-Transcript $log -UseMinimalHeader
        try {
            if ($block.Before) { . ([scriptblock]::Create($block.Before)) > $null }
            Invoke-Block $block.Code $block.Language | ForEach-Object { $all.Add($_); $_ } | Out-Default
        }
        catch { $all.Add($_) }
        if ($block.Language -in 'bash', 'pwsh' -and $LASTEXITCODE) { $all.Add([Management.Automation.ErrorRecord]::new([Exception]::new("exit code $LASTEXITCODE"), 'ExitCode', 'NotSpecified', $null)) }
        $null = Stop-Transcript
        $ErrorActionPreference = 'Stop'
        $shown = (Get-Content $log | Where-Object { $_ -notmatch '^(PowerShell t|T)ranscript |^\*{22}$|^(Start|End) time' }) -join "`n"
        Remove-Item $log
        $errors = @($all | Where-Object { $_ -is [Management.Automation.ErrorRecord] -and ($block.Language -notin 'bash', 'pwsh' -or $_.FullyQualifiedErrorId -eq 'ExitCode') })
        $warnings = @($all | Where-Object { $_ -is [Management.Automation.WarningRecord] })
        $output = @($all | Where-Object { $_ -isnot [Management.Automation.ErrorRecord] -and $_ -isnot [Management.Automation.WarningRecord] -and $_ -isnot [Management.Automation.VerboseRecord] })
        $check = $promises[$block.Name]
        $failure = $null
        if ($check) {
            try { $found = @(. $check); if ($found.Count -eq 0 -or $found -contains $false) { $failure = "[$found] of: $check" } } catch { $failure = "$_ in: $check" }
        }
        [pscustomobject]@{
            Name = $block.Name
            Errors = @($errors | ForEach-Object { "$($_.FullyQualifiedErrorId): $_" })
            Warnings = @($warnings | ForEach-Object { "$_" })
            Count = $output.Count
            Shown = $shown.Trim()
            HasCheck = [bool]$check
            Failure = $failure
        }
    }
    ConvertTo-Json @($results) -Depth 4 | Set-Content $Result
}
finally {
    # The job that greets for the guests ends with its listener; this process would wait for it.
    $ssh.Stop()
    systemctl stop nginx
}
