BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Drives over disk images' {
    BeforeEach { $dir = New-TestCluster; Set-Location "$dir/guests/etcd" }
    AfterEach { Set-Location /; Dismount-NodeDisk *; Remove-TestXenDir }

    It 'has a folder for each partition with a file system' {
        $drive = Get-Node etcd/node-1 | Mount-NodeDisk
        $drive.Name | Should -Be node-1
        $drive.IsWritable | Should -BeFalse
        (Get-ChildItem node-1:/).PSChildName | Should -Be EFI-SYSTEM, USR-A, OEM, ROOT
        (Get-ChildItem node-1: -Name) | Should -Be EFI-SYSTEM, USR-A, OEM, ROOT
    }
    It 'is walked like any drive' {
        $null = Mount-NodeDisk etcd/node-1
        Set-Location node-1:/ROOT/etc
        (Get-Item machine-id).Name | Should -Be machine-id
        Test-Path machine-id | Should -BeTrue
        Test-Path gone | Should -BeFalse
        Test-Path ../etc -PathType Container | Should -BeTrue
        Set-Location ..
        (Get-ChildItem etc).Name | Should -Contain machine-id
        { Get-Item gone -ErrorAction Stop } | Should -Throw
    }
    It 'reads content as lines, text and bytes' {
        $null = Mount-NodeDisk etcd/node-1
        $path = (Get-ChildItem node-1:/USR-A -Recurse | Where-Object Name -eq os-release | Select-Object -First 1).PSPath
        Get-Content $path | Should -Contain 'VERSION=1520.9.0'
        (Get-Content $path -Raw) | Should -Match '1520\.9\.0'
        (Get-Content $path -AsByteStream -Raw).Length | Should -Be (Get-Item $path).Length
    }
    It 'refuses changes unless it is writable' {
        $null = Mount-NodeDisk etcd/node-1
        { Set-Content node-1:/ROOT/etc/motd x -ErrorAction Stop } | Should -Throw -ErrorId 'DriveReadOnly,*'
        { Remove-Item node-1:/ROOT/etc/machine-id -ErrorAction Stop } | Should -Throw -ErrorId 'DriveReadOnly,*'
    }
    It 'changes files, and e2fsck and debugfs agree' {
        $null = Mount-NodeDisk etcd/node-1 -Writable
        Set-Content node-1:/ROOT/etc/motd 'one', 'two'
        Add-Content node-1:/ROOT/etc/motd 'three'
        Get-Content node-1:/ROOT/etc/motd | Should -Be one, two, three
        $null = New-Item -ItemType Directory node-1:/ROOT/etc/new.d
        $null = New-Item node-1:/ROOT/etc/new.d/file -Value 'v'
        Copy-Item node-1:/ROOT/etc/motd node-1:/ROOT/etc/new.d
        Rename-Item node-1:/ROOT/etc/new.d/file renamed
        Remove-Item node-1:/ROOT/etc/machine-id
        (Get-ChildItem node-1:/ROOT/etc/new.d).Name | Should -Be motd, renamed
        Dismount-NodeDisk node-1
        $start = (parted -sm node-1.img unit b print | Select-String '^9:(\d+)B').Matches[0].Groups[1].Value
        $null = e2fsck -fn "node-1.img?offset=$start" 2>&1
        $LASTEXITCODE | Should -Be 0
        debugfs -R 'cat /etc/new.d/motd' "node-1.img?offset=$start" 2>$null | Should -Be one, two, three
        "$(debugfs -R 'stat /etc/machine-id' "node-1.img?offset=$start" 2>&1)" | Should -Match 'not found'
    }
    It 'changes FAT as well' {
        $null = Mount-NodeDisk etcd/node-1 -Writable
        Set-Content node-1:/EFI-SYSTEM/coreos/note.txt 'hello'
        Dismount-NodeDisk node-1
        mtype -i node-1.img@@2097152 ::coreos/note.txt | Should -Be hello
    }
    It 'removes directories with what is in them, when told' {
        $null = Mount-NodeDisk etcd/node-1 -Writable
        $null = New-Item -ItemType Directory node-1:/ROOT/etc/a
        $null = New-Item -ItemType Directory node-1:/ROOT/etc/a/b
        Remove-Item node-1:/ROOT/etc/a -Recurse
        Test-Path node-1:/ROOT/etc/a | Should -BeFalse
    }
    It 'changes nothing with -WhatIf' {
        $null = Mount-NodeDisk etcd/node-1 -Writable
        Set-Content node-1:/ROOT/etc/motd x -WhatIf
        Remove-Item node-1:/ROOT/etc/machine-id -WhatIf
        Test-Path node-1:/ROOT/etc/motd | Should -BeFalse
        Test-Path node-1:/ROOT/etc/machine-id | Should -BeTrue
    }
    It 'copies to and from the file system' {
        $null = Mount-NodeDisk etcd/node-1 -Writable
        Set-Content hello.txt 'hello'
        Copy-NodeDiskItem ./hello.txt node-1:/ROOT/etc
        Copy-NodeDiskItem node-1:/ROOT/etc/hello.txt ./back.txt
        Get-Content back.txt | Should -Be hello
        Copy-NodeDiskItem node-1:/ROOT/etc ./etc -Recurse
        './etc/machine-id' | Should -Exist
    }
    It 'means the item on the image, not the host''s, when it is piped on' {
        $null = Mount-NodeDisk etcd/node-1 -Writable
        $name = "$([IO.Path]::GetRandomFileName())[1]"
        # A place that the host has too, by the same path.
        $place = $dir.TrimStart('/')
        Set-Content -LiteralPath /$place/$name host
        $null = New-Item -ItemType Directory node-1:/ROOT/pipe
        $made = 'node-1:/ROOT'
        foreach ($part in $place -split '/') {
            $made = "$made/$part"
            if (-not (Test-Path $made)) { $null = New-Item -ItemType Directory $made }
        }
        Set-Content -LiteralPath node-1:/ROOT/$place/$name guest
        Set-Location /
        $items = Get-ChildItem node-1:/ROOT/$place | Where-Object Name -eq $name
        $items | Get-Content | Should -Be guest
        $items | Copy-Item -Destination node-1:/ROOT/pipe
        $items | Remove-Item
        Test-Path -LiteralPath node-1:/ROOT/$place/$name | Should -BeFalse
        Get-Content -LiteralPath /$place/$name | Should -Be host
        Get-Content -LiteralPath node-1:/ROOT/pipe/$name | Should -Be guest
        Remove-Item -LiteralPath /$place/$name
    }
    It 'takes links that lead nowhere for what they are' {
        $null = Mount-NodeDisk etcd/node-1 -Writable
        $null = New-Item -ItemType SymbolicLink node-1:/ROOT/etc/dangling -Value ../usr/nowhere
        Test-Path node-1:/ROOT/etc/dangling | Should -BeTrue
        (Get-Item node-1:/ROOT/etc/dangling).LinkTarget | Should -Be ../usr/nowhere
        Get-Item node-1:/ROOT/etc/* | Should -Not -BeNullOrEmpty
        { Get-Content node-1:/ROOT/etc/dangling -ErrorAction Stop } | Should -Throw -ErrorId 'FileNotFound,*'
        Remove-Item node-1:/ROOT/etc/dangling
        Test-Path node-1:/ROOT/etc/dangling | Should -BeFalse
    }
    It 'filters, and tells files from directories' {
        $null = Mount-NodeDisk etcd/node-1
        (Get-ChildItem node-1:/ROOT -Filter b*).Name | Should -Be bin, boot
        Get-ChildItem node-1:/ROOT -Filter b* -Directory -Name | Should -Be boot
        (Get-ChildItem node-1:/ROOT/etc -File).Name | Should -Contain machine-id
        (Get-ChildItem node-1:/ROOT/etc -File).Name | Should -Not -Contain ssh
    }
    It 'writes and reads other encodings, when told' {
        $null = Mount-NodeDisk etcd/node-1 -Writable
        Set-Content node-1:/ROOT/etc/latin -Value "$([char]0xE4)" -Encoding latin1
        (Get-Content node-1:/ROOT/etc/latin -AsByteStream) -join ',' | Should -Be '228,10'
        Get-Content node-1:/ROOT/etc/latin -Encoding latin1 | Should -Be "$([char]0xE4)"
    }
    It 'makes nothing of kinds that it does not know' {
        $null = Mount-NodeDisk etcd/node-1 -Writable
        { New-Item -ItemType HardLink node-1:/ROOT/etc/hard -Value machine-id -ErrorAction Stop } | Should -Throw -ErrorId 'ItemTypeInvalid,*'
        Test-Path node-1:/ROOT/etc/hard | Should -BeFalse
    }
    It 'copies modes and links both ways, also links in a circle' {
        $null = Mount-NodeDisk etcd/node-1 -Writable
        $null = New-Item -ItemType Directory tree/sub
        Set-Content tree/run.sh '#!/bin/sh'
        chmod 750 tree/run.sh
        $null = New-Item -ItemType SymbolicLink tree/sub/up -Value ..
        Copy-NodeDiskItem ./tree node-1:/ROOT/etc -Recurse
        (Get-Item node-1:/ROOT/etc/tree/run.sh).Mode | Should -Be '-rwxr-x---'
        (Get-Item node-1:/ROOT/etc/tree/sub/up).LinkTarget | Should -Be ..
        Copy-NodeDiskItem node-1:/ROOT/etc/tree ./back -Recurse
        stat -c %a back/run.sh | Should -Be 750
        readlink back/sub/up | Should -Be ..
        { Copy-NodeDiskItem node-1:/ROOT/etc/machine-id ./no/such/directory -ErrorAction Stop } | Should -Throw -ErrorId 'FileNotCopied,*'
    }
    It 'holds the image while it is writable, and lets it go' {
        $null = Mount-NodeDisk etcd/node-1 -Writable
        { Set-OemGrubConfig etcd/node-1 -ErrorAction Stop } | Should -Throw
        Dismount-NodeDisk node-1
        Set-OemGrubConfig etcd/node-1
    }
    It 'refuses a name that is taken, and an image that is none' {
        $null = Mount-NodeDisk etcd/node-1
        { Mount-NodeDisk etcd/node-1 -ErrorAction Stop } | Should -Throw -ErrorId 'DriveExists,*'
        (Mount-NodeDisk etcd/node-1 -DriveName other).Name | Should -Be other
        { Dismount-NodeDisk nope -ErrorAction Stop } | Should -Throw -ErrorId 'DriveNotFound,*'
    }
    It 'completes paths inside partitions' {
        $null = Mount-NodeDisk etcd/node-1
        Get-Completion 'Get-Content node-1:/RO' | Should -Match 'ROOT'
        Get-Completion 'Get-Content node-1:/ROOT/etc/machi' | Should -Match 'machine-id'
        Get-Completion 'Dismount-NodeDisk no' | Should -Be node-1
    }
}

Describe 'Show-NodeDisk' {
    BeforeAll { $dir = New-TestCluster }
    AfterAll { Remove-TestXenDir }

    It 'draws the partitions to scale' {
        $lines = Show-NodeDisk etcd/node-1 -Width 100
        $lines[0] | Should -Be 'etcd/node-1  4.4 GiB'
        $lines[1] | Should -Match '\|USR-A█+░+\|USR-B·+\|.+\|ROOT█+░+\|$'
        $lines[1].Length | Should -Be 100
        $lines | Should -HaveCount 9
    }
}
