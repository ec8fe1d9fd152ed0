# Two at once: a reboot and refreshes, two starters, a destroy and a create.
Row 'no edit while the guest reboots' {
    $before = Get-DomainId node-2
    $ready = Get-ConsoleCount node-2 'LABGUEST ready'
    $edits = $tries = $reboots = 0
    $clock = [Diagnostics.Stopwatch]::StartNew()
    while ($clock.Elapsed.TotalSeconds -lt 900 -and ($tries -lt 100 -or $reboots -lt 2)) {
        # A guest that is still being created does not hear a second request.
        $again = $reboots -eq 1 -and -not $second -and (Get-ConsoleCount node-2 'LABGUEST ready') -gt $ready
        if ($again) { $second = $true }
        if ($tries -eq 0 -or $again) { Start-Process xl -ArgumentList 'reboot', 'etcd-node-2' -RedirectStandardError /tmp/reboot.err }
        $tries++
        $edited = $false
        try { Reset-Ignition etcd node-2 -LinuxAppend lab.hold=9000 | Out-Null; $edited = $true } catch { }
        $now = Get-DomainId node-2
        # An xl that was too slow for libxl's own limits gives up: then the guest is stopped, and may be edited.
        if (-not $now -and -not (Test-XlProcess create node-2)) { $gaveUp = Get-Content /var/log/xen/xl-etcd-node-2.log -Tail 8; break }
        if ($edited) { $edits++ }
        if ($now -and $now -ne $before) { $before = $now; $reboots++ }
        # In emulation tries without a pause leave xl no time for its scripts.
        Start-Sleep -Milliseconds 500
    }
    "[    ] $tries tries of a refresh during $reboots reboots: $edits edits" | Out-Host
    if ($gaveUp) { return "xl gave up the reboot, so that the lab was too slow to show anything (a smaller LAB_RATE helps): $gaveUp" }
    if ($reboots -eq 0) { return "it did not reboot, which proves nothing ($tries tries): $(Get-Content /tmp/reboot.err)" }
    $edits -eq 0 -and $tries -ge 100 ? $true : "$edits edits, $tries tries, $reboots reboots"
}
Row 'two starters: one domain, and the second one says what is' {
    Stop-XenGuest etcd node-2 -Force -Wait -Confirm:$false
    $jobs = 1..2 | ForEach-Object { Start-ThreadJob { $env:XENDIR = '/storage/xen'; Start-XenGuest etcd node-2 -Timeout 400 -ErrorAction Stop -PassThru } }
    $faults = foreach ($job in $jobs) { Get-Fault { Receive-Job $job -Wait -AutoRemoveJob -ErrorAction Stop } | Where-Object { $_ } }
    $domains = @(xl list | Where-Object { $_ -match '^etcd-node-2 ' }).Count
    if ($domains -ne 1 -or @($faults).Count -gt 1) { return "$domains domains; $faults" }
    -not $faults -or $faults -match 'etcd-node-2.*(running|being created|in use)' ? $true : "$faults"
}
Row 'a destroy during the create is named as what happened' {
    Stop-XenGuest etcd node-2 -Force -Wait -Confirm:$false
    $job = Start-ThreadJob { $env:XENDIR = '/storage/xen'; Start-XenGuest etcd node-2 -Wait Address -Timeout 200 -ErrorAction Stop }
    foreach ($try in 1..600) { if (Get-DomainId node-2) { break }; Start-Sleep -Milliseconds 100 }
    xl destroy etcd-node-2 2>$null
    $fault = Get-Fault { Receive-Job $job -Wait -AutoRemoveJob -ErrorAction Stop }
    if (-not (Wait-DomainGone node-2)) { return "there is a domain; $fault" }
    $fault -match 'etcd-node-2|went away|removed|ended|destroyed' -and $fault -notmatch 'run by hand' ? $true : "said: $fault"
}
Row 'nothing is left of it, and it starts again' {
    $left = losetup -j "$Guests/node-2.img"
    $ready = Get-ConsoleCount node-2 'LABGUEST ready'
    Reset-Ignition etcd node-2 -LinuxAppend lab.hold=9000 | Start-XenGuest -Wait Ignition -Timeout 600
    $left ? $left : (Wait-Console node-2 'LABGUEST ready' ($ready + 1))
}
