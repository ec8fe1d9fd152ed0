# Runs code blocks of the documentation in a dom0 of its own; for the Pester files that test them.

# Returns a table from each block's name to what came of it (see run-blocks.ps1).
#   -Blocks: tables with Name, Code, Stage, and if wanted Language and Before.
function Invoke-Dom0Block([hashtable[]] $Blocks, [string] $Checks) {
    $work = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "xenkube-pester-$([IO.Path]::GetRandomFileName())")
    try {
        ConvertTo-Json @($Blocks) | Set-Content $work/blocks.json
        $module = (Resolve-Path $env:XENKUBE_MODULE).Path
        $pwsh = Get-ThisPowerShell
        env "XENKUBE_MODULE=$module" "XENKUBE_PWSH=$pwsh" "$PSScriptRoot/enter.sh" $pwsh -NoProfile -NonInteractive -File "$PSScriptRoot/run-blocks.ps1" -Blocks $work/blocks.json -Result $work/result.json -Checks $Checks *> $work/log
        if (-not (Test-Path $work/result.json)) { throw "the dom0 failed:`n$((Get-Content $work/log -Tail 40) -join "`n")" }
        $found = @{}
        foreach ($result in Get-Content -Raw $work/result.json | ConvertFrom-Json) { $found[$result.Name] = $result }
        $found
    }
    finally { Remove-Item -Recurse -Force $work }
}

# This PowerShell once more; a tool that root has restored cannot be started from its own folder by others.
function Get-ThisPowerShell {
    @("$PSHOME/pwsh") + (Get-Command pwsh -CommandType Application -ErrorAction Ignore | ForEach-Object Source) | Where-Object { test -x $_; $LASTEXITCODE -eq 0 } | Select-Object -First 1
}

# Runs a script in a dom0 of its own, and returns the lines that it prints.
function Invoke-InDom0([string] $Script, [Parameter(ValueFromRemainingArguments)] [string[]] $Arguments) {
    $pwsh = Get-ThisPowerShell
    env "XENKUBE_MODULE=$((Resolve-Path $env:XENKUBE_MODULE).Path)" "XENKUBE_PWSH=$pwsh" "$PSScriptRoot/enter.sh" $pwsh -NoProfile -NonInteractive -File $Script @Arguments 2>&1 | ForEach-Object { "$_" }
}

# The code blocks of a Markdown file that name their language: tables with Name (heading and number), Code and Language.
function Get-DocumentBlock([string] $Path) {
    $heading = $null
    $block = $null
    $number = 0
    foreach ($line in Get-Content $Path) {
        if ($null -ne $block) {
            if ($line -eq '```') {
                @{ Name = "$(Split-Path -Leaf $Path): $heading$($number -gt 1 ? " $number" : '')"; Language = $language; Code = $block -join "`n" }
                $block = $null
            }
            else { $block += $line }
        }
        elseif ($line -match '^#+ (.*)') {
            $heading = $Matches[1]
            $number = 0
        }
        elseif ($line -match '^```(powershell|bash)$') {
            $language = $Matches[1]
            $block = @()
            $number++
        }
    }
}
