# Jobs of the session, and what a job cannot do.
Row 'guests are listed by a job of its own process (&)' {
    $job = Get-XenGuest &
    $guests = @(Receive-Job $job -Wait -AutoRemoveJob | Where-Object { "$($_.State)" -eq 'Running' })
    $guests.Count -eq 2 ? $true : "$($guests | Out-String)"
}
Row 'two thread jobs wait at once' {
    $jobs = foreach ($node in 'node-1', 'node-2') { Start-ThreadJob { Wait-XenGuest etcd $using:node -For Address -Timeout 200 -PassThru } }
    $guests = @(Receive-Job $jobs -Wait -AutoRemoveJob)
    "$($guests.Name | Sort-Object)" -eq 'etcd-node-1 etcd-node-2' ? $true : "$($guests | Out-String)"
}
Row 'an error in a job keeps its id and what to do' {
    $job = Start-ThreadJob { Reset-Ignition etcd node-1 -ErrorAction Stop }
    $fault = Get-Fault { Receive-Job $job -Wait -AutoRemoveJob -ErrorAction Stop }
    $fault -match 'etcd-node-1' ? $true : $fault
}
Row 'a waiting job is stopped soon' {
    $job = Start-ThreadJob { Wait-Ignition etcd node-1 -Since (Get-Date).AddHours(1) -Timeout 900 }
    Start-Sleep 8
    $state = $job.State
    $clock = [Diagnostics.Stopwatch]::StartNew()
    Stop-Job $job
    $seconds = $clock.Elapsed.TotalSeconds
    Remove-Job $job
    $state -eq 'Running' -and $seconds -lt 20 ? $true : "$state, $seconds s"
}
Row 'a console in a job is refused with what to do' {
    $job = Start-ThreadJob { 'thread' }; Receive-Job $job -Wait -AutoRemoveJob | Out-Null
    $job = Start-Job { Enter-XenGuest etcd node-1 }
    $fault = Get-Fault { Receive-Job $job -Wait -AutoRemoveJob -ErrorAction Stop }
    $fault -match 'terminal' ? $true : $fault
}
