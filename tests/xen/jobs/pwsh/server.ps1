# A boot that is served by the session itself, with nginx stopped.
Row 'a config comes from Start-IgnitionServer while nginx is stopped' {
    systemctl stop nginx
    try {
        $server = Start-IgnitionServer
        Set-Content "$Guests/node-2.ct" "storage:`n  files:`n    - {filesystem: root, path: /etc/hostname, mode: 0644, contents: {inline: 'served by the session'}}"
        $ready = Get-ConsoleCount node-2 'LABGUEST ready'
        $lines = @(Get-Content /var/log/nginx/access.log).Count
        Stop-XenGuest etcd node-2 -Wait -Timeout 200 -Confirm:$false
        Reset-Ignition etcd node-2 -LinuxAppend lab.hold=9000 | Start-XenGuest -Wait Ignition -Timeout 600
        $seen = Wait-Console node-2 'LABGUEST ready' ($ready + 1)
        if ($seen -isnot [bool]) { return $seen }
        if ((Get-FetchedHash node-2) -ne (Get-PublishedHash node-2)) { return 'the guest fetched something else' }
        @(Get-Content /var/log/nginx/access.log).Count -eq $lines
    }
    finally {
        if ($server) { Stop-IgnitionServer $server -Confirm:$false }
        systemctl start nginx
    }
}
Row 'nginx serves again afterwards' { (Get-Node etcd/node-2 | Test-IgnitionEndpoint) -ne $false }
