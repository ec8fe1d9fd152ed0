BeforeDiscovery {
    if (-not $env:XENKUBE_MODULE) { $env:XENKUBE_MODULE = "$PSScriptRoot/../../artifacts/Release/XenKube/XenKube.psd1" }
    Import-Module $env:XENKUBE_MODULE
    # One call of each cmdlet that changes something, and a part of the sentence that -WhatIf has to say: the file.
    $calls = [ordered]@{
        'New-Cluster'             = @{ call = 'New-Cluster web'; file = '$dir/guests' }
        'Remove-Cluster'          = @{ call = 'Remove-Cluster etcd -Force'; file = '$dir/guests/etcd' }
        'New-Node'                = @{ call = 'New-Node etcd node-7 -Image 1520.9.0'; file = '$dir/guests/etcd/node-7.img' }
        'Remove-Node'             = @{ call = 'Remove-Node etcd node-1'; file = '$dir/guests/etcd/node-1.img' }
        'Rename-Node'             = @{ call = 'Rename-Node etcd/node-1 node-9'; file = '$dir/guests/etcd/node-1.img' }
        'Copy-Node'               = @{ call = 'Copy-Node etcd/node-1 node-9'; file = '$dir/guests/etcd/node-1.img' }
        'Set-XenKubeSetting'      = @{ call = 'Set-XenKubeSetting memory 2048'; file = '$dir/xenkube.json' }
        'Get-CoreOSImage'         = @{ call = 'Get-CoreOSImage 1632.3.0 -BaseUri $dir/mirror'; file = '$dir/images' }
        'Save-CoreOSImage'        = @{ call = 'Save-CoreOSImage 1632.3.0 -BaseUri $dir/mirror'; file = '$dir/images' }
        'Import-CoreOSImage'      = @{ call = 'Import-CoreOSImage $Assets/release/amd64-usr/1520.9.0/coreos_production_xen_image.bin.bz2'; file = '$dir/images' }
        'Remove-CoreOSImage'      = @{ call = 'Remove-CoreOSImage 1520.9.0 -Force'; file = '$dir/images/coreos-1520.9.0.bin.bz2' }
        'Import-SigningKey'       = @{ call = 'Import-SigningKey $SampleKey'; file = '$dir/keys' }
        'Remove-SigningKey'       = @{ call = 'Get-SigningKey | Remove-SigningKey'; file = '$dir/keys' }
        'Set-OemGrubConfig'       = @{ call = 'Set-OemGrubConfig etcd node-1'; file = '$dir/guests/etcd/node-1.img' }
        'Clear-OemGrubConfig'     = @{ call = 'Clear-OemGrubConfig etcd node-1'; file = '$dir/guests/etcd/node-1.img' }
        'Mount-NodeDisk'          = @{ call = 'Mount-NodeDisk etcd node-1 -Writable'; file = '$dir/guests/etcd/node-1.img' }
        'Dismount-NodeDisk'       = @{ call = 'Dismount-NodeDisk disk'; file = '$dir/guests/etcd/node-2.img' }
        'Copy-NodeDiskItem'       = @{ call = 'Copy-NodeDiskItem $dir/rules.v4 disk:/ROOT/etc/rules'; file = '$dir/rules.v4' }
        'Expand-IgnitionTemplate' = @{ call = 'Expand-IgnitionTemplate node-1.ct.tmpl -Force'; file = '$dir/guests/etcd/node-1.ct' }
        'Publish-Ignition'        = @{ call = 'Publish-Ignition etcd node-1'; file = '$dir/nginx/etcd/node-1.json' }
        'Unpublish-Ignition'      = @{ call = 'Unpublish-Ignition etcd node-2'; file = '$dir/nginx/etcd/node-2.json' }
        'Reset-Ignition'          = @{ call = 'Reset-Ignition etcd node-1'; file = '$dir/guests/etcd/node-1.img' }
        'New-XenGuest'            = @{ call = 'New-XenGuest etcd node-1 -Force'; file = '$dir/guests/etcd/node-1.cfg' }
        'Set-XenGuest'            = @{ call = 'Set-XenGuest etcd node-1 -Memory 768MB'; file = '$dir/guests/etcd/node-1.cfg' }
        'Start-XenGuest'          = @{ call = 'Start-XenGuest etcd node-1'; file = '$dir/guests/etcd/node-1.cfg' }
        'Stop-XenGuest'           = @{ call = 'Stop-XenGuest etcd node-2'; file = '$dir/guests/etcd/node-2.cfg' }
        'Restart-XenGuest'        = @{ call = 'Restart-XenGuest etcd node-2'; file = '$dir/guests/etcd/node-2.cfg' }
        'Suspend-XenGuest'        = @{ call = 'Suspend-XenGuest etcd node-2'; file = '$dir/guests/etcd/node-2.cfg' }
        'Resume-XenGuest'         = @{ call = 'Resume-XenGuest etcd node-2'; file = '$dir/guests/etcd/node-2.cfg' }
        'Remove-XenGuest'         = @{ call = 'Remove-XenGuest etcd node-1'; file = '$dir/guests/etcd/node-1.cfg' }
        'New-DhcpReservation'     = @{ call = 'New-DhcpReservation 00:16:3e:4e:31:77 192.168.100.77'; file = '$dir/hostsfile' }
        'Remove-DhcpReservation'  = @{ call = 'Remove-DhcpReservation 192.168.100.11'; file = '$dir/hostsfile' }
        'Add-FirewallPort'        = @{ call = 'Add-FirewallPort -Guide -Path $dir/rules.v4'; file = '$dir/rules.v4' }
        'Add-FirewallForward'     = @{ call = 'Add-FirewallForward 8011 192.168.100.11 22 -Path $dir/rules.v4'; file = '$dir/rules.v4' }
        'Remove-FirewallForward'  = @{ call = 'Remove-FirewallForward 8012 -Path $dir/forwards.v4'; file = '$dir/forwards.v4' }
        'Set-TimeServer'          = @{ call = 'Set-TimeServer -Path $dir/ntp.conf'; file = '$dir/ntp.conf' }
        'Install-IgnitionSite'    = @{ call = 'Install-IgnitionSite -ConfigDirectory $dir/nginx-etc'; file = '$dir/nginx-etc/sites-available/xen' }
        'Initialize-XenKubeHost'  = @{ call = 'Initialize-XenKubeHost -Step reservations'; file = '$dir/hostsfile' }
        'Start-IgnitionServer'    = @{ call = 'Start-IgnitionServer 127.0.0.1 0'; file = '$dir/nginx' }
        'Add-EtcdMember'          = @{ call = 'Add-EtcdMember etcd node-1'; file = 'etcd-node-1' }
        'Remove-EtcdMember'       = @{ call = 'Remove-EtcdMember etcd node-1'; file = 'etcd-node-1' }
        'Repair-EtcdMember'       = @{ call = 'Repair-EtcdMember etcd node-1'; file = '$dir/guests/etcd/node-1.img' }
        'Backup-EtcdCluster'      = @{ call = 'Backup-EtcdCluster etcd $dir/etcd.db'; file = '$dir/etcd.db' }
        'Restore-EtcdCluster'     = @{ call = 'Restore-EtcdCluster etcd $dir/etcd.db'; file = '$dir/etcd.db' }
        'New-KubeConfig'          = @{ call = 'New-KubeConfig etcd $dir/kubeconfig'; file = '$dir/kubeconfig' }
        'Update-CertificateAuthority' = @{ call = 'Update-CertificateAuthority etcd'; file = 'certificate authority of etcd' }
        'Set-EtcdKey'             = @{ call = 'Set-EtcdKey etcd /message Hello'; file = '/message' }
        'New-CertificateAuthority' = @{ call = 'New-CertificateAuthority etcd -Replace -Force'; file = '$dir/guests/etcd/certs/etcd-ca.pem' }
        'New-ClusterCertificate'  = @{ call = 'New-ClusterCertificate etcd node-1 -Force'; file = '$dir/guests/etcd/certs' }
        'Update-ClusterCertificate' = @{ call = 'Update-ClusterCertificate etcd node-1'; file = '$dir/guests/etcd/certs' }
        'Publish-ClusterCertificate' = @{ call = 'Publish-ClusterCertificate etcd node-1'; file = '$dir/guests/etcd/node-1.img' }
        'Stop-IgnitionServer'     = @{ call = 'Stop-IgnitionServer'; file = '$dir/nginx' }
    }
    $cases = foreach ($name in $calls.Keys) { @{ name = $name; call = $calls[$name].call; file = $calls[$name].file } }
    $changing = Get-Command -Module XenKube -CommandType Cmdlet | Where-Object { $_.Parameters.ContainsKey('WhatIf') } | ForEach-Object { @{ name = $_.Name; known = $calls.Contains($_.Name) } }
}

