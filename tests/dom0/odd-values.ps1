# Calls every cmdlet with values that nobody means, inside of enter.sh, and prints each call that did not end in an answer or in an error
# of the module: an exception of .NET, or a call that took longer than it may.
#   -Seed   where the choice of values begins
#   -Calls  how many calls are made; they go over all cmdlets in turn
param([int] $Seed = 1, [int] $Calls = 300)

. $PSScriptRoot/Dom0.ps1
Initialize-Dom0
Restore-Dom0 ready
$env:XENDIR = '/storage/xen'
Set-Location /storage/xen/guests/etcd
$ErrorActionPreference = 'Continue'
$WarningPreference = $InformationPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'
$random = [Random]::new($Seed)
$place = '/run/odd'
$null = New-Item -ItemType Directory $place, "$place/directory"
$null = New-Item "$place/empty"
$null = New-Item -ItemType SymbolicLink "$place/link" -Value /etc/passwd
$null = New-Item -ItemType SymbolicLink "$place/circle" -Value "$place/circle"
fallocate -l 64K "$place/zeros"
[IO.File]::WriteAllBytes("$place/latin1", [byte[]](0x67, 0xFC, 0x0A))

# A relative path is one of the session's location. Whatever appears in the process's directory was made of a path that nobody resolved.
$null = New-Item -ItemType Directory "$place/process"
[Environment]::CurrentDirectory = "$place/process"

$odd = @(
    '', ' ', '.', '..', '/', '//', '*', '?', '[', '[a', ']', '`', '../x', '/dev/null', '/proc/self/mem', "$place/directory", "$place/empty", "$place/link", "$place/circle",
    "$place/zeros", "$place/latin1", "$place/none/x", "a`nb", "a`0b", "`e[2J", 'é', [string][char]0xD800, ('x' * 300), ('x/' * 3000), '--', '-x', '$(id)', '%s', '{0}', '\x41', 'C:\x'
    '-1', '0', '1e999', '99999999999999999999', [long]::MaxValue, [int]::MaxValue, [int]::MinValue, -1, 0, '1KB', '1PB', '0.5GB', '-5MB', 'NaN', [double]::NaN, $true
    [datetime]::MinValue, [datetime]::MaxValue, [timespan]::MinValue, [timespan]::MaxValue
    'etcd', 'etcd/node-1', 'etcd/*', '/etcd', 'etcd/', 'etcd/node-1/x', 'node-1', 'Domain-0', 'etcd-node-1'
    '192.168.100.1', '::1', '0.0.0.0', '255.255.255.255', '192.168.100.300', '192.168.100.11/33', '00:16:3e:00:00:01', 'ff:ff:ff:ff:ff:ff'
    @{}, @{ a = 1 }, @(), @($null), [byte[]](0, 255, 254), [pscustomobject]@{ Name = 'x' }, [pscustomobject]@{ Name = $null; Cluster = 7; Path = @() }, { $_ }, { throw 'x' }
    (Get-Item $place), (Get-Item "$place/empty"), (Get-Node etcd node-1), (Get-Cluster etcd), (Get-XenGuest etcd-node-1)
    'http://', 'http://[::1', 'file:///etc/passwd', 'https://127.0.0.1:1/x', 'ftp://x/'
    '{', '{}', '[]', 'null', '{"ignition":{"version":"3.4.0"}}', "variant: fcos`nversion: 1.5.0`n", "systemd:`n  units: 7`n"
    'x:y', 'x:/y', 'Env:PATH', 'Function:/', 'n:/ROOT/etc', 'n:/', 'n:/ROOT/none', 'n:/9/x'
)
$good = @{
    Cluster = 'etcd'; ClusterName = 'etcd'; Name = 'node-1'; Node = 'etcd/node-1'; Address = '192.168.100.50'; Uri = 'http://127.0.0.1:1/'; BaseUri = '/srv/mirror/coreos'
    Version = '1520.9.0'; Port = 8085; Key = 'x'; Value = 'x'; Timeout = 1; Partition = 'OEM'; Path = '/storage/xen/guests/etcd/node-1.img'; DiskPath = '/storage/xen/guests/etcd/node-1.img'
}
# Those that need a person, and those that last as long as they are asked to.
$notCalled = 'Enter-XenGuest'
$waits = 'Wait', 'Follow', 'Timeout', 'AsJob'
$common = [Management.Automation.Cmdlet]::CommonParameters + [Management.Automation.Cmdlet]::OptionalCommonParameters

