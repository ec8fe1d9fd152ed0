BeforeAll {
    . $PSScriptRoot/Support.ps1

}

Describe 'Serving' {
    BeforeEach {
        $dir = New-TestXenDir
        Set-Location $dir
        $null = New-Cluster etcd
        Set-Content guests/etcd/node-1.ct ''
        Set-Content guests/etcd/node-2.ct ''
        $port = Get-FreePort
        Set-Content xenkube.json "{ `"address`": `"127.0.0.1`", `"port`": $port }"
        [IO.File]::WriteAllText("$dir/nginx/etcd/node-1.json", '{"ignition":{"version":"2.1.0"}}')
        [IO.File]::WriteAllText("$dir/nginx/etcd/node-2.json", '{"ignition":{"version":"2.2.0"}}')
        $PSDefaultParameterValues = @{ 'Install-IgnitionSite:BackupDirectory' = "$dir/backups" }
    }
    AfterEach { Get-Variable server -ErrorAction Ignore | Out-Null; Stop-IgnitionServer; Remove-TestXenDir }

    Context 'Install-IgnitionSite' {
        BeforeEach {
            Skip-Unless nginx
            $null = New-Item -ItemType Directory etc/sites-enabled
            Set-Content etc/nginx.conf @"
$(if ((id -u) -eq 0) { 'user root;' })
worker_processes 1;
pid $dir/nginx.pid;
error_log $dir/error.log;
events { worker_connections 64; }
http { access_log $dir/access.log combined; include $dir/etc/sites-enabled/*; }
"@
            $PSDefaultParameterValues['Install-IgnitionSite:ConfigDirectory'] = "$dir/etc"
            $PSDefaultParameterValues['Install-IgnitionSite:MainConfiguration'] = "$dir/etc/nginx.conf"
            nginx -c "$dir/etc/nginx.conf"
        }
        AfterEach {
            if (Test-Path nginx.pid) { nginx -c "$dir/etc/nginx.conf" -s stop 2>$null }
            foreach ($i in 1..50) { if (-not (Test-Path nginx.pid)) { break }; Start-Sleep -Milliseconds 100 }
        }

        It 'writes the site of the guide, links it, and nginx serves it at once' {
            $site = Install-IgnitionSite -PassThru
            $site.AvailablePath | Should -Be "$dir/etc/sites-available/xen"
            Get-Content -Raw etc/sites-available/xen | Should -BeLike "server {`n`tlisten 127.0.0.1:$port default_server;`n`troot $dir/nginx/;*"
            (Get-Item etc/sites-enabled/xen).Target | Should -Be "$dir/etc/sites-available/xen"
            (Invoke-WebRequest "http://127.0.0.1:$port/etcd/node-1.json").StatusCode | Should -Be 200
            Test-IgnitionEndpoint etcd | Should -BeTrue
            Install-IgnitionSite
            Get-ChildItem backups -Directory | Should -HaveCount 1
        }
        It 'is followed by Get-IgnitionRequest and Wait-Ignition on nginx'' log' {
            Install-IgnitionSite
            $start = Get-Date
            $null = Invoke-WebRequest "http://127.0.0.1:$port/etcd/node-2.json" -UserAgent Ignition/0.17.2
            $fetch = Wait-Ignition etcd/node-2 -LogPath access.log -Timeout 20 -Since $start
            $fetch.UserAgent | Should -Be Ignition/0.17.2
            (Get-IgnitionRequest etcd -LogPath access.log).Node | Should -Contain node-2
            { Wait-Ignition etcd/node-1 -LogPath access.log -Timeout 1 -Since $start -ErrorAction Stop } | Should -Throw -ErrorId 'WaitTimeout,*'
        }
        It 'puts back what was there when nginx does not accept it' {
            Set-Content etc/sites-enabled/default "server { listen 127.0.0.1:$port default_server; }"
            { Install-IgnitionSite -ErrorAction Stop } | Should -Throw -ErrorId 'NginxTestFailed,*'
            'etc/sites-enabled/xen' | Should -Not -Exist
            Install-IgnitionSite -RemoveDefault
            'etc/sites-enabled/default' | Should -Not -Exist
            Test-IgnitionEndpoint etcd/node-1 | Should -BeTrue
        }
        It 'changes nothing with -WhatIf' {
            Install-IgnitionSite -WhatIf
            'etc/sites-available' | Should -Not -Exist
            'backups' | Should -Not -Exist
        }
        It 'takes no name of a site for a path: <name>' -ForEach @{ name = '../x' }, @{ name = '-x' }, @{ name = 'a b' }, @{ name = "a`nb" }, @{ name = 'a;b' } {
            { Install-IgnitionSite -Name $name -ErrorAction Stop } | Should -Throw
            'etc/sites-available' | Should -Not -Exist
        }
    }

    Context 'Start-IgnitionServer' {
        It 'serves XENDIR, logs who fetched what, and stops' {
            $server = Start-IgnitionServer
            $server.Uri.AbsoluteUri | Should -Be "http://127.0.0.1:$port/"
            $response = Invoke-WebRequest "$($server.Uri)etcd/node-1.json" -UserAgent Ignition/0.17.2
            $response.Headers['Content-Type'] | Should -Be 'application/vnd.coreos.ignition+json'
            Test-IgnitionEndpoint etcd node-1 | Should -BeTrue
            $request = Get-IgnitionRequest etcd/node-1 | Select-Object -First 1
            $request.Node | Should -Be node-1
            $request.UserAgent | Should -Be Ignition/0.17.2
            $request.IsFetch | Should -BeTrue
            Get-IgnitionRequest etcd/node-2 | Should -BeNullOrEmpty
            Get-IgnitionRequest -Since (Get-Date).AddMinutes(1) | Should -BeNullOrEmpty
            $server | Stop-IgnitionServer
            $server.IsRunning | Should -BeFalse
            { Invoke-WebRequest "http://127.0.0.1:$port/etcd/node-1.json" } | Should -Throw
        }
        It 'lets Wait-Ignition return when the guests have fetched their configs' {
            $server = Start-IgnitionServer
            $guest = Start-Process curl -PassThru -ArgumentList '-s', '--retry', '3', '--output', '/dev/null', "$($server.Uri)etcd/node-1.json", '--next', '-s', '--output', '/dev/null', "$($server.Uri)etcd/node-2.json"
            $fetches = Get-Node etcd | Wait-Ignition -Timeout 30 -Since (Get-Date).AddMinutes(-1)
            $fetches.Node | Should -Be node-1, node-2
            $guest | Wait-Process
        }
        It 'gives up waiting after the time, and names the node' {
            $null = Start-IgnitionServer
            $record = Get-TheError { Wait-Ignition etcd/node-1 -Timeout 1 -ErrorAction Stop }
            $record.FullyQualifiedErrorId | Should -BeLike 'WaitTimeout,*'
            $record.TargetObject.FullName | Should -Be etcd/node-1
        }
        It 'says what is in the way' {
            $null = Start-IgnitionServer
            { Start-IgnitionServer -ErrorAction Stop } | Should -Throw -ErrorId 'ServerNotStarted,*'
            { Start-IgnitionServer 203.0.113.9 -ErrorAction Stop } | Should -Throw -ErrorId 'ServerNotStarted,*'
        }
        It 'starts nothing with -WhatIf' {
            Start-IgnitionServer -WhatIf
            { Invoke-WebRequest "http://127.0.0.1:$port/etcd/node-1.json" } | Should -Throw
        }
    }

    Context 'Test-IgnitionEndpoint' {
        It 'says that nobody listens, that something else is served, and that nothing is' {
            (Test-IgnitionEndpoint etcd/node-1 -Detailed).Problem | Should -BeLike 'nobody listens there*'
            $null = New-Item -ItemType Directory other/etcd
            Set-Content other/etcd/node-1.json other
            $null = Start-IgnitionServer -Root other
            (Test-IgnitionEndpoint etcd/node-1 -Detailed).Problem | Should -BeLike 'what is served (* bytes) is not what was published*'
            (Test-IgnitionEndpoint etcd/node-2 -Detailed).Status | Should -Be 404
            Test-IgnitionEndpoint etcd/node-1 -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeFalse
            $warnings | Should -HaveCount 1
        }
    }
}
