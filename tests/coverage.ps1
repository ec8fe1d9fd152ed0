# Adds up the coverage that coverlet wrote as JSON in a directory, and prints it for each folder of src: lines, and branches
# of the instructions the compiler made. Of several runs over one file each line and branch counts once.
param([Parameter(Mandatory)] [string] $Directory)
$ErrorActionPreference = 'Stop'
$source = Join-Path $PSScriptRoot '../src' -Resolve

$lines = @{}      # folder > "file:line" > hits
$branches = @{}   # folder > "file:method:line:path" > hits
foreach ($result in Get-ChildItem $Directory -Filter '*.json') {
    foreach ($module in (Get-Content -Raw $result | ConvertFrom-Json -AsHashtable).Values) {
        foreach ($file in $module.Keys) {
            $relative = [IO.Path]::GetRelativePath($source, $file).Replace('\', '/')
            if ($relative.StartsWith('../') -or $relative -like '*/obj/*') { continue }
            $folder = [IO.Path]::GetDirectoryName($relative).Replace('\', '/')
            if (-not $lines.ContainsKey($folder)) { $lines[$folder] = @{}; $branches[$folder] = @{} }
            foreach ($class in $module[$file].Values) {
                foreach ($method in $class.Keys) {
                    foreach ($line in $class[$method].Lines.Keys) { $lines[$folder]["${file}:$line"] += $class[$method].Lines[$line] }
                    foreach ($branch in $class[$method].Branches) {
                        $branches[$folder]["${method}:$($branch.Line):$($branch.Offset):$($branch.Path):$($branch.Ordinal)"] += $branch.Hits
                    }
                }
            }
        }
    }
}
if ($lines.Count -eq 0) { throw "There is no coverage of src in $Directory." }

function Get-Share($hits) {
    $all = @($hits).Count
    $hit = @($hits | Where-Object { $_ -gt 0 }).Count
    [pscustomobject]@{ Hit = $hit; All = $all; Text = $all ? ('{0:0.0} %' -f (100 * $hit / $all)) : '-' }
}

$rows = foreach ($folder in $lines.Keys | Sort-Object) {
    $line = Get-Share $lines[$folder].Values
    $branch = Get-Share $branches[$folder].Values
    [pscustomobject]@{ Folder = "src/$folder"; Lines = $line.All; 'Lines covered' = $line.Text; Branches = $branch.All; 'Branches covered' = $branch.Text }
}
$line = Get-Share ($lines.Values | ForEach-Object { $_.Values })
$branch = Get-Share ($branches.Values | ForEach-Object { $_.Values })
$rows += [pscustomobject]@{ Folder = 'all of src'; Lines = $line.All; 'Lines covered' = $line.Text; Branches = $branch.All; 'Branches covered' = $branch.Text }
$rows | Format-Table -AutoSize | Out-String -Width 140
