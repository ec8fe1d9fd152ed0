# A user without root: what works, and what an error says where it does not.
Row 'a user finds the module by its name' { Import-Module XenKube; (id -u) -ne 0 -and [bool] (Get-Module XenKube) }
Row 'a user sees the nodes' { @(Get-Node etcd).Count -eq 2 }
Row 'guests can be listed by root alone, which is said' { Test-Fault { Get-XenGuest -ErrorAction Stop | Out-Null } 'root|sudo|permission|denied' }
Row 'so can they be started' { Test-Fault { Start-XenGuest etcd node-1 -ErrorAction Stop } 'root|sudo|permission|denied' }
Row 'so can they be stopped' { Test-Fault { Stop-XenGuest etcd node-1 -Confirm:$false -ErrorAction Stop } 'root|sudo|permission|denied' }
Row 'a refresh is refused' { Test-Fault { Reset-Ignition etcd node-1 -ErrorAction Stop } 'root|sudo|ermission|denied|may not|etcd-node-1' }
Row 'a disk that cannot be read is not recommended to be made again' {
    $checks = Get-Node etcd/node-1 | Test-Node
    $bad = $checks | Where-Object { "$($_.Remedy)" -match 'Recreate|New-Node|Remove-Node|losetup' }
    $bad ? "$($bad[0] | Format-List | Out-String)" : (@($checks).Count -gt 0)
}
