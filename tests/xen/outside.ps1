# From outside: a person's own pwsh, over ssh, with no module of XenKube on this side.
param([int] $Port, [string] $KeyPath)
$ErrorActionPreference = 'Stop'
$to = @{ HostName = '127.0.0.1'; UserName = 'root'; Port = $Port; KeyFilePath = $KeyPath; Options = @{ StrictHostKeyChecking = 'no'; UserKnownHostsFile = '/dev/null'; LogLevel = 'ERROR' } }
$clock = [Diagnostics.Stopwatch]::StartNew()
function Row([string] $Text, [scriptblock] $Block) {
    try { $seen = & $Block | Select-Object -Last 1; $good = $seen -is [bool] -and $seen }
    catch { $good = $false; $seen = "$($_.FullyQualifiedErrorId): $_" }
    '[{0:f1}] {1}: {2}{3}' -f $clock.Elapsed.TotalSeconds, ($good ? 'ok' : 'NOT OK'), $Text, ($good ? '' : ": $("$seen" -replace '\s+', ' ')")
}
Row 'Invoke-Command -HostName lists the guests' {
    $guests = @(Invoke-Command @to { Get-XenGuest } | Where-Object { "$($_.State)" -eq 'Running' })
    $guests.Count -ge 1 -and $guests[0].PSComputerName -eq '127.0.0.1' ? $true : "$($guests | Out-String)"
}
$session = New-PSSession @to
Row 'a session finds the nodes and keeps their properties' {
    $nodes = @(Invoke-Command -Session $session { Get-Node etcd })
    "$($nodes.FullName)" -eq 'etcd/node-1 etcd/node-2' ? $true : "$($nodes | Format-List | Out-String)"
}
Row 'an error comes with its id and what to do' {
    $record = try { Invoke-Command -Session $session { Reset-Ignition etcd node-1 -ErrorAction Stop } } catch { $_ }
    "$record" -match 'etcd-node-1' -and $record.FullyQualifiedErrorId -match 'InUse' ? $true : "$($record.FullyQualifiedErrorId): $record"
}
Row 'a console is refused with how to get one' {
    $record = try { Invoke-Command -Session $session { Enter-XenGuest etcd node-1 -ErrorAction Stop } } catch { $_ }
    "$record" -match 'terminal' ? $true : "$record"
}
Row 'the session goes on' { (Invoke-Command -Session $session { 40 + 2 }) -eq 42 }
Remove-PSSession $session
