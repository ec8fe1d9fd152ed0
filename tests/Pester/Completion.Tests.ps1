# What Tab offers, as the shell asks for it: through TabExpansion2. How long it takes is printed, not asserted.
Describe 'Completion' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $dir = New-TestCluster node-1, node-2
        New-TestXen
        $null = New-Cluster web
        Set-Content "$dir/guests/web/front.ct" ''
        Set-Content "$dir/guests/web/back.cfg" ''
        Copy-Item $Release "$dir/images/flatcar-2905.2.6.bin.bz2"
        $key = (Get-SigningKey)[0].Fingerprint
        Set-Location "$dir/guests/etcd"
        Start-XenGuest etcd node-2
        $times = [ordered]@{}
        # The completions of a line, and the time that they take when asked for again.
        function Complete([string] $Line) {
            # What is offered does not hang on how busy the machine is; how long it takes, does.
            $env:XENKUBE_COMPLETION_TIME = 20000
            try { $found = Get-Completion $Line } finally { $env:XENKUBE_COMPLETION_TIME = $null }
            $best = (1..5 | ForEach-Object { (Measure-Command { Get-Completion $Line }).TotalMilliseconds } | Measure-Object -Minimum).Minimum
            $times[$Line] = $best
            $found
        }
    }
    AfterAll {
        Write-Host "    Completion, best of five, warm: slowest $(($times.GetEnumerator() | Sort-Object Value -Descending | Select-Object -First 3 | ForEach-Object { '{0:0.0} ms ({1})' -f $_.Value, $_.Key.Trim() }) -join ', ')"
        Dismount-NodeDisk *
        Remove-TestXenDir
        $env:XENKUBE_XL = $null
    }

    It 'offers <what> after <line>' -ForEach @(
        @{ what = 'clusters'; line = 'Get-Node '; offered = 'etcd', 'web' }
        @{ what = 'clusters'; line = 'Get-Cluster w'; offered = @('web') }
        @{ what = 'clusters'; line = 'xencd '; offered = 'etcd', 'web' }
        @{ what = 'clusters'; line = 'Remove-Cluster '; offered = 'etcd', 'web' }
        @{ what = 'clusters'; line = 'New-Node '; offered = 'etcd', 'web' }
        @{ what = 'nodes of the cluster typed'; line = 'Get-Node etcd '; offered = 'node-1', 'node-2' }
        @{ what = 'nodes of the cluster typed'; line = 'Get-Node web '; offered = 'back', 'front' }
        @{ what = 'nodes of the cluster typed'; line = 'Reset-Ignition web/'; offered = 'web/back', 'web/front' }
        @{ what = 'nodes of the cluster typed'; line = 'Get-Node -Cluster web -Name f'; offered = @('front') }
        @{ what = 'nodes of the cluster typed'; line = 'Publish-Ignition etcd '; offered = 'node-1', 'node-2' }
        @{ what = 'further nodes'; line = 'Get-Node etcd node-1, '; offered = 'node-1', 'node-2' }
        @{ what = 'versions in the store'; line = 'Get-CoreOSImage '; offered = '1520.9.0', '2905.2.6' }
        @{ what = 'versions in the store'; line = 'New-Node etcd x -Image 15'; offered = @('1520.9.0') }
        @{ what = 'versions in the store'; line = 'Test-ImageSignature 2'; offered = @('2905.2.6') }
        @{ what = 'labels of the disk typed'; line = 'Get-DiskPartition etcd/node-1 -Label '; offered = 'EFI-SYSTEM', 'BIOS-BOOT', 'USR-A', 'USR-B', 'OEM', 'OEM-CONFIG', 'ROOT' }
        @{ what = 'labels of the disk typed'; line = 'Get-DiskPartition etcd node-2 -Label R'; offered = @('ROOT') }
        @{ what = 'labels of the disk typed'; line = 'Get-DiskPartition -LiteralPath ./node-1.img -Label U'; offered = 'USR-A', 'USR-B' }
        @{ what = 'labels of the disk typed'; line = 'Get-DiskPartition node-2.img -Label O'; offered = 'OEM', 'OEM-CONFIG' }
        @{ what = 'steps'; line = 'Reset-Ignition etcd -Step '; offered = 'FirstBoot', 'Grub', 'MachineId', 'Publish', 'Template' }
        @{ what = 'steps'; line = 'Initialize-XenKubeHost '; offered = 'directories', 'site', 'reservations', 'firewall', 'time', 'console', 'shutdown' }
        @{ what = 'states'; line = 'Get-XenGuest -State P'; offered = @('Paused') }
        @{ what = 'conditions'; line = 'Wait-XenGuest etcd -For R'; offered = @('Running') }
        @{ what = 'conditions'; line = 'Start-XenGuest etcd -Wait '; offered = 'Address', 'Gone', 'Ignition', 'Running', 'Ssh' }
        @{ what = 'conditions'; line = 'Restart-XenGuest etcd -Wait s'; offered = @('Ssh') }
        @{ what = 'channels'; line = 'Find-CoreOSImage -Channel '; offered = 'stable', 'beta', 'alpha', 'testing', 'next' }
        @{ what = 'known keys'; line = 'Import-SigningKey -Known C'; offered = @('CoreOS') }
        @{ what = 'actions of kgen'; line = 'kgen '; offered = 'refresh', 'grub', 'systemd', 'tmpl', 'ct', 'firstboot', 'mount' }
        @{ what = 'nodes here'; line = 'kgen refresh '; offered = 'node-1', 'node-2' }
        @{ what = 'nodes here'; line = 'kgen mount '; offered = 'node-1', 'node-2' }
        @{ what = 'labels of the node typed'; line = 'kgen mount node-1 '; offered = 'EFI-SYSTEM', 'USR-A', 'OEM', 'ROOT' }
        @{ what = 'labels of the node typed'; line = 'kgen mount node-1 R'; offered = @('ROOT') }
        @{ what = 'guests that can be started'; line = 'Start-XenGuest etcd '; offered = @('node-1') }
        @{ what = 'guests that can be started'; line = 'kup '; offered = @('node-1') }
        @{ what = 'guests that run'; line = 'Stop-XenGuest etcd/'; offered = @('etcd/node-2') }
        @{ what = 'guests that run'; line = 'kdown '; offered = @('node-2') }
        @{ what = 'guests that run'; line = 'kdestroy '; offered = @('node-2') }
        @{ what = 'guests that run'; line = 'Enter-XenGuest etcd '; offered = @('node-2') }
        @{ what = 'guests that run'; line = 'Suspend-XenGuest etcd '; offered = @('node-2') }
        @{ what = 'guests of any state'; line = 'Get-XenGuest etcd '; offered = 'node-1', 'node-2' }
    ) { Complete $line | Should -Be $offered }

    It 'offers paused guests to Resume-XenGuest' {
        Suspend-XenGuest etcd node-2
        Complete 'Resume-XenGuest etcd ' | Should -Be node-2
        Resume-XenGuest etcd node-2
        Complete 'Resume-XenGuest etcd ' | Should -BeNullOrEmpty
    }
    It 'offers fingerprints of the trusted keys' {
        Complete 'Get-SigningKey ' | Should -Be $key
        Complete "Remove-SigningKey $($key.Substring(0, 6))" | Should -Be $key
    }
    It 'offers bridges' { Complete 'New-XenGuest etcd -Bridge v' | Should -Contain virbr1 }
    It 'offers names of mounted drives, and paths inside partitions' {
        $null = Mount-NodeDisk etcd node-1
        Complete 'Dismount-NodeDisk ' | Should -Be node-1
        Complete 'Get-Content node-1:/ROOT/etc/machine' | Should -BeLike '*machine-id'
        Complete 'Get-ChildItem node-1:/O' | Should -BeLike 'node-1:*OEM'
        Complete 'Copy-NodeDiskItem node-1:/ROOT/etc/machine' | Should -BeLike '*machine-id'
        Dismount-NodeDisk node-1
    }
    It 'quotes what needs quotes' {
        Copy-Item $Release "$dir/images/my image-1.0.bin.bz2" -ErrorAction Ignore
        $null = New-Item -ItemType Directory "$dir/guests/a.b_c"
        Complete 'Get-Cluster a' | Should -Be a.b_c
        Remove-Item "$dir/images/my image-1.0.bin.bz2", "$dir/guests/a.b_c"
    }
    It 'takes the -XenDir that is typed' {
        $env:XENDIR = $null
        try { Complete "Get-Node -XenDir '$dir' -Cluster w" | Should -Be web } finally { $env:XENDIR = $dir }
    }

    Context 'Where things are broken' {
        BeforeAll {
            $lines = 'Get-Node ', 'Get-Node etcd ', 'Get-CoreOSImage ', 'Get-SigningKey ', 'Start-XenGuest etcd ', 'kup ', 'kgen mount node-1 ', 'New-XenGuest etcd -Bridge ',
                'Get-DiskPartition etcd/node-1 -Label ', 'Initialize-XenKubeHost ', 'Dismount-NodeDisk ', 'Get-XenGuest -State '
            # A completer's trouble is put into $Error, if anywhere.
            function Test-Silent {
                foreach ($line in $lines) {
                    $count = $Error.Count
                    { Get-Completion $line } | Should -Not -Throw -Because $line
                    $Error.Count | Should -Be $count -Because $line
                }
            }
        }
        AfterEach { $env:XENDIR = $dir; $env:XENKUBE_XL = "$dir/.bin/stand-in-xl.sh" }

        It 'says nothing with <what>' -ForEach @(
            @{ what = 'no XENDIR'; xenDir = $null }
            @{ what = 'a XENDIR that does not exist'; xenDir = '/nowhere' }
            @{ what = 'a XENDIR that is a file'; xenDir = '/etc/passwd' }
            @{ what = 'a XENDIR of nonsense'; xenDir = "\\server\share`t[x" }
        ) { $env:XENDIR = $xenDir; Test-Silent }
        It 'says nothing with broken settings' {
            Set-Content "$dir/xenkube.json" '{ "address": '
            try { Test-Silent } finally { Remove-Item "$dir/xenkube.json" }
        }
        It 'offers all guests where there is no xl' {
            $env:XENKUBE_XL = '/nowhere/xl'
            Test-Silent
            Get-Completion 'Start-XenGuest etcd ' | Should -Be node-1, node-2
        }
        It 'offers all guests where xl fails, or takes its time' {
            Set-Content "$dir/xl.sh" "#!/bin/sh`nexit 1"; chmod +x "$dir/xl.sh"
            $env:XENKUBE_XL = "$dir/xl.sh"
            Complete 'Stop-XenGuest etcd ' | Should -Be node-1, node-2
            Set-Content "$dir/slow.sh" "#!/bin/sh`nsleep 3"; chmod +x "$dir/slow.sh"
            $env:XENKUBE_XL = "$dir/slow.sh"
            Get-Completion 'Stop-XenGuest etcd ' | Should -Be node-1, node-2
            Test-Silent
        }
        It 'offers nothing of a disk that is none' {
            Set-Content "$dir/guests/web/back.img" 'no disk'
            Get-Completion 'Get-DiskPartition web/back -Label X' | Should -BeNullOrEmpty
            Get-Completion 'Get-DiskPartition web/nobody -Label X' | Should -BeNullOrEmpty
            Remove-Item "$dir/guests/web/back.img"
        }
        It 'stays quick in a cluster of thousands, and with hundreds of clusters' {
            $null = New-Cluster many
            bash -c "cd '$dir/guests/many' && for i in {1..5000}; do : > n-`$i.ct; : > n-`$i.cfg; done; cd .. && mkdir c-{1..300}"
            $null = Get-Completion 'Get-Node many n-49'
            Complete 'Get-Node many n-4999' | Should -Be n-4999
            Complete 'Get-Node c-29' | Should -Contain c-299
            Complete 'Start-XenGuest many n-12' | Should -Contain n-12
            Remove-Item "$dir/guests/many", "$dir/guests/c-*" -Recurse
        }
        It 'opens no connection' {
            Skip-Unless strace
            $trace = "$([IO.Path]::GetTempPath())/xenkube-connect-$PID.txt"
            $null = strace -f -qq -e trace=connect,sendto -o $trace pwsh -NoProfile -Command "Import-Module '$env:XENKUBE_MODULE'; 'Get-CoreOSImage ', 'Find-CoreOSImage ', 'Get-Node etcd ', 'Test-IgnitionEndpoint etcd ', 'Import-SigningKey -Known ' | ForEach-Object { (TabExpansion2 `$_ -cursorColumn `$_.Length).CompletionMatches.Count }"
            Get-Content $trace | Where-Object { $_ -match 'AF_INET' } | Should -BeNullOrEmpty
            Remove-Item $trace
        }
    }
}

