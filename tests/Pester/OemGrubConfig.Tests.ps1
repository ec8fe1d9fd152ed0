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
        function Test-Oem {
            $start = (parted -sm node-1.img unit b print | Select-String '^6:(\d+)B').Matches[0].Groups[1].Value
            $null = e2fsck -fn "node-1.img?offset=$start" 2>&1
            $LASTEXITCODE
        }
    }

    It 'is empty in a new node' {
        $grub = Get-OemGrubConfig etcd/node-1
        $grub | Should -BeOfType XenKube.Clusters.OemGrubConfig
        $grub.ConfigUri | Should -BeNullOrEmpty
        $grub.Text | Should -Be ''
    }
    It 'is the line of the guide after Set-OemGrubConfig' {
        Get-Node etcd | Set-OemGrubConfig | Should -BeNullOrEmpty
        Get-Grub | Should -Be 'set linux_append="coreos.config.url=http://192.168.100.1/etcd/node-1.json"'
        Test-Oem | Should -Be 0
        (Get-OemGrubConfig etcd).ConfigUri | Should -Be http://192.168.100.1/etcd/node-1.json
    }
    It 'takes a file of a node, and knows its URL' {
        (Get-Item node-1.img | Set-OemGrubConfig -PassThru).ConfigUri | Should -Be http://192.168.100.1/etcd/node-1.json
    }
    It 'takes another URL and other kernel arguments' {
        $grub = Set-OemGrubConfig etcd node-1 -ConfigUri http://10.0.0.1/x.json -LinuxAppend coreos.autologin -PassThru
        $grub.LinuxAppend | Should -Be 'coreos.config.url=http://10.0.0.1/x.json coreos.autologin'
        Get-Grub | Should -BeLike '*coreos.autologin*'
    }
    It 'needs a URL for an image that is no node''s' {
        cp --sparse=always node-1.img ../other.bin
        { Set-OemGrubConfig -Path ../other.bin -ErrorAction Stop } | Should -Throw -ErrorId 'ConfigUriMissing,*'
        { Set-OemGrubConfig -Path ../other.bin -ConfigUri 'http://a/"x"' -ErrorAction Stop } | Should -Not -Throw
    }
    It 'refuses a URL that would not arrive' {
        { Set-OemGrubConfig etcd -ConfigUri 'http://a/$x' -ErrorAction Stop } | Should -Throw -ErrorId 'ConfigUriInvalid,*'
        Get-Grub | Should -BeNullOrEmpty
    }
    It 'changes nothing with -WhatIf, and says it in a sentence' {
        $before = (Get-Item node-1.img).LastWriteTimeUtc
        $said = pwsh -NoProfile -Command "Import-Module '$env:XENKUBE_MODULE'; Set-OemGrubConfig etcd -WhatIf; Clear-OemGrubConfig etcd -WhatIf"
        $said[0] | Should -Be "What if: Set coreos.config.url=http://192.168.100.1/etcd/node-1.json in grub.cfg on partition OEM of $dir/guests/etcd/node-1.img"
        $said[1] | Should -BeLike 'What if: Remove the config URL from grub.cfg on partition OEM of *node-1.img'
        (Get-Item node-1.img).LastWriteTimeUtc | Should -Be $before
        Get-Grub | Should -BeNullOrEmpty
    }
    It 'is gone after Clear-OemGrubConfig' {
        Set-OemGrubConfig etcd
        Clear-OemGrubConfig etcd -PassThru | ForEach-Object Text | Should -Be ''
        Get-Grub | Should -BeNullOrEmpty
        Test-Oem | Should -Be 0
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
