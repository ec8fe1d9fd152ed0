# Guests that run, are paused, saved, broken or busy: what each of the module's answers says of them.
Row 'an idle guest is Running, under the number that xl has' {
    $running = @(Get-XenGuest | Where-Object State -eq Running)
    $running.Count -eq 2 -and $running.Where{ $_.Node -eq 'etcd/node-1' -or $_.Name -eq 'etcd-node-1' }[0].Id -eq (Get-DomainId node-1) ? $true : "$(Get-XenGuest | Out-String)"
}
Row 'Test-Node of a healthy running guest: nothing fails' {
    $bad = Get-Node etcd | Test-Node | Where-Object Status -eq Fail
    $bad ? ($bad | ForEach-Object { "$($_.Node) $($_.Name): $($_.Message) -> $($_.Remedy)" }) -join '; ' : $true
}
Row 'Test-Node recommends no image of a release that there is not' {
    $bad = Get-Node etcd/node-1 | Test-Node | Where-Object { "$($_.Remedy)" -match '0\.0\.0|New-Node -Force' -or $_.Message -match 'no Linux kernel that is known' }
    $bad ? "$($bad[0] | Format-List | Out-String)" : $true
}
Row 'a refused refresh names the guest and how to stop it' { Test-Fault { Reset-Ignition etcd node-1 } 'etcd-node-1.*Stop-XenGuest etcd(/| )node-1' }
Row 'so does a refused removal' { Test-Fault { Remove-Node etcd node-1 -Confirm:$false } 'etcd-node-1.*Stop-XenGuest etcd(/| )node-1' }
Row 'so does a refused writable drive' { Test-Fault { Mount-NodeDisk etcd/node-1 -Writable | Out-Null } 'etcd-node-1.*Stop-XenGuest etcd(/| )node-1' }
Row 'Get-XenGuestLog has this start, without escape sequences' {
    $log = Get-XenGuestLog etcd node-1
    @($log -match 'LABGUEST ready').Count -eq 1 -and -not ($log -match "`e") ? $true : "$($log | Select-Object -Last 5)"
}
Row 'a suspended guest is Paused, and its disk is in use' {
    Suspend-XenGuest etcd node-2
    $state = (Get-XenGuest etcd node-2).State
    $refused = Test-Fault { Reset-Ignition etcd node-2 } 'etcd-node-2.*paused.*Resume-XenGuest'
    Resume-XenGuest etcd node-2
    "$state" -eq 'Paused' -and (Get-XenGuest etcd node-2).State -eq 'Running' ? $refused : "$state"
}
Row 'the disk of a saved guest is in use, until it is restored and goes on' {
    $file = '/var/lib/xen/save/etcd-node-2'
    New-Item -ItemType Directory -Force /var/lib/xen/save | Out-Null
    $before = Get-FileHash "$Guests/node-2.cfg"
    xl save etcd-node-2 $file *> /tmp/save.log
    if (Get-DomainId node-2) { return "xl did not save it: $(Get-Content /tmp/save.log)" }
    $state = (Get-XenGuest etcd node-2).State
    $refused = Test-Fault { Reset-Ignition etcd node-2 } 'etcd-node-2.*saved in /var/lib/xen/save'
    $starting = Get-Fault { Start-XenGuest etcd node-2 -Wait Running -Timeout 60 }
    xl restore $file *> /tmp/restore.log
    if (-not (Get-DomainId node-2)) { return "xl did not restore it: $(Get-Content /tmp/restore.log)" }
    Remove-Item $file
    $after = Test-Fault { Reset-Ignition etcd node-2 } 'etcd-node-2.*running'
    if ("$state" -ne 'Saved') { return "its state is $state" }
    if (-not $starting) { return 'a second guest of the saved one was started' }
    foreach ($answer in $refused, $after) { if ($answer -isnot [bool]) { return $answer } }
    (Wait-XenGuest etcd node-2 -For Address -Timeout 120 -PassThru).State -eq 'Running'
}
Row 'a start of a guest whose kernel is broken says so, and why' {
    $efi = "$Guests/node-1.img@@2M"
    Stop-XenGuest etcd node-1 -Wait -Timeout 200 -Confirm:$false
    mcopy -n -i $efi ::/coreos/vmlinuz-a /tmp/vmlinuz-a
    [IO.File]::WriteAllBytes('/tmp/junk', [byte[]]::new(4000)); mcopy -o -i $efi /tmp/junk ::/coreos/vmlinuz-a
    $check = (Test-Node etcd/node-1 | Where-Object Name -eq kernel)
    # Before the start the other guest is up, and the neighbour's entry of the last run may be there.
    $fault = Get-Fault { Start-XenGuest etcd node-1 -Wait Address -Timeout 60 }
    Stop-XenGuest etcd node-1 -Force -Wait -Confirm:$false -ErrorAction Ignore
    mcopy -o -i $efi /tmp/vmlinuz-a ::/coreos/vmlinuz-a
    if ($check.Status -ne 'Fail' -or "$($check.Remedy)" -match 'New-Node -Force') { return "the check said $($check.Status): $($check.Remedy)" }
    $fault -match 'did not answer' -and $fault -match 'magic number|kernel' ? $true : "said: $fault"
}
Row 'the same guest with its kernel starts' {
    $count = Get-ConsoleCount node-1 'LABGUEST ready'
    Reset-Ignition etcd node-1 -LinuxAppend lab.hold=9000 | Start-XenGuest -Wait Ignition -Timeout 600
    Wait-Console node-1 'LABGUEST ready' ($count + 1)
}
Row 'a guest starts with the host where that is asked for' {
    Set-XenGuest etcd node-1 -AutoStart | Out-Null
    $there = @(Get-ChildItem /etc/xen/auto).Where{ $_.LinkTarget -match 'node-1\.cfg$' }
    Set-XenGuest etcd node-1 -AutoStart:$false | Out-Null
    $there.Count -eq 1 -and -not (Get-ChildItem /etc/xen/auto)
}
