# The examples of the help, each run as it is written in a dom0 of its own (tests/dom0) and held against its sentence.
BeforeDiscovery {
    . $PSScriptRoot/Support.ps1
    $reason = & "$Root/tests/dom0/enter.sh" true 2>&1
    $reason = $LASTEXITCODE ? "$reason" : $null
    $cases = foreach ($command in Get-Command -Module XenKube -CommandType Cmdlet) {
        foreach ($example in (Get-Help $command.Name -Full).examples.example) {
            $title = $example.title -replace '^\W*Example \d+: |\W*$'
            @{ name = "$($command.Name): $title"; code = $example.code; sentence = ($example.remarks | Out-String).Trim() }
        }
    }
}

Describe 'The examples of the help' -ForEach @{ cases = $cases; reason = $reason } {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        . $Root/tests/dom0/Blocks.ps1
        # The stage that a command of the host starts from; the others find the host ready.
        $stages = @{
            'Initialize-XenKubeHost' = 'new'; 'Install-IgnitionSite' = 'bare'; 'New-DhcpReservation' = 'bare'; 'Add-FirewallPort' = 'bare'; 'Set-TimeServer' = 'bare'
            'New-XenGuest' = 'reserved'; 'Start-IgnitionServer' = 'silent'; 'Stop-IgnitionServer' = 'silent'
        }
        # What has happened before.
        $before = @{
            'Compare-Ignition: Before publishing' = { (Get-Content node-1.ct) -replace '\$|etcd-node-1', 'changed' | Set-Content node-1.ct }
            'Get-XenKubeBackup: All backups' = { Add-FirewallPort 8081 }
            'Get-XenKubeBackup: The backups of a step' = { Add-FirewallPort 8082 }
            'Get-FirewallForward: All forwards' = { Add-FirewallForward 8011 192.168.100.11 22; Add-FirewallForward 8012 192.168.100.12 22 }
            'Get-FirewallForward: Forwards that do not work' = { (Get-Content /etc/iptables/rules.v4) + '*nat', ':PREROUTING ACCEPT [0:0]', '-A PREROUTING -p tcp --dport 8013 -j DNAT --to-destination 192.168.100.13:9', 'COMMIT' | Set-Content /etc/iptables/rules.v4 }
            'Remove-FirewallForward: One port' = { Add-FirewallForward 8011 192.168.100.11 22 }
            'Remove-FirewallForward: All forwards to a guest' = { Add-FirewallForward 8011 192.168.100.11 22; Add-FirewallForward 9011 192.168.100.11 9 }
            'Publish-Ignition: The change' = { (Get-Content node-1.ct) -replace '\$|etcd-node-1', 'changed' | Set-Content node-1.ct }
            "Get-IgnitionRequest: The requests of a cluster's nodes" = { Invoke-WebRequest http://192.168.100.1/etcd/node-1.json }
            'Get-IgnitionRequest: The requests of the last hour' = { Invoke-WebRequest http://192.168.100.1/etcd/node-1.json }
            'Wait-Ignition: A fetch that may already have happened' = { Invoke-WebRequest http://192.168.100.1/etcd/node-1.json }
            "Install-IgnitionSite: The guide's site" = { Publish-Ignition etcd }
            'Get-XenGuestLog: The last lines' = { "Welcome to GRUB!`nLinux version 6.1`nignition: done`nnode-1 login: " | Set-Content /var/log/xen/console/guest-etcd-node-1.log }
            'Get-XenGuestLog: Trouble in a whole cluster' = { 1..3 | ForEach-Object { "Linux version 6.1`nignition[1]: failed to fetch config" | Set-Content "/var/log/xen/console/guest-etcd-node-$_.log" } }
            'Test-Node: In a script' = { Unpublish-Ignition etcd node-2 -Force }
            'Test-Node: What failed' = { Unpublish-Ignition etcd node-2 -Force }
            'Stop-IgnitionServer: All servers' = { Start-IgnitionServer }
            'Stop-IgnitionServer: One server' = { Start-IgnitionServer }
        }
        $blocks = foreach ($case in $cases) {
            @{ Name = $case.name; Code = $case.code; Stage = $stages[$case.name.Split(':')[0]] ?? 'ready'; Before = "$($before[$case.name])" }
        }
        $results = $reason ? $null : (Invoke-Dom0Block $blocks -Checks $Root/tests/dom0/checks.ps1)
    }

    It '<name>' -ForEach $cases {
        if ($reason) { Set-ItResult -Skipped -Because $reason }
        $result = $results[$name]
        $result.Errors | Should -BeNullOrEmpty -Because $code
        $result.HasCheck | Should -BeTrue -Because 'tests/dom0/checks.ps1 should say what the example does'
        $result.Failure | Should -BeNullOrEmpty -Because "$sentence`n$code`n$($result.Shown)"
        if ($sentence -match '\b(Shows|Lists|Returns|returns)\b') { $result.Shown | Should -Not -BeNullOrEmpty -Because $code }
    }
}
