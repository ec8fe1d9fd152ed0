# Prints the mutation score of each folder in a report of Stryker (JSON), and each mutant that no test saw.
# A mutant is killed when a test failed or did not end. Those of equivalent.json change nothing that anyone could see, each
# for the reason given there, and do not count; an entry there that a test kills after all is named, and so is one that
# fits no mutant of a file of the report.
param([Parameter(Mandatory)] [string] $Report, [switch] $Quiet)
$ErrorActionPreference = 'Stop'
$files = (Get-Content -Raw $Report | ConvertFrom-Json -AsHashtable).files
$equivalents = @(Get-Content -Raw "$PSScriptRoot/equivalent.json" | ConvertFrom-Json)
$used = [Collections.Generic.HashSet[object]]::new()

$mutants = foreach ($path in $files.Keys) {
    $file = $path -replace '^.*XenKube\.Core/', ''
    $source = $files[$path].source -split "`n"
    foreach ($mutant in $files[$path].mutants | Where-Object { $_.status -in 'Killed', 'Timeout', 'Survived', 'NoCoverage' }) {
        $at = $mutant.location.start
        $line = $source[$at.line - 1].Trim()
        $same = $equivalents | Where-Object { $_.file -eq [IO.Path]::GetFileName($file) -and $_.line -eq $line -and $_.replacement -eq $mutant.replacement } | Select-Object -First 1
        if ($same) { $null = $used.Add($same) }
        $isKilled = $mutant.status -in 'Killed', 'Timeout'
        if ($same -and $isKilled) { Write-Host "A test kills what equivalent.json says changes nothing: ${file}:$($at.line): $($mutant.replacement)" }
        [pscustomobject]@{ File = $file; Folder = [IO.Path]::GetDirectoryName($file); Line = $at.line; Text = $line; Mutator = $mutant.mutatorName
            Replacement = $mutant.replacement -replace '\s+', ' '; Status = ($same -and -not $isKilled) ? 'Equivalent' : $mutant.status }
    }
}
if (-not $mutants) { throw "There are no mutants in $Report." }

$names = $mutants.File | ForEach-Object { [IO.Path]::GetFileName($_) } | Sort-Object -Unique
$equivalents | Where-Object { $_.file -in $names -and -not $used.Contains($_) } | ForEach-Object { "No such mutant as equivalent.json has it: $($_.file): $($_.line) > $($_.replacement)" }

function Get-Row($name, $group) {
    $count = @{}
    $group | Group-Object Status | ForEach-Object { $count[$_.Name] = $_.Count }
    $killed = $count['Killed'] + $count['Timeout']
    $counted = $group.Count - $count['Equivalent']
    [pscustomobject]@{ Place = $name; Mutants = $group.Count; Killed = [int]$killed; Survived = [int]$count['Survived']; 'Not run' = [int]$count['NoCoverage']
        Equivalent = [int]$count['Equivalent']; Score = $counted ? ('{0:0.0} %' -f (100 * $killed / $counted)) : '-' }
}

if (-not $Quiet) {
    $mutants | Where-Object Status -in 'Survived', 'NoCoverage' | Sort-Object File, Line | ForEach-Object { "$($_.Status): $($_.File):$($_.Line): $($_.Mutator): $($_.Text) > $($_.Replacement)" }
}
$rows = @($mutants | Group-Object File | Sort-Object Name | ForEach-Object { Get-Row $_.Name $_.Group }) +
    @($mutants | Group-Object Folder | Sort-Object Name | ForEach-Object { Get-Row "$($_.Name) (folder)" $_.Group }) + @(Get-Row 'all' $mutants)
$rows | Format-Table -AutoSize | Out-String -Width 140
