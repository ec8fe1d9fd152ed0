# Objects that were elsewhere: in a job, on another host, in a file. They come back as their properties, and are taken again.

Describe 'Objects from elsewhere' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $dir = New-TestCluster node-1, node-2
        New-TestXen
        Set-Location "$dir/guests/etcd"
        Set-Content "$dir/xenkube.json" (@{ reservationsFile = "$dir/hostsfile" } | ConvertTo-Json)
        $null = New-DhcpReservation -Range 10..20 -BackupDirectory "$dir/backups"
        # What Start-Job, Invoke-Command and Import-Clixml hand over.
        function Send-Away([Parameter(ValueFromPipeline)] $Object) {
            process {
                [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($Object, 1))
            }
        }
    }
    AfterAll { Dismount-NodeDisk *; Remove-TestXenDir; $env:XENKUBE_XL = $null }

    It 'nodes go into <name>' -ForEach @(
        @{ name = 'Get-Node'; command = { $_ | Get-Node }; found = { $_.FullName | Should -Be etcd/node-1, etcd/node-2; $_ | Should -BeOfType XenKube.Clusters.Node } }
        @{ name = 'Get-DiskPartition'; command = { $_ | Get-DiskPartition -Label OEM }; found = { $_ | Should -HaveCount 2 } }
        @{ name = 'Get-OemGrubConfig'; command = { $_ | Get-OemGrubConfig }; found = { $_ | Should -HaveCount 2 } }
        @{ name = 'Set-OemGrubConfig'; command = { $_ | Set-OemGrubConfig -PassThru }; found = { $_[1].ConfigUri | Should -Be http://192.168.100.1/etcd/node-2.json } }
        @{ name = 'Show-NodeDisk'; command = { $_ | Show-NodeDisk }; found = { $_[0] | Should -BeLike 'etcd/node-1*' } }
        @{ name = 'Mount-NodeDisk'; command = { $_ | Mount-NodeDisk }; found = { $_.Name | Should -Be node-1, node-2 } }
        @{ name = 'ConvertTo-Ignition'; command = { $_ | ConvertTo-Ignition }; found = { "$($_[0])" | Should -BeExactly $GuideJson } }
        @{ name = 'Publish-Ignition'; command = { $_ | Publish-Ignition }; found = { $_.Path | Should -Be "$dir/nginx/etcd/node-1.json", "$dir/nginx/etcd/node-2.json" } }
        @{ name = 'Test-Ignition'; command = { $_ | Publish-Ignition; $_ | Test-Ignition }; found = { $_[-1] | Should -BeTrue } }
        @{ name = 'Compare-Ignition'; command = { $_ | Publish-Ignition; $_ | Compare-Ignition }; found = { $_ | Should -HaveCount 2 } }
        @{ name = 'Test-Node'; command = { $_ | Test-Node }; found = { $_.Target | Sort-Object -Unique | Should -Be etcd/node-1, etcd/node-2 } }
        @{ name = 'Reset-Ignition'; command = { $_ | Reset-Ignition }; found = { $_.FirstBoot | Should -Be $true, $true } }
        @{ name = 'Start-XenGuest'; command = { $_ | Start-XenGuest -PassThru }; found = { $_.State | Should -Be Running, Running } }
        @{ name = 'Get-XenGuest'; command = { $_ | Get-XenGuest }; found = { $_.Name | Should -Be etcd-node-1, etcd-node-2 } }
        @{ name = 'Stop-XenGuest'; command = { $_ | Stop-XenGuest -Wait -PassThru }; found = { $_.State | Should -Be Halted, Halted } }
    ) {
        $_ = Get-Node etcd | Send-Away
        $_[0].PSObject.TypeNames[0] | Should -Be Deserialized.XenKube.Clusters.Node
        Dismount-NodeDisk *
        $_ = & $command
        . $found
        Dismount-NodeDisk *
    }
    It 'resets go into Start-XenGuest, and guests into Stop-XenGuest' {
        Reset-Ignition etcd | Send-Away | Start-XenGuest
        $guests = Get-XenGuest etcd | Send-Away
        $guests.State | Should -Be Running, Running
        $guests | Stop-XenGuest -Wait
        (Get-XenGuest etcd).State | Should -Be Halted, Halted
    }
    It 'clusters go into Get-Node' { (Get-Cluster etcd | Send-Away | Get-Node).Name | Should -Be node-1, node-2 }
    It 'partitions go into Get-DiskPartition' { (Get-DiskPartition etcd/node-1 -Label OEM | Send-Away | Get-DiskPartition).Count | Should -Be 7 }
    It 'images go into Test-ImageSignature and New-Node' {
        Get-CoreOSImage 1520.9.0 | Send-Away | Test-ImageSignature | Should -BeTrue
        $node = Get-CoreOSImage 1520.9.0 | Send-Away | New-Node etcd node-3
        $node.HasDisk | Should -BeTrue
        Remove-Node etcd node-3 -Confirm:$false
    }
    It 'configs go into Publish-Ignition' {
        (Get-Item *.ct | ConvertTo-Ignition | Send-Away | Publish-Ignition).Path | Should -Be "$dir/nginx/etcd/node-1.json", "$dir/nginx/etcd/node-2.json"
        Get-Content -Raw "$dir/nginx/etcd/node-1.json" | Should -BeExactly $GuideJson
    }
    It 'reservations go into New-XenGuest' {
        $guest = New-XenGuest etcd node-1 -Reservation (Get-DhcpReservation 192.168.100.15 | Send-Away) -Force
        $guest.MacAddress | Should -Be 00:16:3e:4e:31:15
    }
    It 'keys go into Remove-SigningKey' {
        Get-SigningKey | Send-Away | Remove-SigningKey -Confirm:$false
        Get-SigningKey | Should -BeNullOrEmpty
        $null = Import-SigningKey $SampleKey
    }
    It 'of another host are looked up here, whatever its XENDIR was' {
        $node = Get-Node etcd node-1 | Send-Away
        $node.XenDir = '/storage/xen-of-another-host'
        ($node | Get-Node).DiskPath | Should -Be "$dir/guests/etcd/node-1.img"
    }
    It 'lead no command out of XENDIR' {
        $node = Get-Node etcd node-1 | Send-Away
        $node.XenDir = '/storage/xen-of-another-host'
        $node.Name = '../../../etc/passwd'
        { $node | Publish-Ignition -ErrorAction Stop } | Should -Throw
        $node.Name = 'node-1'
        $node.DiskPath = '/etc/passwd'
        ($node | Get-Node).DiskPath | Should -Be "$dir/guests/etcd/node-1.img"
    }
    It 'come through files' {
        Get-Node etcd | Export-Clixml "$dir/nodes.xml"
        (Import-Clixml "$dir/nodes.xml" | Publish-Ignition).Path | Should -HaveCount 2
    }

    Context 'Jobs' {
        It 'give back nodes that go on' {
            $nodes = Start-Job { Import-Module $using:env:XENKUBE_MODULE; Get-Node etcd } | Receive-Job -Wait -AutoRemoveJob
            ($nodes | Reset-Ignition).FirstBoot | Should -Be $true, $true
        }
        It 'of threads run commands with progress, warnings and errors of their own' {
            $job = Start-ThreadJob { Import-Module $using:env:XENKUBE_MODULE; Get-Node etcd | Reset-Ignition; Get-Node etcd nobody }
            $resets = $job | Receive-Job -Wait -AutoRemoveJob -ErrorVariable errors -ErrorAction SilentlyContinue
            $resets.FirstBoot | Should -Be $true, $true
            $errors[0].FullyQualifiedErrorId | Should -BeLike 'NodeNotFound,*'
        }
        It 'run side by side in ForEach-Object -Parallel' {
            $module = $env:XENKUBE_MODULE
            $found = 1..6 | ForEach-Object -ThrottleLimit 3 -Parallel { Import-Module $using:module; Get-Node etcd | ConvertTo-Ignition | ForEach-Object { "$_" }; (Get-Node etcd | Get-DiskPartition).Count }
            ($found | Where-Object { $_ -is [int] }) | Should -Be @(14, 14, 14, 14, 14, 14)
            @($found | Where-Object { $_ -is [string] }).Count | Should -Be 12
        }
    }

    Context 'Another host by ssh' {
        BeforeAll {
            $session = $server = $ssh = $null
            $sshd = (Get-Command sshd -CommandType Application -ErrorAction Ignore | Select-Object -First 1)?.Source
            if (-not $sshd) { return }
            # A host of one's own: this machine, by an sshd that only the test knows.
            $ssh = Join-Path ([IO.Path]::GetTempPath()) "xenkube-ssh-$PID"
            $null = New-Item -ItemType Directory -Force $ssh, /run/sshd
            chmod 700 $ssh
            ssh-keygen -q -t ed25519 -N '' -f "$ssh/host"
            ssh-keygen -q -t ed25519 -N '' -f "$ssh/user"
            Copy-Item "$ssh/user.pub" "$ssh/authorized"
            $port = Get-FreePort
            Set-Content "$ssh/config" "Port $port`nListenAddress 127.0.0.1`nListenAddress 127.0.0.2`nHostKey $ssh/host`nPidFile none`nAuthorizedKeysFile $ssh/authorized`nStrictModes no`nPermitRootLogin yes`nUsePAM no`nSubsystem powershell $((Get-Command pwsh).Source) -sshs -NoLogo -NoProfile"
            $server = Start-Process $sshd -ArgumentList '-D', '-e', '-f', "$ssh/config" -PassThru -RedirectStandardError "$ssh/log"
            1..100 | ForEach-Object { if (-not (Get-Content "$ssh/log" -ErrorAction Ignore | Select-String 'Server listening')) { Start-Sleep -Milliseconds 50 } }
            $session = New-PSSession -HostName 127.0.0.1 -Port $port -UserName (id -un) -KeyFilePath "$ssh/user" -Options @{ StrictHostKeyChecking = 'no'; UserKnownHostsFile = '/dev/null'; LogLevel = 'ERROR' }
        }
        AfterAll {
            if ($session) { Remove-PSSession $session }
            if ($server) { $server.Kill($true) }
            if ($ssh) { Remove-Item $ssh -Recurse -Force }
        }
        BeforeEach { Skip-Unless sshd }

        It 'lists nodes there, and resets them here' {
            $nodes = Invoke-Command $session { Import-Module $using:env:XENKUBE_MODULE; Get-Node etcd -XenDir $using:dir }
            $nodes[0].PSObject.TypeNames[0] | Should -Be Deserialized.XenKube.Clusters.Node
            $nodes[0].PSComputerName | Should -Not -BeNullOrEmpty
            ($nodes | Reset-Ignition).Node.FullName | Should -Be etcd/node-1, etcd/node-2
        }
        It 'lists nodes here, and resets them there' {
            $said = Get-Node etcd | Invoke-Command $session { begin { Import-Module $using:env:XENKUBE_MODULE; $env:XENDIR = $using:dir } process { $_ | Publish-Ignition } }
            $said.Path | Should -Be "$dir/nginx/etcd/node-1.json", "$dir/nginx/etcd/node-2.json"
        }
        It 'refreshes a cluster on each of several hosts by samples/fleet.ps1, which says which host failed' {
            $user = id -un
            $closed = Get-FreePort
            $hosts = "$user@127.0.0.1:$port", "$user@127.0.0.1:$closed", "$user@127.0.0.2:$port"
            # The hosts of this test have one XENDIR, so that they work one after another.
            $lines = & "$Root/samples/fleet.ps1" $hosts -Cluster etcd -XenDir $dir -Module $env:XENKUBE_MODULE -KeyFilePath "$ssh/user" -ThrottleLimit 1 -Option @{
                StrictHostKeyChecking = 'no'; UserKnownHostsFile = '/dev/null'; LogLevel = 'ERROR' }
            $LASTEXITCODE | Should -Be 1
            $lines.HostName | Should -Be $hosts
            $lines.Nodes | Should -Be 2, 0, 2
            $lines.Failed | Should -Be 0, 1, 0
            $lines[1].Error | Should -Match '127\.0\.0\.1.*SSH'
        }
        It 'shows what came from there in our views' {
            Invoke-Command $session { Import-Module $using:env:XENKUBE_MODULE; Get-DiskPartition etcd/node-1 -XenDir $using:dir } | Out-String -Width 120 | Should -Match '128 MiB ext4 +OEM'
        }
    }
}
