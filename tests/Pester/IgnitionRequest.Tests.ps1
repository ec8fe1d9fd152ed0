BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Get-IgnitionRequest' {
    BeforeEach { $dir = New-TestCluster node-1, node-2 -EmptyDisk; Set-Location "$dir/guests/etcd" }
    AfterEach { Stop-IgnitionServer; Remove-TestXenDir }

    It 'lists who fetched what from the embedded server' {
        $null = Publish-Ignition etcd
        $base = (Start-IgnitionServer 127.0.0.1 0).Uri
        1..2 | ForEach-Object { curl -s "${base}etcd/node-$_.json" > /dev/null }
        curl -s "${base}favicon.ico" > /dev/null
        Get-IgnitionRequest | Should -HaveCount 3
        (Get-IgnitionRequest etcd).Node | Should -Be node-1, node-2
        (Get-IgnitionRequest etcd/node-2).Path | Should -Be /etcd/node-2.json
        Get-IgnitionRequest -Since (Get-Date).AddHours(1) | Should -BeNullOrEmpty
    }
    It 'reads nginx''s log' {
        Set-Content access.log '192.168.100.11 - - [30/Nov/2017:11:44:57 +0000] "GET /etcd/node-1.json HTTP/1.1" 200 326 "-" "Ignition/0.17.2"'
        $request = Get-IgnitionRequest etcd/node-1 -LogPath access.log
        (Get-Item access.log | Get-IgnitionRequest).Node | Should -Be node-1
        $request.Status, "$($request.Address)", $request.UserAgent | Should -Be 200, 192.168.100.11, Ignition/0.17.2
    }
    It 'reports a log that is not there' {
        { Get-IgnitionRequest -LogPath gone.log -ErrorAction Stop } | Should -Throw -ErrorId 'AccessLogNotFound,*'
    }
}