Describe 'Completion of addresses, chains, domains, boards and files' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $dir = New-TestCluster node-1, node-2
        New-TestXen
        "00:16:3e:4e:31:11,192.168.100.11,first`n00:16:3e:4e:31:12,192.168.100.12" | Set-Content "$dir/hostsfile"
        "*filter`n:INPUT DROP [0:0]`n:guests - [0:0]`n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT`n-A guests -j ACCEPT`nCOMMIT" | Set-Content "$dir/rules.v4"
        @{ reservationsFile = 'hostsfile'; firewallFile = "$dir/rules.v4" } | ConvertTo-Json | Set-Content "$dir/xenkube.json"
        Set-Location "$dir/guests/etcd"
        $null = Mount-NodeDisk etcd/node-1
    }
    AfterAll { Dismount-NodeDisk *; Remove-TestXenDir; $env:XENKUBE_XL = $null }

    It 'offers <offered> after <line>' -ForEach @(
        @{ line = 'Get-DhcpReservation '; offered = '192.168.100.11', '192.168.100.12', '00:16:3e:4e:31:11', '00:16:3e:4e:31:12' }
        @{ line = 'Remove-DhcpReservation 192.168.100.12'; offered = @('192.168.100.12') }
        @{ line = 'New-XenGuest etcd node-1 -MacAddress '; offered = '00:16:3e:4e:31:11', '00:16:3e:4e:31:12' }
        @{ line = 'New-XenGuest etcd -FirstAddress '; offered = '192.168.100.11', '192.168.100.12' }
        @{ line = 'Add-FirewallForward 8011 '; offered = '192.168.100.11', '192.168.100.12' }
        @{ line = 'Get-FirewallRule '; offered = 'INPUT', 'guests' }
        @{ line = 'Add-FirewallPort 80 -Chain g'; offered = @('guests') }
        @{ line = 'Find-CoreOSImage -Board a'; offered = 'amd64-usr', 'arm64-usr', 'aarch64' }
        @{ line = 'Get-XenGuest etcd-'; offered = 'etcd-node-1', 'etcd-node-2' }
        @{ line = 'Start-XenGuest etcd-node-2'; offered = @('etcd-node-2') }
        @{ line = 'Get-Node etcd-'; offered = @() }
        @{ line = 'Get-DiskPartition ./node-1.i'; offered = @('./node-1.img') }
        @{ line = 'Get-DiskPartition node-1.im'; offered = @('./node-1.img') }
        @{ line = 'Test-Node ./node-2.i'; offered = @('./node-2.img') }
        @{ line = 'ConvertTo-Ignition ./node-1.c'; offered = './node-1.cfg', './node-1.ct' }
        @{ line = 'Get-DiskPartition etcd/*2'; offered = @('etcd/node-2') }
    ) { Get-Completion $line | Should -Be $offered }

    It 'offers <offered> among others after <line>' -ForEach @(
        @{ line = 'Start-IgnitionServer '; offered = '192.168.100.1', '127.0.0.1' }
        @{ line = 'Set-TimeServer '; offered = @('127.255.255.255') }
        @{ line = 'Add-FirewallPort 80 -InInterface '; offered = @('lo') }
        @{ line = 'Reset-Ignition etcd | Select-Object '; offered = 'Node', 'FirstBoot', 'ChangedSteps' }
        @{ line = 'Get-Item node-1:/ROOT/etc/hosts | Select-Object '; offered = 'Name', 'Length', 'Mode', 'FullName' }
        @{ line = 'Get-ChildItem node-1:/ROOT | Where-Object '; offered = 'Name', 'LastWriteTime' }
    ) { $found = Get-Completion $line; $offered | Where-Object { $_ -notin $found } | Should -BeNullOrEmpty }
}
