BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Guests' {
    BeforeEach { $dir = New-TestCluster node-1, node-2, node-3 -EmptyDisk; New-TestXen; Set-Location $dir }
    AfterEach { Remove-TestXenDir; $env:XENKUBE_XL = $null }

    Context 'Get-XenGuest' {
        It 'joins configurations and domains' {
            Start-XenGuest etcd/node-2
            $guests = Get-XenGuest etcd
            $guests.Name | Should -Be etcd-node-1, etcd-node-2, etcd-node-3
            $guests.State | Should -Be Halted, Running, Halted
            $guests[1].Id | Should -Be 1
            $guests[1].Node | Should -Be etcd/node-2
            $guests[1].MacAddress | Should -Be 00:16:3e:4e:31:12
        }
        It 'lists domains that have no configuration' {
            Set-Content "$env:XL_STATE/failsafe" "7`tr-----`t/failsafe.img`t00:16:3e:ee:ee:01"
            (Get-XenGuest).Name | Should -Contain failsafe
            (Get-XenGuest failsafe).Node | Should -BeNullOrEmpty
            Get-XenGuest etcd | Should -HaveCount 3
        }
        It 'selects by state' {
            Start-XenGuest etcd node-1
            (Get-XenGuest etcd -State Running).Name | Should -Be etcd-node-1
        }
        It 'takes nodes' { (Get-Node etcd node-2 | Get-XenGuest).Name | Should -Be etcd-node-2 }
        It 'reports a guest that does not exist' { { Get-XenGuest nope -ErrorAction Stop } | Should -Throw -ErrorId 'GuestNotFound,*' }
        It 'warns where there is no xl, and shows every guest as halted' {
            $env:XENKUBE_XL = '/nowhere/xl'
            (Get-XenGuest etcd -WarningVariable warnings -WarningAction SilentlyContinue).State | Should -Be Halted, Halted, Halted
            $warnings | Should -BeLike '*without their domains*'
        }
    }

    Context 'Start and stop' {
        It 'starts several, and returns them with -PassThru' {
            $guests = Start-XenGuest etcd node-1, node-3 -Wait Running -PassThru
            $guests.State | Should -Be Running, Running
            Get-XlCall | Sort-Object | Should -Be "create $dir/guests/etcd/node-1.cfg", "create $dir/guests/etcd/node-3.cfg"
        }
        It 'changes nothing with -WhatIf' {
            Start-XenGuest etcd -WhatIf
            Get-XlCall | Should -BeNullOrEmpty
        }
        It 'reports what fails for each guest, and starts the others' {
            Start-XenGuest etcd node-1
            Start-XenGuest etcd node-1, node-2 -ErrorVariable errors -ErrorAction SilentlyContinue
            $errors | Should -HaveCount 1
            $errors[0].TargetObject.Name | Should -Be node-1
            (Get-XenGuest etcd -State Running).Name | Should -Be etcd-node-1, etcd-node-2
        }
        It 'takes guests from Get-XenGuest' {
            Get-XenGuest etcd | Start-XenGuest
            Get-XenGuest etcd -State Running | Should -HaveCount 3
            Get-XenGuest etcd/node-1 | Stop-XenGuest -Wait
            (Get-XenGuest etcd/node-1).State | Should -Be Halted
        }
        It 'shuts down, and destroys with -Force' {
            Start-XenGuest etcd
            Stop-XenGuest etcd node-1
            Stop-XenGuest etcd node-2 -Force
            Get-XlCall | Should -Contain 'shutdown etcd-node-1'
            Get-XlCall | Should -Contain 'destroy etcd-node-2'
        }
        It 'pauses and resumes' {
            Start-XenGuest etcd node-1 -Paused
            (Get-XenGuest etcd/node-1).State | Should -Be Paused
            (Resume-XenGuest etcd node-1 -PassThru).State | Should -Be Running
            (Suspend-XenGuest etcd node-1 -PassThru).State | Should -Be Paused
        }
        It 'restarts' {
            Start-XenGuest etcd node-1
            Restart-XenGuest etcd node-1
            Restart-XenGuest etcd node-1 -Force -PassThru | ForEach-Object Id | Should -Be 3
        }
        It 'waits no longer than told' {
            { Wait-XenGuest etcd node-1 -For Running -Timeout 1 -ErrorAction Stop } | Should -Throw -ErrorId 'WaitTimeout,*'
        }
        It 'starts <limit> at once with -ThrottleLimit <limit>' -ForEach @{ limit = 1 }, @{ limit = 2 } {
            foreach ($number in 4..6) { (Get-Content -Raw guests/etcd/node-1.cfg).Replace('node-1', "node-$number").Replace('31:11', "31:1$number") | Set-Content "guests/etcd/node-$number.cfg"; truncate --size 1M "guests/etcd/node-$number.img" }
            $env:XL_DELAY = '0.5'
            try { Start-XenGuest etcd -ThrottleLimit $limit } finally { $env:XL_DELAY = $null }
            Get-XenGuest etcd -State Running | Should -HaveCount 6
            (Get-Content "$env:XL_STATE/.at-once" | ForEach-Object { [int] $_ } | Measure-Object -Maximum).Maximum | Should -Be $limit
        }
        It 'shows every property that the list has' {
            Start-XenGuest etcd node-1
            $guest = Get-XenGuest etcd/node-1
            $guest.Id | Should -BeOfType int
            $guest.State | Should -Be Running
            $guest.Memory | Should -Be 1GB
            $guest.VCpu | Should -Be 1
            $guest.CpuTime | Should -Be ([timespan]::FromSeconds(20.6))
            $guest.DiskPath | Should -Be "$dir/guests/etcd/node-1.img"
            $guest.GuestConfigPath | Should -Be "$dir/guests/etcd/node-1.cfg"
            [enum]::GetNames([XenKube.Guests.XenGuestState]) | Sort-Object | Should -Be Crashed, Halted, Paused, Rebooting, Running, Saved, ShuttingDown
        }
        It '<verb> changes nothing with -WhatIf' -ForEach @{ verb = 'Stop' }, @{ verb = 'Restart' }, @{ verb = 'Suspend' }, @{ verb = 'Resume' }, @{ verb = 'Remove' } {
            Start-XenGuest etcd node-1 -Paused
            & "$verb-XenGuest" etcd node-1 -WhatIf
            Get-XlCall | Should -HaveCount 1
            (Get-XenGuest etcd/node-1).State | Should -Be Paused
            'guests/etcd/node-1.cfg' | Should -Exist
        }
        It 'enters no console of a guest that does not run' {
            { Enter-XenGuest etcd node-1 -ErrorAction Stop } | Should -Throw -ErrorId 'ConsoleFailed,*'
        }
        It 'enters the console' {
            Start-XenGuest etcd node-1
            pwsh -NoProfile -Command "Import-Module '$env:XENKUBE_MODULE'; Enter-XenGuest etcd node-1" | Should -Be 'etcd-node-1 login: '
        }
    }

    Context 'Waiting' {
        BeforeEach {
            # A guest on this very machine: it has an address, and ssh when somebody plays it.
            Set-Content xenkube.json '{ "reservationsFile": "hostsfile" }'
            Set-Content hostsfile '00:16:3e:4e:31:11,127.0.31.11', '00:16:3e:4e:31:12,192.0.2.12'
            function Start-Ssh([string] $Banner) {
                $listener = [Net.Sockets.TcpListener]::new([ipaddress] '127.0.31.11', 22)
                $listener.Start()
                $script:ssh = $listener
                $null = Start-ThreadJob { param($listener, $banner) while ($true) { $client = $listener.AcceptTcpClient(); $client.GetStream().Write([Text.Encoding]::ASCII.GetBytes($banner)); $client.Close() } } -ArgumentList $listener, $Banner
            }
            $script:ssh = $null
        }
        AfterEach { if ($script:ssh) { $script:ssh.Stop() }; Get-Job | Remove-Job -Force }

        It 'waits until it runs' { (Start-XenGuest etcd node-3 -Wait Running -PassThru).State | Should -Be Running }
        It 'waits until its address answers' {
            Start-XenGuest etcd node-1
            (Wait-XenGuest etcd node-1 -For Address -Timeout 20 -PassThru).IPAddress | Should -Be 127.0.31.11
        }
        It 'waits until ssh answers, with a banner of ssh' {
            Skip-Unless root
            { Start-XenGuest etcd node-1 -Wait ssh -Timeout 2 -ErrorAction Stop } | Should -Throw -ErrorId 'WaitTimeout,*'
            Start-Ssh "SSH-2.0-OpenSSH_7.5`r`n"
            (Wait-XenGuest etcd node-1 -Timeout 20 -PassThru).Name | Should -Be etcd-node-1
        }
        It 'takes nothing else on port 22 for ssh' {
            Skip-Unless root
            Start-Ssh "220 smtp.example.org`r`n"
            Start-XenGuest etcd node-1
            { Wait-XenGuest etcd node-1 -For Ssh -Timeout 2 -ErrorAction Stop } | Should -Throw -ErrorId 'WaitTimeout,*'
        }
        It 'waits until it is gone' {
            Start-XenGuest etcd node-1
            { Wait-XenGuest etcd node-1 -For Gone -Timeout 1 -ErrorAction Stop } | Should -Throw -ErrorId 'WaitTimeout,*'
            $job = Start-ThreadJob { Start-Sleep -Milliseconds 700; Remove-Item "$using:env:XL_STATE/etcd-node-1" }
            (Wait-XenGuest etcd node-1 -For Gone -Timeout 30 -PassThru).State | Should -Be Halted
            $null = $job | Wait-Job
        }
        It 'says that there is nothing to ask where no address is reserved' {
            Start-XenGuest etcd node-3
            { Wait-XenGuest etcd node-3 -For Address -Timeout 20 -ErrorAction Stop } | Should -Throw -ErrorId 'ReservationNotFound,*'
        }
        It 'tells each guest apart when several are waited for' {
            Start-XenGuest etcd node-1, node-2
            $guests = Wait-XenGuest etcd node-1, node-2 -For Address -Timeout 3 -PassThru -ErrorVariable errors -ErrorAction SilentlyContinue
            $guests.Name | Should -Be etcd-node-1
            $errors[0].TargetObject.FullName | Should -Be etcd/node-2
        }
    }

    Context 'The words of the guide' {
        BeforeEach { xencd etcd }

        It 'kup, kdown and kdestroy take nodes of the current cluster' {
            kup node-1 node-2
            kdown node-1
            kdestroy node-2 -Force
            Get-XlCall | Select-Object -Last 2 | Should -Be 'shutdown etcd-node-1', 'destroy etcd-node-2'
        }
        It 'take NODE.cfg as well' {
            kup node-3.cfg
            (Get-XenGuest etcd/node-3).State | Should -Be Running
        }
        It 'refuse elsewhere' {
            Set-Location $dir
            { kup node-1 } | Should -Throw -ErrorId 'ClusterDirectoryInvalid,*'
        }
        It 'complete nodes of the current cluster, by state' {
            kup node-2
            # A busy machine needs longer for its xl than a person at the prompt is kept waiting.
            $env:XENKUBE_COMPLETION_TIME = '20000'
            try {
                Get-Completion 'kup ' | Should -Be node-1, node-3
                Get-Completion 'kdown ' | Should -Be node-2
                Get-Completion 'kup node-1 ' | Should -Contain node-3
            }
            finally { $env:XENKUBE_COMPLETION_TIME = $null }
        }
    }

    Context 'New-XenGuest' {
        BeforeEach { Remove-Item "$dir/guests/etcd/*.cfg" }

        It 'changes nothing with -WhatIf' {
            New-XenGuest etcd node-1 -MacAddress 00:16:3e:4e:31:11 -WhatIf
            "$dir/guests/etcd/node-1.cfg" | Should -Not -Exist
        }
        It 'completes bridges, types and roles' {
            Get-Completion 'New-XenGuest etcd node-1 -Bridge vir' | Should -Contain virbr1
            Get-Completion 'New-XenGuest etcd node-1 -Type ' | Should -Be HVM, PV, PVH
            Get-Completion 'New-XenGuest etcd node-1 -Role ' | Should -Be Master, None, Worker
        }
    }

    Context 'Remove-XenGuest' {
        It 'refuses a running guest, unless forced' {
            Start-XenGuest etcd node-1
            { Remove-XenGuest etcd node-1 -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'GuestRunning,*'
            Remove-XenGuest etcd node-1 -Force -Confirm:$false
            Get-XlCall | Should -Contain 'destroy etcd-node-1'
        }
        It 'changes nothing with -WhatIf' {
            Remove-XenGuest etcd -WhatIf
            Get-ChildItem "$dir/guests/etcd/*.cfg" | Should -HaveCount 3
        }
    }
}
