BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'The host' {
    BeforeEach {
        $dir = New-TestXenDir
        Set-Location $dir
        Set-Content xenkube.json '{ "reservationsFile": "hostsfile", "bridge": "lo", "address": "127.0.0.1" }'
        $PSDefaultParameterValues = @{ 'Initialize-XenKubeHost:BackupDirectory' = "$dir/backups"; 'Initialize-XenKubeHost:NoActivate' = $true }
        function Get-Tree { Get-ChildItem $dir -Recurse -File -Force | Where-Object { $_.FullName -notlike '*/backups/*' -and $_.Name -ne '.xenkube.lock' } | ForEach-Object { "$($_.FullName) $((Get-FileHash $_).Hash)" } }
    }
    AfterEach { Remove-TestXenDir; $env:XENKUBE_XL = $null }

    Context 'Initialize-XenKubeHost' {
        It 'shows the difference with -WhatIf, and changes nothing' {
            $before = Get-Tree
            $shown = pwsh -NoProfile -Command "Import-Module '$env:XENKUBE_MODULE'; Initialize-XenKubeHost -Step directories, reservations -NoActivate -BackupDirectory '$dir/backups' -WhatIf" | Out-String
            $shown | Should -BeLike "*create directory $dir/keys*"
            $shown | Should -BeLike "*+++ $dir/hostsfile*+00:16:3e:4e:31:10,127.0.0.10*+00:16:3e:4e:31:99,127.0.0.99*"
            Get-Tree | Should -Be $before
            'keys' | Should -Not -Exist
            'backups' | Should -Not -Exist
        }
        It 'applies steps, and again changes nothing' {
            $results = Initialize-XenKubeHost -Step directories, reservations
            $results.Name | Should -Be directories, reservations
            $results.IsChanged | Should -Be $true, $true
            Get-DhcpReservation | Should -HaveCount 90
            $before = Get-Tree
            Initialize-XenKubeHost -Step directories, reservations | Where-Object IsChanged | Should -BeNullOrEmpty
            Get-Tree | Should -Be $before
            Get-ChildItem backups -Directory | Should -HaveCount 2
        }
        It 'undoes each step from its backup' {
            Set-Content hostsfile '# by hand'
            $before = Get-Tree
            $null = Initialize-XenKubeHost -Step directories, reservations
            Get-Tree | Should -Not -Be $before
            (Initialize-XenKubeHost -Undo reservations).Step | Should -Be reservations
            (Initialize-XenKubeHost -Undo directories).Step | Should -Be directories
            Get-Tree | Should -Be $before
            'keys' | Should -Not -Exist
            { Initialize-XenKubeHost -Undo reservations -ErrorAction Stop } | Should -Throw -ErrorId 'BackupNotFound,*'
        }
        It 'undoes nothing with -WhatIf' {
            $null = Initialize-XenKubeHost -Step reservations
            Initialize-XenKubeHost -Undo reservations -WhatIf
            Get-DhcpReservation | Should -HaveCount 90
        }
        It 'makes a XENDIR that is not there yet' {
            $null = Initialize-XenKubeHost -XenDir $dir/new -Step directories
            Get-ChildItem new -Directory | ForEach-Object Name | Sort-Object | Should -Be guests, images, keys, nginx
        }
        It 'refuses a step that it does not know' { { Initialize-XenKubeHost -Step everything -ErrorAction Stop } | Should -Throw -ErrorId 'StepUnknown,*' }
        It 'completes steps' { Get-Completion 'Initialize-XenKubeHost -Step ' | Should -Be directories, site, reservations, firewall, time, console, shutdown }

        It 'offers the line for the profile, and adds it once when asked to' {
            $home1 = New-Item -ItemType Directory "$dir/home"
            $run = { param($more) pwsh -NoProfile -NonInteractive -Command "Import-Module '$env:XENKUBE_MODULE'; `$PROFILE | Add-Member -Force CurrentUserAllHosts '$home1/sub/profile.ps1'; Initialize-XenKubeHost -Step directories -NoActivate -BackupDirectory '$dir/backups' $more" | Out-String }
            & $run '-Verbose' | Should -BeLike "*-ProfileLine adds this line to $home1/sub/profile.ps1: `$env:XENDIR = '$dir'*"
            "$home1/sub/profile.ps1" | Should -Not -Exist
            & $run '-ProfileLine -WhatIf' | Should -BeLike "*Add `$env:XENDIR = '$dir' to $home1/sub/profile.ps1*"
            "$home1/sub/profile.ps1" | Should -Not -Exist
            & $run '-ProfileLine'
            & $run '-ProfileLine'
            Get-Content "$home1/sub/profile.ps1" | Should -Be "`$env:XENDIR = '$dir'"
            pwsh -NoProfile -Command "Remove-Item Env:XENDIR; . '$home1/sub/profile.ps1'; `$env:XENDIR" | Should -Be $dir
        }
    }

    Context 'Test-XenKubeHost' {
        BeforeEach { New-TestXen }

        It 'says of each check what was found, and of what is wrong what to do' {
            $checks = Test-XenKubeHost
            # Others depend on what this machine has.
            $checks.Name | Where-Object { $_ -notin 'console', 'shutdown', 'boot' } | Should -Be xen, memory, pygrub, bridge, forwarding, xendir, trust, space, serving, firewall, reservations, dnsmasq, time
            ($checks | Where-Object Name -eq xen).Status | Should -Be Pass
            ($checks | Where-Object Name -eq bridge).Status | Should -Be Pass
            ($checks | Where-Object Name -eq reservations).Status | Should -Be Fail
            $checks | Where-Object Status -ne Pass | ForEach-Object { $_.Remedy | Should -Not -BeNullOrEmpty }
        }
        It 'gives a bool with -Quiet' {
            Test-XenKubeHost -Quiet | Should -BeOfType bool
            Test-XenKubeHost -Quiet | Should -BeFalse
        }
        It 'sees what Initialize-XenKubeHost and the server change' {
            $null = Initialize-XenKubeHost -Step directories, reservations
            $server = Start-IgnitionServer 127.0.0.1 0
            try {
                Set-Content xenkube.json "{ `"reservationsFile`": `"hostsfile`", `"bridge`": `"lo`", `"address`": `"127.0.0.1`", `"port`": $($server.EndPoint.Port) }"
                $checks = Test-XenKubeHost
                foreach ($name in 'xendir', 'serving', 'reservations') { ($checks | Where-Object Name -eq $name).Status | Should -Be Pass -Because "$name is set up" }
                Get-ChildItem nginx | Should -BeNullOrEmpty
            }
            finally { $server | Stop-IgnitionServer }
            (Test-XenKubeHost | Where-Object Name -eq serving).Status | Should -Be Fail
        }
        It 'names a missing Xen' {
            $env:XENKUBE_XL = '/nowhere/xl'
            $check = Test-XenKubeHost | Where-Object Name -eq xen
            $check.Status | Should -Be Fail
            $check.Remedy | Should -Not -BeNullOrEmpty
        }
    }
}
