BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Test-IgnitionEndpoint' {
    BeforeEach { $dir = New-TestCluster node-1, node-2 -EmptyDisk; Set-Location "$dir/guests/etcd" }
    AfterEach { Stop-IgnitionServer; Remove-TestXenDir }

    It 'fetches what is published as the guests would' {
        $null = Publish-Ignition etcd
        $base = (Start-IgnitionServer 127.0.0.1 0).Uri
        Test-IgnitionEndpoint etcd node-1 -Uri "${base}etcd/node-1.json" | Should -BeTrue
        Get-Node etcd node-2 | Test-IgnitionEndpoint -Uri "${base}etcd/node-2.json" | Should -BeTrue
    }
    It 'takes each node''s own URL' {
        $null = Publish-Ignition etcd
        $server = Start-IgnitionServer 127.0.0.1 0
        Set-Content "$dir/xenkube.json" "{ `"address`": `"127.0.0.1`", `"port`": $($server.EndPoint.Port) }"
        Test-IgnitionEndpoint etcd | Should -Be $true, $true
        Set-Content "$dir/nginx/etcd/node-2.json" '{}'
        (Test-IgnitionEndpoint etcd -Detailed).IsOk | Should -Be $true, $true
    }
    It 'says false with a warning where nothing answers, and goes on' {
        $null = Publish-Ignition etcd
        Test-IgnitionEndpoint etcd -Uri http://127.0.0.1:1/x.json -Timeout 2 -WarningVariable warnings -WarningAction SilentlyContinue | Should -Be $false, $false
        $warnings | Should -HaveCount 2
    }
}
