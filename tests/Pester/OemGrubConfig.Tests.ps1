BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'OEM grub.cfg' {
    BeforeEach { $dir = New-TestCluster; Set-Location "$dir/guests/etcd" }
    AfterEach { Remove-TestXenDir }
    BeforeAll {
        # What e2fsprogs reads there, not we.
        function Get-Grub {
            $start = (parted -sm node-1.img unit b print | Select-String '^6:(\d+)B').Matches[0].Groups[1].Value
            debugfs -R 'cat /grub.cfg' "node-1.img?offset=$start" 2>$null
        }
    }

    It 'takes a file of a node, and knows its URL' {
        (Get-Item node-1.img | Set-OemGrubConfig -PassThru).ConfigUri | Should -Be http://192.168.100.1/etcd/node-1.json
    }
    It 'is not touched while another process holds the image' {
        $lock = Start-Process flock -ArgumentList 'node-1.img', 'sleep', '60' -PassThru
        try {
            while (-not (Get-Content /proc/locks | Select-String FLOCK)) { Start-Sleep -Milliseconds 20 }
            Start-Sleep -Milliseconds 200
            { Set-OemGrubConfig etcd -ErrorAction Stop } | Should -Throw -ErrorId 'Image*,*'
        }
        finally { $lock.Kill($true) }
        Get-Grub | Should -BeNullOrEmpty
    }
}