Describe '-WhatIf' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $dir = New-TestCluster node-1, node-2
        New-TestXen
        Set-Location "$dir/guests/etcd"
        Set-Content "$dir/xenkube.json" (@{ reservationsFile = "$dir/hostsfile" } | ConvertTo-Json)
        Set-Content "$dir/ntp.conf" '#broadcast 192.168.123.255'
        Set-Content "$dir/rules.v4" "*filter`n:INPUT DROP [0:0]`n:FORWARD DROP [0:0]`n:OUTPUT ACCEPT [0:0]`n-A INPUT -p tcp -m tcp --syn -m conntrack --ctstate NEW --dport 22 -j ACCEPT`n-A INPUT -i virbr1 -p udp -m udp -m multiport --dports 53,67 -j ACCEPT`n-A INPUT -i virbr1 -p tcp -m tcp -m multiport --dports 53,67 -j ACCEPT`n-A FORWARD -d 192.168.100.0/24 -o virbr1 -p tcp -m tcp --syn -m conntrack --ctstate NEW -m multiport --dports 22,8080 -j ACCEPT`nCOMMIT"
        Set-Content "$dir/forwards.v4" "*nat`n:PREROUTING ACCEPT [0:0]`n-A PREROUTING -p tcp -m tcp --dport 8012 -j DNAT --to-destination 192.168.100.12:22`nCOMMIT"
        Set-Content node-1.ct.tmpl (Get-Content -Raw node-1.ct)
        $null = New-Item -ItemType Directory "$dir/nginx-etc/sites-available", "$dir/nginx-etc/sites-enabled", "$dir/mirror/amd64-usr/1632.3.0"
        Copy-Item $Release, "$Release.sig" "$dir/mirror/amd64-usr/1632.3.0"
        $null = New-DhcpReservation -Range 10..20 -BackupDirectory "$dir/backups"
        $null = Publish-Ignition etcd node-2
        $null = New-ClusterCertificate etcd -KeyAlgorithm EcdsaP256
        Start-XenGuest etcd node-2

        # Every file with its size and time, and every domain.
        function Get-Tree {
            find $dir -not -path "$dir/.xl*" -not -name .xenkube.lock -printf '%p %s %T@ %l\n' | Sort-Object
            cat "$env:XL_STATE/etcd-node-2"
        }
    }
    AfterAll { Remove-TestXenDir; $env:XENKUBE_XL = $null }

    It 'of <name> changes nothing, and says in a sentence what would change in which file' -ForEach $cases {
        $arrange = switch ($name) {
            'Dismount-NodeDisk' { '$null = Mount-NodeDisk etcd node-2 -DriveName disk' }
            'Copy-NodeDiskItem' { '$null = Mount-NodeDisk etcd node-1 -DriveName disk -Writable' }
            'Stop-IgnitionServer' { '$server = Start-IgnitionServer 127.0.0.1 0' }
        }
        $before = Get-Tree
        $calls = @(Get-XlCall)
        # A transcript hears what -WhatIf says to the host, and to nobody else.
        $transcript = "$([IO.Path]::GetTempPath())/xenkube-whatif-$PID.txt"
        if ($arrange) { . ([scriptblock]::Create($arrange)) }
        $null = Start-Transcript $transcript -Force
        try { $made = . ([scriptblock]::Create("$call -WhatIf")) } finally { $null = Stop-Transcript }
        $said = Get-Content -Raw $transcript
        Remove-Item $transcript
        # What is held in memory is still there too.
        if ($name -eq 'Dismount-NodeDisk') { Get-PSDrive disk | Should -Not -BeNullOrEmpty }
        if ($name -eq 'Stop-IgnitionServer') { $server.IsRunning | Should -BeTrue }
        if ($name -eq 'Mount-NodeDisk') { Get-PSDrive -PSProvider NodeDisk | Should -BeNullOrEmpty }
        Stop-IgnitionServer
        Dismount-NodeDisk *
        Get-Tree | Should -Be $before
        Get-XlCall | Should -Be $calls
        $made | Should -BeNullOrEmpty
        $said | Should -Match '(?m)^What if: [A-Z][a-z]+ \S+'
        $said | Should -Match ([regex]::Escape($ExecutionContext.InvokeCommand.ExpandString($file)))
    }

    It 'is tested for <name>' -ForEach $changing { $known | Should -BeTrue }

    It 'is known by every cmdlet with a changing verb, and -Confirm with it' {
        $verbs = 'Add', 'Clear', 'Copy', 'Dismount', 'Expand', 'Import', 'Initialize', 'Install', 'Mount', 'New', 'Publish', 'Remove', 'Repair', 'Reset', 'Restart', 'Resume', 'Set', 'Start', 'Stop', 'Suspend', 'Unpublish', 'Update'
        Get-Command -Module XenKube -CommandType Cmdlet | Where-Object { $_.Verb -in $verbs -and -not ($_.Parameters.ContainsKey('WhatIf') -and $_.Parameters.ContainsKey('Confirm')) } | Should -BeNullOrEmpty
    }
}

Describe '-Confirm' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    It 'is asked by every cmdlet that destroys, without being told to' {
        $high = Get-Command -Module XenKube -CommandType Cmdlet | Where-Object { ($_.ImplementingType.GetCustomAttributes($true) | Where-Object { $_ -is [System.Management.Automation.CmdletAttribute] }).ConfirmImpact -eq 'High' }
        $high.Name | Sort-Object | Should -Be Remove-Cluster, Remove-CoreOSImage, Remove-DhcpReservation, Remove-EtcdMember, Remove-FirewallForward, Remove-Node, Remove-SigningKey, Remove-XenGuest, Restore-EtcdCluster, Unpublish-Ignition
    }
    It 'ends a session that cannot ask before anything is destroyed' {
        $dir = New-TestCluster -EmptyDisk
        $said = pwsh -NoProfile -NonInteractive -Command "Import-Module '$env:XENKUBE_MODULE'; Remove-Node etcd node-1; Stop-XenGuest etcd node-1 -Force -Confirm" 2>&1
        "$dir/guests/etcd/node-1.img" | Should -Exist
        "$said" | Should -Match 'NonInteractive|non-interactive'
        Remove-TestXenDir
    }
}
