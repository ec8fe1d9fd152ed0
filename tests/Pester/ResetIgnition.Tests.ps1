BeforeAll {
    . $PSScriptRoot/Support.ps1
    # What e2fsprogs and mtools read in the image, not we.
    function Get-Start([string] $Disk, [int] $Number) { [long](parted -sm $Disk unit b print | Select-String "^${Number}:(\d+)B").Matches[0].Groups[1].Value }
    function Test-MachineId([string] $Disk) { "$(debugfs -R 'stat /etc/machine-id' "$Disk`?offset=$(Get-Start $Disk 9)" 2>&1)" -notmatch 'not found' }
    function Test-FirstBoot([string] $Disk) { $null = mdir -i "$Disk@@$(Get-Start $Disk 1)" ::coreos/first_boot 2>&1; $LASTEXITCODE -eq 0 }
    function Get-Grub([string] $Disk) { debugfs -R 'cat /grub.cfg' "$Disk`?offset=$(Get-Start $Disk 6)" 2>$null }
}

Describe 'Reset-Ignition' {
    BeforeEach { $dir = New-TestCluster node-1, node-2
        Set-Location "$dir/guests/etcd"
        # A node that has booted: its first_boot is gone.
        'node-1', 'node-2' | ForEach-Object { mdel -i "$_.img@@$(Get-Start "$_.img" 1)" ::coreos/first_boot }
    }
    AfterEach { Remove-TestXenDir }

    It 'does what kgen refresh does, to every node' {
        Test-MachineId node-1.img | Should -BeTrue
        $resets = Get-Node etcd | Reset-Ignition
        $resets.Node.Name | Should -Be node-1, node-2
        $resets.FirstBoot | Should -Be $true, $true
        $resets.MachineIdRemoved | Should -Be $true, $true
        foreach ($node in 'node-1', 'node-2') {
            Test-MachineId "$node.img" | Should -BeFalse
            Test-FirstBoot "$node.img" | Should -BeTrue
            Get-Grub "$node.img" | Should -Be "set linux_append=`"coreos.config.url=http://192.168.100.1/etcd/$node.json`""
            "$dir/nginx/etcd/$node.json" | Should -Exist
        }
        Get-Content -Raw "$dir/nginx/etcd/node-1.json" | Should -BeExactly $GuideJson
    }
    It 'says the lines of the guide with -Verbose' {
        $said = (Reset-Ignition etcd node-1 -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }).Message
        $said | Should -Contain 'grub.cfg set to:set linux_append="coreos.config.url=http://192.168.100.1/etcd/node-1.json"'
        $said | Should -Contain 'Removed /etc/machine-id for systemd units refresh'
        $said | Should -Contain 'Creating coreos/first_boot'
    }
    It 'is kgen in a cluster''s directory, and prints what the guide shows' {
        xencd etcd
        kgen refresh node-1 | Should -Be @(
            'grub.cfg set to:set linux_append="coreos.config.url=http://192.168.100.1/etcd/node-1.json"'
            'Removed /etc/machine-id for systemd units refresh'
            'Transpiling node-1.ct and adding it to nginx'
            'Creating coreos/first_boot')
        kgen systemd node-2
        Test-MachineId node-2.img | Should -BeFalse
        Test-FirstBoot node-2.img | Should -BeFalse
        { kgen nonsense node-1 } | Should -Throw -ErrorId 'StepUnknown,*'
        { kgen refresh } | Should -Throw -ErrorId 'NodeNotNamed,*'
        Get-Completion 'kgen ' | Should -Be refresh, grub, systemd, tmpl, ct, firstboot, mount
        Get-Completion 'kgen refresh ' | Should -Be node-1, node-2
    }
    Context 'kgen, action by action' {
        BeforeEach { xencd etcd }
        AfterEach { Set-Location $dir; Dismount-NodeDisk * }

        It 'grub sets the URL, and shows the line' {
            kgen grub node-1 | Should -Be 'grub.cfg set to:set linux_append="coreos.config.url=http://192.168.100.1/etcd/node-1.json"'
            Get-Grub node-1.img | Should -BeLike '*node-1.json*'
            Test-MachineId node-1.img | Should -BeTrue
            kgen grub node-1 | Should -BeNullOrEmpty -Because 'nothing changed'
        }
        It 'systemd removes machine-id' {
            kgen systemd node-1, node-2 | Should -Be 'Removed /etc/machine-id for systemd units refresh', 'Removed /etc/machine-id for systemd units refresh'
            Test-MachineId node-1.img | Should -BeFalse
            Test-FirstBoot node-1.img | Should -BeFalse
        }
        It 'tmpl makes the config out of its template, unless the config is newer' {
            Set-Content node-1.ct.tmpl (Get-Content -Raw node-1.ct)
            (Get-Item node-1.ct.tmpl).LastWriteTime = (Get-Date).AddHours(1)
            kgen tmpl node-1 | Should -Be 'Creating the transpile file from the template node-1.ct.tmpl'
            (Get-Item node-1.ct).LastWriteTime = (Get-Date).AddHours(2)
            kgen tmpl node-1 | Should -BeNullOrEmpty
            "$dir/nginx/etcd/node-1.json" | Should -Not -Exist
        }
        It 'ct transpiles and publishes' {
            kgen ct node-1 | Should -Be 'Transpiling node-1.ct and adding it to nginx'
            Get-Content -Raw "$dir/nginx/etcd/node-1.json" | Should -BeExactly $GuideJson
            Get-Grub node-1.img | Should -BeNullOrEmpty
        }
        It 'firstboot creates the file' {
            kgen firstboot node-1 | Should -Be 'Creating coreos/first_boot'
            Test-FirstBoot node-1.img | Should -BeTrue
        }
        It 'refresh does all of it, in the guide''s order, template first made' {
            Set-Content node-1.ct.tmpl (Get-Content -Raw node-1.ct)
            (Get-Item node-1.ct.tmpl).LastWriteTime = (Get-Date).AddHours(1)
            (kgen refresh node-1).ForEach{ $_.Split(' ')[0] } | Should -Be grub.cfg, Removed, Creating, Transpiling, Creating
        }
        It 'takes node.cfg for the node, as kgen does' {
            Set-Content node-1.cfg ''
            kgen firstboot node-1.cfg | Should -Be 'Creating coreos/first_boot'
        }
        It 'mount makes a drive over the disk, and the place of a partition' {
            (kgen mount node-1).Name | Should -Be node-1
            Dismount-NodeDisk node-1
            $place = kgen mount node-1 OEM
            $place | Should -Be node-1:/OEM
            Set-Content "$place/note" 'written here'
            Dismount-NodeDisk node-1
            debugfs -R 'cat /note' "node-1.img?offset=$(Get-Start node-1.img 6)" 2>$null | Should -Be 'written here'
        }
        It 'mount names the partitions where the label is wrong, and leaves no drive' {
            $record = { kgen mount node-1 NOPE } | Should -Throw -ErrorId 'PartitionNotFound,*' -PassThru
            $record.ErrorDetails.RecommendedAction | Should -BeLike '*ROOT*'
            Get-PSDrive node-1 -ErrorAction Ignore | Should -BeNullOrEmpty
            { kgen mount } | Should -Throw -ErrorId 'NodeNotNamed,*'
            { kgen mount node-1 OEM ROOT } | Should -Throw -ErrorId 'NodeNotNamed,*'
            { kgen mount nobody } | Should -Throw -ErrorId 'NodeNotFound,*'
        }
        It 'works only in a cluster''s directory' {
            Set-Location $dir
            { kgen refresh node-1 } | Should -Throw -ErrorId 'ClusterDirectoryInvalid,*'
        }
    }
    It 'takes some of the steps' {
        (Reset-Ignition etcd node-1 -Step FirstBoot).Steps.Step | Should -Be FirstBoot
        Test-FirstBoot node-1.img | Should -BeTrue
        Test-MachineId node-1.img | Should -BeTrue
        Get-Completion 'Reset-Ignition etcd -Step ' | Should -Contain MachineId
    }
    It 'changes nothing of any node when one config does not transpile' {
        Set-Content node-2.ct 'passwd: ['
        { Get-Node etcd | Reset-Ignition -ErrorAction Stop } | Should -Throw
        Test-MachineId node-1.img | Should -BeTrue
        Get-Grub node-1.img | Should -BeNullOrEmpty
        "$dir/nginx/etcd/node-1.json" | Should -Not -Exist
    }
    It 'refuses a running guest' {
        New-TestXen
        Start-XenGuest etcd node-1
        $record = { Reset-Ignition etcd -ErrorAction Stop } | Should -Throw -PassThru
        $record.CategoryInfo.Category | Should -Be ResourceBusy
        Test-MachineId node-2.img | Should -BeTrue
        $env:XENKUBE_XL = $null
    }
    It 'feeds Start-XenGuest' {
        New-TestXen
        $guests = Get-Node etcd | Reset-Ignition | Start-XenGuest -Wait Running -PassThru
        $guests.State | Should -Be Running, Running
        $env:XENKUBE_XL = $null
    }
    It 'changes nothing with -WhatIf' {
        Reset-Ignition etcd -WhatIf
        Test-MachineId node-1.img | Should -BeTrue
        "$dir/nginx/etcd/node-1.json" | Should -Not -Exist
    }
    It 'shows a line for each node' {
        Get-Node etcd | Reset-Ignition | Out-String | Should -Match 'etcd/node-1 +Grub, MachineId, Publish, FirstBoot'
    }
}
