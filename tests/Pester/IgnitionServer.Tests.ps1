BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'The embedded server' {
    BeforeEach { $dir = New-TestCluster node-1, node-2 -EmptyDisk; Set-Location "$dir/guests/etcd" }
    AfterEach { Stop-IgnitionServer; Remove-TestXenDir }

    It 'serves what is published, and tells who fetched it' {
        $null = Publish-Ignition etcd node-1
        $server = Start-IgnitionServer 127.0.0.1 0
        $uri = "$($server.Uri)etcd/node-1.json"
        curl -s $uri | Should -BeExactly $GuideJson
        Test-IgnitionEndpoint etcd node-1 -Uri $uri | Should -BeTrue
        $requests = Get-IgnitionRequest etcd/node-1
        $requests[0].Status | Should -Be 200
        Get-IgnitionRequest web | Should -BeNullOrEmpty
        (Wait-Ignition etcd node-1 -Since (Get-Date).AddMinutes(-1) -Timeout 5).Path | Should -Be /etcd/node-1.json
    }
    It 'is waited for no longer than told' {
        $null = Start-IgnitionServer 127.0.0.1 0
        { Wait-Ignition etcd node-1 -Timeout 1 -ErrorAction Stop } | Should -Throw -ErrorId 'WaitTimeout,*'
    }
    It 'is found out when something else is served' {
        $null = Publish-Ignition etcd
        $server = Start-IgnitionServer 127.0.0.1 0
        Test-IgnitionEndpoint etcd node-1 -Uri "$($server.Uri)etcd/node-2.json" -WarningAction SilentlyContinue | Should -BeFalse
        (Test-IgnitionEndpoint etcd node-1 -Uri "$($server.Uri)gone.json" -Detailed).Status | Should -Be 404
    }
    It 'changes nothing with -WhatIf, and stops' {
        Start-IgnitionServer 127.0.0.1 0 -WhatIf | Should -BeNullOrEmpty
        $server = Start-IgnitionServer 127.0.0.1 0
        $server | Stop-IgnitionServer
        $server.IsRunning | Should -BeFalse
    }
}
