# dom0's services are restarted while guests run.
$ids = 'node-1', 'node-2' | ForEach-Object { Get-DomainId $_ }
Row 'dnsmasq, nginx and xenconsoled restart' {
    systemctl restart 'dnsmasq@virbr1' nginx
    $console = pidof xenconsoled
    $line = [IO.File]::ReadAllText("/proc/$console/cmdline").TrimEnd([char] 0).Split([char] 0)
    kill $console
    foreach ($try in 1..30) { if (-not (pidof xenconsoled)) { break }; Start-Sleep 1 }
    & $line[0] @($line | Select-Object -Skip 1)
    foreach ($try in 1..30) { if (pidof xenconsoled) { break }; Start-Sleep 1 }
    (pidof xenconsoled) -and (pidof xenconsoled) -ne $console -and (systemctl is-active 'dnsmasq@virbr1') -eq 'active'
}
Row 'the guests run on' {
    $running = @(Get-XenGuest | Where-Object State -eq Running)
    $running.Count -eq 2 -and "$($running.Id | Sort-Object)" -eq "$($ids | Sort-Object)" ? $true : "$(Get-XenGuest | Out-String)"
}
Row 'nothing fails on the host' { $bad = Test-XenKubeHost | Where-Object Status -eq Fail; $bad ? ($bad | ForEach-Object { "$($_.Name): $($_.Message)" }) -join '; ' : $true }
Row 'they answer at their addresses' { @(Get-Node etcd | Wait-XenGuest -For Address -Timeout 200 -PassThru).Count -eq 2 }
Row 'their logs can be read' { @(Get-XenGuestLog etcd node-1 | Where-Object { $_ -match 'LABGUEST ready' }).Count -gt 0 }
Row 'a guest that is restarted gets its address, its config and its log' {
    $ready = Get-ConsoleCount node-2 'LABGUEST ready'
    Reset-Ignition etcd node-2 -Restart -LinuxAppend lab.hold=9000 -Timeout 600 | Out-Null
    $seen = Wait-Console node-2 'LABGUEST ready' ($ready + 1)
    if ($seen -isnot [bool]) { return $seen }
    (Get-FetchedHash node-2) -eq (Get-PublishedHash node-2) -and @(Get-XenGuestLog etcd node-2 | Where-Object { $_ -match 'LABGUEST ready' }).Count -eq 1
}
