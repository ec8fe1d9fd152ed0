# A rolling refresh that is killed at each of its steps and run again.
$begin = { Start-Process pwsh -PassThru -ArgumentList '-NoProfile', '-Command', '"$ErrorActionPreference = ''Stop''; Reset-Ignition etcd node-2 -Restart -LinuxAppend lab.hold=9000 -Timeout 600 -Confirm:$false"' -RedirectStandardOutput /tmp/rolling.out -RedirectStandardError /tmp/rolling.err }
$steps = [ordered] @{
    'while it asks the guest to stop' = { param($old) Test-XlProcess shutdown node-2 }
    'when the guest is gone' = { param($old) -not (Get-DomainId node-2) }
    'while xl makes the domain' = { param($old) Test-XlProcess create node-2 }
    'when the guest starts' = { param($old) $now = Get-DomainId node-2; $now -and $now -ne $old }
}
foreach ($step in $steps.GetEnumerator()) {
    Row "killed $($step.Key)" {
        $old = Get-DomainId node-2
        $process = & $begin
        # The program that is killed is the one whose steps these are.
        foreach ($try in 1..4000) { if ((& $step.Value $old) -or $process.HasExited) { break }; Start-Sleep -Milliseconds 50 }
        if ($process.HasExited) { return "it ended before that: $(Get-Content /tmp/rolling.out, /tmp/rolling.err)" }
        Stop-Process -Id $process.Id -Force
        $process.WaitForExit()
        $true
    }
}
Row 'run again, it ends with the guest up on its new config' {
    Set-Content "$Guests/node-2.ct" "storage:`n  files:`n    - {filesystem: root, path: /etc/hostname, mode: 0644, contents: {inline: 'after the kills'}}"
    $ready = Get-ConsoleCount node-2 'LABGUEST ready'
    $process = & $begin
    $process.WaitForExit()
    if ($process.ExitCode) { return "$(Get-Content /tmp/rolling.out, /tmp/rolling.err)" }
    $seen = Wait-Console node-2 'LABGUEST ready' ($ready + 1)
    $seen -isnot [bool] ? $seen : (Get-FetchedHash node-2) -eq (Get-PublishedHash node-2)
}
Row 'the disk is whole' {
    Stop-XenGuest etcd node-2 -Force -Wait -Confirm:$false
    $said = e2fsck -fn "$Guests/node-2.img?offset=2285895680" 2>&1; if ($LASTEXITCODE) { return "OEM: $said" }
    sgdisk -v "$Guests/node-2.img" | Out-String | ForEach-Object { $_ -match 'No problems found' }
}