function Select-Value($Parameter) {
    if ($good.ContainsKey($Parameter.Name)) { return $good[$Parameter.Name] }
    $type = $Parameter.ParameterType
    if ($type.IsArray) { $type = $type.GetElementType() }
    if ($type -eq [switch]) { return $true }
    if ($type.IsEnum) { return [Enum]::GetValues($type)[0] }
    if ($type -eq [string]) { return 'x' }
    if ($type.IsPrimitive) { return 1 }
}

function Format-Call($Name, $Arguments, $Piped) {
    $words = foreach ($one in $Arguments.GetEnumerator()) { "-$($one.Key) <$(Format-Odd $one.Value)>" }
    "$($null -eq $Piped ? '' : "<$(Format-Odd $Piped)> | ")$Name $($words -join ' ')"
}

function Format-Odd($Value) {
    $text = "$Value" -replace '[^ -~]', '.'
    "$($text.Length -gt 40 ? $text.Substring(0, 40) + '...' : $text)$($null -eq $Value ? '' : " [$($Value.GetType().Name)]")"
}

# An error that a person can do something with: the module's own, or PowerShell's about a value that does not fit.
function Test-Worded($Exception) {
    for ($e = $Exception; $null -ne $e; $e = $e.InnerException) {
        if ($e.GetType().Namespace -eq 'XenKube') { return $true }
    }
    # Items that are to be copied are PowerShell's to find, and so are the errors.
    if ($name -eq 'Copy-NodeDiskItem' -and $Exception -is [Management.Automation.SessionStateException]) { return $true }
    $Exception -is [Management.Automation.ParameterBindingException] -or $Exception -is [Management.Automation.PSArgumentException] -or
        $Exception -is [Management.Automation.ActionPreferenceStopException] -or $Exception -is [Management.Automation.PipelineStoppedException] -or $Exception -is [Management.Automation.WildcardPatternException] -or
        ($Exception -is [Management.Automation.RuntimeException] -and $Exception.Message -eq 'x')
}

$sets = @(Get-Command -Module XenKube -CommandType Cmdlet | Where-Object Name -notin $notCalled | ForEach-Object { foreach ($set in $_.ParameterSets) { , @($_.Name, @($set.Parameters | Where-Object Name -notin $common)) } })
$sets = @($sets | Sort-Object { $random.Next() })
$seen = @{}
$ended = 0
for ($i = 0; $i -lt $Calls; $i++) {
    $name, $parameters = $sets[$i % $sets.Count]
    $arguments = @{}
    foreach ($parameter in $parameters) {
        if (($parameter.IsMandatory -or $random.Next(4) -eq 0) -and $null -ne ($value = Select-Value $parameter)) { $arguments[$parameter.Name] = $value }
    }
    $changed = @($parameters | Where-Object { $_.ParameterType -ne [switch] } | Sort-Object { $random.Next() } | Select-Object -First (1 + $random.Next(2)))
    foreach ($parameter in $changed) { $arguments[$parameter.Name] = $odd[$random.Next($odd.Count)] }
    foreach ($wait in $waits) { $arguments.Remove($wait) }
    if ($parameters.Name -contains 'Timeout') { $arguments.Timeout = 1 }
    $piped = $random.Next(4) -eq 0 ? $odd[$random.Next($odd.Count)] : $null
    $found = $null
    $watch = [Diagnostics.Stopwatch]::StartNew()
    # By '&' within the try, as a person would: the first objects are enough.
    try {
        $null = if ($null -eq $piped) { & $name @arguments -ErrorVariable found 2>$null 3>$null 6>$null | Select-Object -First 20 }
        else { $piped | & $name @arguments -ErrorVariable found 2>$null 3>$null 6>$null | Select-Object -First 20 }
    }
    catch { $found = @($found) + $_ }
    $ended++
    foreach ($record in $found | Where-Object { $null -ne $_ }) {
        $exception = $record -is [Exception] ? $record : $record.Exception
        $kind = "$name|$($exception.GetType())|$($exception.Message -replace '\d+')"
        if ((Test-Worded $exception) -or $seen[$kind]) { continue }
        $seen[$kind] = $true
        "$($exception.GetType().FullName): $($exception.Message) <- $(Format-Call $name $arguments $piped)"
    }
    foreach ($entry in [IO.Directory]::GetFileSystemEntries("$place/process")) {
        "$entry in the process's directory <- $(Format-Call $name $arguments $piped)"
        Remove-Item -Recurse -Force -LiteralPath $entry
    }
    if ($watch.Elapsed.TotalSeconds -gt 60) { "$([int]$watch.Elapsed.TotalSeconds) s <- $(Format-Call $name $arguments $piped)" }
}
"$ended calls"
