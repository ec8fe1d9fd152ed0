BeforeDiscovery {
    # What a guest, a person or a script can do to an item that came out of a drive. $i is the item; what is done is done to the image.
    $uses = @(
        @{ name = 'an argument'; use = { param($i) Remove-Item $i } }
        @{ name = 'an argument of an alias'; use = { param($i) ri $i } }
        @{ name = 'a literal path'; use = { param($i) Remove-Item -LiteralPath $i } }
        @{ name = 'text'; use = { param($i) Remove-Item "$i" } }
        @{ name = 'piped text'; use = { param($i) "$i" | Remove-Item } }
        @{ name = 'piped'; use = { param($i) $i | Remove-Item } }
        @{ name = 'piped properties'; use = { param($i) $i | Select-Object Name, FullName, PSPath | Remove-Item } }
        @{ name = 'FullName'; use = { param($i) Remove-Item -LiteralPath $i.FullName } }
        @{ name = 'PSPath'; use = { param($i) Remove-Item -LiteralPath $i.PSPath } }
        @{ name = 'a place to write'; use = { param($i) Set-Content $i x; Remove-Item $i } }
        @{ name = 'a place to clear'; use = { param($i) Clear-Content $i; Remove-Item $i } }
        @{ name = 'a place to rename'; use = { param($i) Rename-Item $i other } }
        @{ name = 'a place to move from'; use = { param($i) Move-Item $i n:/ROOT/other } }
        @{ name = 'a resolved path'; use = { param($i) Remove-Item (Resolve-Path -LiteralPath $i) } }
        @{ name = 'a converted path'; use = { param($i) Remove-Item -LiteralPath (Convert-Path -LiteralPath $i) } }
        @{ name = 'a joined path'; use = { param($i) Remove-Item -LiteralPath (Join-Path (Split-Path $i.PSPath) $i.PSChildName) } }
        @{ name = 'a joined name'; use = { param($i) Remove-Item -LiteralPath (Join-Path $i.DirectoryName $i.PSChildName) } }
    )
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/TestDisk.ps1
}

Describe 'An item of a drive' {
    BeforeEach { New-TestDisk }
    AfterEach { Remove-TestDisk }

    It 'means the image where it is <name>, and never the host' -ForEach $uses {
        # The very path that the item has inside of the image, on the host.
        $inner = "$work/canary"
        Set-Content $inner host
        $null = New-Item -ItemType Directory -Force "n:/ROOT$work"
        foreach ($place in '/', $work, 'n:/ROOT') {
            Set-Content "n:/ROOT$inner" guest
            Set-Location $place
            foreach ($i in Get-ChildItem "n:/ROOT$work") { & $use $i }
            Get-Content $inner | Should -Be host
            Test-Path "n:/ROOT$inner" | Should -BeFalse
            Get-ChildItem n:/ROOT -Recurse -Filter other | Remove-Item
        }
        Set-Location $work
        Dismount-NodeDisk n
        Get-ChildItem $work -Name | Should -Be canary, disk.img
        Test-Ext | Should -BeTrue
    }
    It 'has paths of the drive only, in everything that comes out' {
        $null = New-Item -ItemType Directory n:/ROOT/etc
        Set-Content n:/ROOT/etc/hosts guest
        $null = New-Item -ItemType SymbolicLink n:/ROOT/etc/link -Value /etc/passwd
        foreach ($item in Get-Item n:/, n:/ROOT, n:/ROOT/etc, n:/ROOT/etc/hosts, n:/ROOT/etc/link) {
            "$item" | Should -BeLike 'n:/*'
            $item.FullName | Should -Be "$item"
            foreach ($property in $item.PSObject.Properties | Where-Object { $_.Value -is [string] -and $_.Value -match '/' -and $_.Name -notlike 'PS*' }) {
                $property.Value | Should -BeLike 'n:/*' -Because $property.Name
            }
            $item | ConvertTo-Json -Depth 1 -WarningAction Ignore | Should -Not -Match '"/etc'
        }
        (Get-Item n:/ROOT/etc/link).Target | Should -Be n:/ROOT/etc/passwd
        Convert-Path n:/ROOT/etc | Should -Be n:/ROOT/etc
        (Resolve-Path n:/ROOT/etc/hosts).ProviderPath | Should -Be n:/ROOT/etc/hosts
        Split-Path n:/ROOT/etc/hosts | Should -Be n:/ROOT/etc
    }
    It 'behaves as a file does' {
        $null = New-Item -ItemType Directory -Force n:/ROOT/a/b
        $null = New-Item -ItemType Directory -Force n:/ROOT/a/b
        Set-Content n:/ROOT/a/b/notes.txt -NoNewline 'four'
        $file = Get-Item n:/ROOT/a/b/notes.txt
        $file.Name, $file.BaseName, $file.Extension, $file.Length, $file.Mode, $file.Owner | Should -Be notes.txt, notes, .txt, 4, '-rw-r--r--', '0:0'
        $file.Attributes | Should -Be Normal
        $file.LastWriteTime | Should -BeOfType ([datetime])
        (Get-Item n:/ROOT/a).Attributes | Should -Be Directory
        (Get-Item n:/ROOT).Mode | Should -BeLike 'd*'
        (Get-ChildItem n:/).PSIsContainer | Should -Be $true, $true
        (Get-ChildItem n:/ROOT/a -Recurse -File | Measure-Object Length -Sum).Sum | Should -Be 4
        (Rename-Item n:/ROOT/a/b/notes.txt n.md -PassThru).FullName | Should -Be n:/ROOT/a/b/n.md
        (Copy-Item n:/ROOT/a/b/n.md n:/ROOT/a -PassThru).FullName | Should -Be n:/ROOT/a/n.md
        (Move-Item n:/ROOT/a/b/n.md n:/ROOT/m.md -PassThru).FullName | Should -Be n:/ROOT/m.md
        Get-Item n:/ROOT/m.md | Rename-Item -NewName { $_.BaseName + '.txt' }
        Test-Path n:/ROOT/m.txt | Should -BeTrue
        (Get-ChildItem n:/ROOT -Recurse -Include *.md).Name | Should -Be n.md
        (Get-ChildItem n:/ROOT -Recurse -Depth 0 -Filter *.md) | Should -BeNullOrEmpty
        { New-Item n:/ROOT/x/y/z -ErrorAction Stop } | Should -Throw -ErrorId 'DirectoryNotFound,*'
        (New-Item -Force n:/ROOT/x/y/z -Value v).Length | Should -Be 1
    }
    It 'keeps the parameters of what it is piped to, from any drive' {
        Set-Content n:/ROOT/f old
        foreach ($place in $work, 'n:/ROOT') {
            Set-Location $place
            Get-Item n:/ROOT/f | Set-Content -Value 'a' -NoNewline
            (Get-Item n:/ROOT/f | Get-Content -Raw) | Should -BeExactly a
            Get-Item n:/ROOT/f | Set-Content -AsByteStream -Value ([byte[]] (1, 2, 255))
            (Get-Item n:/ROOT/f | Get-Content -AsByteStream) -join ',' | Should -Be '1,2,255'
            , (Get-Item n:/ROOT/f | Get-Content -AsByteStream -Raw) | Should -BeOfType ([byte[]])
            Get-Item n:/ROOT/f | Add-Content -AsByteStream -Value ([byte[]] (7))
            (Get-Item n:/ROOT/f | Get-Content -AsByteStream -ReadCount 0).Count | Should -Be 4
            Get-Item n:/ROOT/f | Set-Content -Value "$([char] 0xE4)" -Encoding latin1 -NoNewline
            (Get-Item n:/ROOT/f | Get-Content -AsByteStream) | Should -Be 0xE4
            Get-Item n:/ROOT/f | Get-Content -Encoding latin1 | Should -Be "$([char] 0xE4)"
            Get-Item n:/ROOT/f | Set-Content -Value 'a;b' -NoNewline
            Get-Item n:/ROOT/f | Get-Content -Delimiter ';' | Should -Be a, b
            Get-Item n:/ROOT | Get-ChildItem -Directory -Name | Should -Be lost+found
        }
    }
}

Describe 'Names with a backslash' {
    BeforeEach { New-TestDisk }
    AfterEach { Remove-TestDisk }

    It 'are the names of files, not paths' {
        Dismount-NodeDisk n
        # Made by debugfs: a\b beside a/b, a file called \, one called like the stand-in, and a unit of systemd.
        Set-Content in guest
        "mkdir t`nmkdir t/a`nwrite in t/a/b`nwrite in `"t/a\b`"`nwrite in `"t/\`"`nwrite in `"t/x$([char] 0x29F5)y`"`nwrite in `"t/x\y`"`nwrite in `"t/mnt-my\x2ddata.mount`"" | Set-Content cmds
        debugfs -w -f cmds 'disk.img?offset=1048576' 2> $null > $null
        $null = Mount-NodeDisk -Path ./disk.img -Writable -DriveName n
        (Get-ChildItem n:/ROOT/t).Name | Should -Be '\', 'a', 'a\b', 'mnt-my\x2ddata.mount', 'x\y', "x$([char] 0x29F5)y"
        Get-ChildItem n:/ROOT/t -File | Get-Content | Should -Be (@('guest') * 5)
        foreach ($i in Get-ChildItem n:/ROOT/t -File) { Get-Content $i | Should -Be guest; Test-Path -LiteralPath $i.PSPath | Should -BeTrue }
        Set-Location n:/ROOT/t
        Get-ChildItem -File | Get-Content | Should -Be (@('guest') * 5)
        Set-Location $work
        Get-ChildItem n:/ROOT/t | Where-Object Name -EQ 'a\b' | Remove-Item
        Get-Content n:/ROOT/t/a/b | Should -Be guest
        Get-ChildItem n:/ROOT/t | Where-Object Name -EQ '\' | Rename-Item -NewName renamed
        Get-ChildItem n:/ROOT/t | Where-Object Name -EQ "x$([char] 0x29F5)y" | Set-Content -Value real
        Get-ChildItem n:/ROOT/t | Where-Object Name -EQ 'x\y' | Get-Content | Should -Be guest
        Get-ChildItem n:/ROOT/t -Filter 'x\y' | Copy-NodeDiskItem -Destination ./out
        Get-Content -LiteralPath ./out | Should -Be guest
        Get-ChildItem n:/ROOT/t -Filter 'mnt*' | Copy-Item -Destination n:/ROOT
        (Get-ChildItem n:/ROOT -Filter 'mnt*').Name | Should -Be 'mnt-my\x2ddata.mount'
        Rename-Item n:/ROOT/t/renamed 'c\d'
        Dismount-NodeDisk n
        Get-Ext 'ls -p /t' | Where-Object { $_ -match '^/\d+/\d+/\d+/\d+/(.*)/\d*/' } | ForEach-Object { $Matches[1] } | Where-Object { $_ -notin '.', '..' } | Sort-Object -CaseSensitive | Should -Be 'a', 'c\d', 'mnt-my\x2ddata.mount', 'x\y', "x$([char] 0x29F5)y"
        Test-Ext | Should -BeTrue
    }
}

Describe 'Writing content to a drive' {
    BeforeEach { New-TestDisk }
    AfterEach { Remove-TestDisk }

    It 'reports <name>, and the next write is made' -ForEach @(
        @{ name = 'a full file system'; write = { Set-Content n:/ROOT/big ('x' * 40MB) }; id = 'FileSystemFull' }
        @{ name = 'a full FAT'; write = { Set-Content n:/BOOT/big ('x' * 40MB) }; id = 'FileSystemFull' }
        @{ name = 'a missing directory'; write = { Set-Content n:/ROOT/missing/f x }; id = 'DirectoryNotFound' }
        @{ name = 'a missing directory to add in'; write = { Add-Content n:/ROOT/missing/f x }; id = 'DirectoryNotFound' }
        @{ name = 'a directory'; write = { Set-Content n:/ROOT/dir x }; id = 'FileExists' }
        @{ name = 'a directory on FAT'; write = { Set-Content n:/BOOT/dir x }; id = 'FileExists' }
        @{ name = 'a directory to clear'; write = { Clear-Content n:/ROOT/dir }; id = 'FileExists' }
        @{ name = 'an immutable file'; write = { Set-Content n:/ROOT/fixed x }; id = '*' }
        @{ name = 'an immutable file to add to'; write = { Add-Content n:/ROOT/fixed x }; id = '*' }
        @{ name = 'what is not a byte'; write = { Set-Content n:/ROOT/f 300 -AsByteStream }; id = 'ContentInvalid' }
        @{ name = 'a name that FAT does not have'; write = { Set-Content 'n:/BOOT/a:b' x }; id = 'PathInvalid' }
        @{ name = 'a partition that is not there'; write = { Set-Content n:/NONE/f x }; id = 'PartitionNotFound' }
    ) {
        $null = New-Item -ItemType Directory n:/ROOT/dir, n:/BOOT/dir
        Set-Content n:/ROOT/fixed old
        Set-Content n:/ROOT/f old
        Dismount-NodeDisk n
        debugfs -w -R 'sif /fixed flags 0x80010' 'disk.img?offset=1048576' 2> $null
        $null = Mount-NodeDisk -Path ./disk.img -Writable -DriveName n
        $Error.Clear()
        $ErrorActionPreference = 'SilentlyContinue'
        & $write
        $Error | Should -HaveCount 1
        $Error[0].FullyQualifiedErrorId | Should -BeLike "$id,*"
        $ErrorActionPreference = 'Stop'
        { & $write } | Should -Throw -ErrorId "$id,*"
        Set-Content n:/ROOT/next fine
        Set-Content n:/BOOT/next fine
        Get-Content n:/ROOT/next, n:/BOOT/next | Should -Be fine, fine
        Get-Content n:/ROOT/fixed, n:/ROOT/f | Should -Be old, old
        Dismount-NodeDisk n
        Test-Ext | Should -BeTrue
    }
    It 'never shows another file to a reader: <name>' -ForEach @(
        @{ name = 'removed'; drive = 'ROOT'; change = { Remove-Item n:/ROOT/f } }
        @{ name = 'replaced'; drive = 'ROOT'; change = { Set-Content n:/ROOT/f (('replaced' + "`n") * 200000) -NoNewline } }
        @{ name = 'removed on FAT'; drive = 'BOOT'; change = { Remove-Item n:/BOOT/f } }
        @{ name = 'renamed over'; drive = 'ROOT'; change = { Set-Content n:/ROOT/g x; Move-Item -Force n:/ROOT/g n:/ROOT/f } }
    ) {
        $folder = "n:/$drive"
        Set-Content "$folder/f" (('original' + "`n") * 200000) -NoNewline
        $read = [Collections.Generic.HashSet[string]]::new()
        $isFirst = $true
        Get-Content "$folder/f" -ReadCount 1000 -ErrorAction SilentlyContinue -ErrorVariable told | ForEach-Object {
            if ($isFirst) {
                $isFirst = $false
                & $change
                1..8 | ForEach-Object { Set-Content "$folder/other$_" (('secret!!' + "`n") * 200000) -NoNewline }
            }
            foreach ($line in @($_)) { $null = $read.Add($line) }
        }
        $read | Should -Be 'original'
        $told[0].FullyQualifiedErrorId | Should -BeLike 'ImageModified,*'
    }
    It 'goes on reading while other files are changed' {
        Set-Content n:/ROOT/f (('original' + "`n") * 200000) -NoNewline
        $count = 0
        Get-Content n:/ROOT/f -ReadCount 20000 | ForEach-Object { Set-Content n:/ROOT/g $_; $count += @($_).Count }
        $count | Should -Be 200000
        (Get-Content n:/ROOT/g).Count | Should -Be 20000
    }
    It 'takes a link that leads to itself for what it is' {
        $null = New-Item -ItemType SymbolicLink n:/ROOT/loop -Value loop
        (Get-Item n:/ROOT/loop).Mode | Should -BeLike 'l*'
        { Get-Content n:/ROOT/loop -ErrorAction Stop } | Should -Throw -ErrorId 'LinkLoop,*'
        { Set-Content n:/ROOT/loop x -ErrorAction Stop } | Should -Throw -ErrorId 'LinkLoop,*'
        Remove-Item n:/ROOT/loop
        Test-Path n:/ROOT/loop | Should -BeFalse
    }
    It 'reports a full disk of the host, and writes on once there is room' {
        if ((id -u) -ne '0') { Set-ItResult -Skipped -Because 'a small file system cannot be mounted without root' }
        $null = New-Item -ItemType Directory small
        mount -t tmpfs -o size=8m none small
        if ($LASTEXITCODE) { Set-ItResult -Skipped -Because 'nothing can be mounted here' }
        try {
            Dismount-NodeDisk n
            cp --sparse=always disk.img small/disk.img
            $room = [int] (stat -f -c %a small) * 4096 - 65536
            $null = head -c $room /dev/urandom > small/filler
            $null = Mount-NodeDisk -Path ./small/disk.img -Writable -DriveName n
            { Set-Content n:/ROOT/big ('x' * 4MB) -ErrorAction Stop } | Should -Throw
            Remove-Item small/filler
            Set-Content n:/ROOT/next fine
            Get-Content n:/ROOT/next | Should -Be fine
            Dismount-NodeDisk n
            debugfs -R 'cat /next' 'small/disk.img?offset=1048576' 2> $null | Should -Be fine
            $null = e2fsck -fn 'small/disk.img?offset=1048576' 2> $null
            $LASTEXITCODE | Should -Be 0
        }
        finally {
            Get-PSDrive n -ErrorAction Ignore | ForEach-Object { Dismount-NodeDisk n }
            umount small
        }
    }
}

Describe 'Moving and copying' {
    BeforeEach { New-TestDisk }
    AfterEach { Remove-TestDisk }

    It 'replaces nothing unasked on <fs>' -ForEach @(@{ fs = 'ROOT' }, @{ fs = 'BOOT' }) {
        foreach ($name in 'a', 'b', 'c') { Set-Content n:/$fs/$name $name }
        $null = New-Item -ItemType Directory n:/$fs/d, n:/$fs/e
        Set-Content n:/$fs/d/c keep
        { Rename-Item n:/$fs/a b -ErrorAction Stop } | Should -Throw -ErrorId 'FileExists,*'
        { Move-Item n:/$fs/a n:/$fs/b -ErrorAction Stop } | Should -Throw -ErrorId 'FileExists,*'
        { Move-Item n:/$fs/c n:/$fs/d -ErrorAction Stop } | Should -Throw -ErrorId 'FileExists,*'
        { Rename-Item n:/$fs/d e -ErrorAction Stop } | Should -Throw -ErrorId 'FileExists,*'
        { Get-Item n:/$fs/a | Rename-Item -NewName b -ErrorAction Stop } | Should -Throw -ErrorId 'FileExists,*'
        Get-Content n:/$fs/a, n:/$fs/b, n:/$fs/c, n:/$fs/d/c | Should -Be a, b, c, keep
        Rename-Item n:/$fs/a A
        (Get-ChildItem n:/$fs -File).Name | Should -Be A, b, c
        Move-Item n:/$fs/c n:/$fs/d -Force
        Get-Content n:/$fs/d/c | Should -Be c
        { Move-Item n:/$fs/d n:/$fs/d/in -ErrorAction Stop } | Should -Throw
        Get-Content n:/$fs/d/c | Should -Be c
    }
    It 'does not copy a directory into itself on <fs>' -ForEach @(@{ fs = 'ROOT' }, @{ fs = 'BOOT' }) {
        $null = New-Item -ItemType Directory -Force n:/$fs/d/sub
        Set-Content n:/$fs/d/f x
        foreach ($to in 'd/copy', 'd', 'd/sub', 'd/sub/new', 'd/../d/sub') {
            { Copy-Item n:/$fs/d n:/$fs/$to -Recurse -ErrorAction Stop } | Should -Throw -ErrorId 'PathInvalid,*' -Because $to
        }
        if ($fs -eq 'ROOT') {
            $null = New-Item -ItemType SymbolicLink n:/ROOT/link -Value d/sub
            { Copy-Item n:/ROOT/d n:/ROOT/link/new -Recurse -ErrorAction Stop } | Should -Throw -ErrorId 'PathInvalid,*'
        }
        { Copy-Item n:/$fs/d/f n:/$fs/d -ErrorAction Stop } | Should -Throw -ErrorId 'PathInvalid,*'
        (Get-ChildItem n:/$fs/d -Recurse).Name | Should -Be f, sub
        Copy-Item n:/$fs/d n:/$fs/other -Recurse
        (Get-ChildItem n:/$fs/other -Recurse).Name | Should -Be f, sub
        Get-Content n:/$fs/d/f | Should -Be x
    }
    It 'tells names apart that FAT does not' {
        $null = New-Item -ItemType Directory in
        Set-Content in/Foo 1
        Set-Content in/foo 2
        Set-Content in/AVERYL~1.TXT short
        $null = New-Item -ItemType Directory n:/BOOT/in
        Set-Content n:/BOOT/in/averylongname.txt long
        $problems = @()
        Copy-NodeDiskItem ./in n:/BOOT -Recurse -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems | Should -HaveCount 2
        $problems.FullyQualifiedErrorId | Should -BeLike 'NamesClash,*'
        $null = New-Item -ItemType Directory n:/ROOT/in
        Copy-NodeDiskItem ./in n:/ROOT/in2 -Recurse
        (Get-ChildItem n:/ROOT/in2).Name | Should -Be AVERYL~1.TXT, Foo, foo
        Get-Content n:/BOOT/in/averylongname.txt | Should -Be long
        { Copy-Item n:/ROOT/in2 n:/BOOT/in2 -Recurse -ErrorAction Stop } | Should -Throw -ErrorId 'NamesClash,*'
    }
    It 'leaves pipes, sockets and devices out with a warning' {
        $null = New-Item -ItemType Directory in
        Set-Content in/a 1
        mkfifo in/b
        Set-Content in/c 3
        Copy-NodeDiskItem ./in n:/ROOT -Recurse -WarningVariable warnings -WarningAction SilentlyContinue
        (Get-ChildItem n:/ROOT/in).Name | Should -Be a, c
        $warnings | Should -HaveCount 1
        { Copy-NodeDiskItem ./in/b n:/ROOT -ErrorAction Stop } | Should -Throw -ErrorId 'FileInvalid,*'
    }
    It 'does not follow what a guest has put at the destination' {
        $null = New-Item -ItemType Directory host
        Set-Content host/canary host
        $null = New-Item -ItemType Directory -Force n:/ROOT/one/x, n:/ROOT/two
        Set-Content n:/ROOT/one/x/canary evil
        Set-Content n:/ROOT/one/y evil
        $null = New-Item -ItemType SymbolicLink n:/ROOT/two/x -Value $work/host
        $null = New-Item -ItemType SymbolicLink n:/ROOT/two/y -Value $work/host/canary
        Copy-NodeDiskItem n:/ROOT/two ./out -Recurse
        readlink out/x | Should -Be $work/host
        # The same names, now a directory and a file: into the tree, by their own paths, and to the links themselves.
        $problems = @()
        Copy-NodeDiskItem n:/ROOT/one/* ./out -Recurse -ErrorVariable +problems -ErrorAction SilentlyContinue
        Copy-NodeDiskItem n:/ROOT/one/x ./out/x -Recurse -ErrorVariable +problems -ErrorAction SilentlyContinue
        Copy-NodeDiskItem n:/ROOT/one/x/canary ./out/x -ErrorVariable +problems -ErrorAction SilentlyContinue
        $problems.Count | Should -BeGreaterOrEqual 3
        Get-Content host/canary | Should -Be host
        Get-ChildItem host -Name | Should -Be canary
        # A link that a file replaces is not followed either.
        Copy-NodeDiskItem n:/ROOT/one/y ./out/y
        Get-Content out/y | Should -Be evil
        Get-Content host/canary | Should -Be host
        # Whoever says that a directory is meant gets it.
        $null = New-Item -ItemType SymbolicLink mine -Value host
        Copy-NodeDiskItem n:/ROOT/one/y ./mine/
        Get-Content host/y | Should -Be evil
    }
    It 'ends a recursive copy with Ctrl+C' {
        $null = New-Item -ItemType Directory n:/ROOT/many
        1..40 | ForEach-Object { Set-Content n:/ROOT/many/$_ $_ }
        $shell = [powershell]::Create('CurrentRunspace')
        $null = $shell.AddScript('1..1000 | ForEach-Object { Copy-Item n:/ROOT/many n:/ROOT/copy$_ -Recurse; Remove-Item n:/ROOT/copy$_ -Recurse }')
        $other = [powershell]::Create()
        $null = $other.AddScript('param($shell) Start-Sleep 1; $null = $shell.BeginStop($null, $null)').AddArgument($shell)
        $run = $other.BeginInvoke()
        try { $shell.Invoke() } catch { $_.Exception.InnerException | Should -BeOfType ([Management.Automation.PipelineStoppedException]) }
        $shell.InvocationStateInfo.State | Should -BeIn Stopped, Failed
        $null = $other.EndInvoke($run)
        Set-Content n:/ROOT/next fine
        Dismount-NodeDisk n
        Test-Ext | Should -BeTrue
    }
}

Describe 'Drives and what others do' {
    BeforeEach { New-TestDisk -ReadOnly }
    AfterEach { Remove-TestDisk }

    It 'shows the image as it is, after edits by anybody' {
        $null = Mount-NodeDisk -Path ./disk.img -Writable -DriveName w
        $null = New-Item -ItemType Directory w:/ROOT/d
        foreach ($number in 1..4) {
            Set-Content w:/ROOT/f "new $number"
            Set-Content w:/ROOT/other$number ('secret' * 1000)
            Set-Content w:/BOOT/f "new $number"
            Get-Content n:/ROOT/f, n:/BOOT/f | Should -Be "new $number", "new $number"
            (Get-ChildItem n:/ROOT -File).Count | Should -Be (1 + $number)
            Remove-Item w:/ROOT/f, w:/BOOT/f
            Test-Path n:/ROOT/f | Should -BeFalse
        }
        Dismount-NodeDisk w
        # Another file under the name of the image.
        Copy-Item disk.img new.img
        $null = Mount-NodeDisk -Path ./new.img -Writable -DriveName w
        Set-Content w:/ROOT/f 'other image'
        Dismount-NodeDisk w
        Move-Item -Force new.img disk.img
        Get-Content n:/ROOT/f | Should -Be 'other image'
        Remove-Item disk.img
        { Get-Content n:/ROOT/f -ErrorAction Stop } | Should -Throw
    }
    It 'says what is wrong with the image, and not that a path is missing' {
        foreach ($fault in { Remove-Item disk.img }, { $null = New-Item -ItemType Directory disk.img }, { Remove-Item disk.img; mkfifo disk.img }) {
            & $fault
            $problem = Get-TheError { Get-Content n:/ROOT/f -ErrorAction Stop }
            $problem.FullyQualifiedErrorId | Should -BeLike 'Image*,*'
            Test-Path n:/ROOT/f -ErrorAction SilentlyContinue -ErrorVariable told | Should -BeFalse
            $told[0].FullyQualifiedErrorId | Should -Be ($problem.FullyQualifiedErrorId -replace ',.*', ',Microsoft.PowerShell.Commands.TestPathCommand')
        }
    }
    It 'says once that the image changed while it was listed' {
        $null = Mount-NodeDisk -Path ./disk.img -Writable -DriveName w
        $null = New-Item -ItemType Directory -Force w:/ROOT/a/b/c/d
        Get-ChildItem n:/ROOT -Recurse -ErrorAction SilentlyContinue -ErrorVariable told |
            ForEach-Object { if ($_.Name -eq 'd') { Set-Content w:/ROOT/f x } }
        $told | Should -HaveCount 1
        $told[0].FullyQualifiedErrorId | Should -BeLike 'ImageModified,*'
        Dismount-NodeDisk w
    }
    It 'lets the image go with <name>' -ForEach @(
        @{ name = 'a thread job'; make = { param($m, $d) Start-ThreadJob { Import-Module $using:m; $null = Mount-NodeDisk -Path $using:d -Writable -DriveName j } | Wait-Job | Remove-Job } }
        @{ name = 'a parallel loop'; make = { param($m, $d) 1 | ForEach-Object -Parallel { Import-Module $using:m; $null = Mount-NodeDisk -Path $using:d -Writable -DriveName j } } }
        @{ name = 'an engine of its own'; make = { param($m, $d) $s = [powershell]::Create(); $null = $s.AddScript('param($m, $d) Import-Module $m; $null = Mount-NodeDisk -Path $d -Writable -DriveName j').AddArgument($m).AddArgument($d).Invoke(); $s.Streams.Error | Should -BeNullOrEmpty; $s.Dispose() } }
    ) {
        & $make $env:XENKUBE_MODULE "$work/disk.img"
        # The end of a runspace is told to others a moment later.
        for ($wait = 0; $wait -lt 100; $wait++) {
            $null = Mount-NodeDisk -Path ./disk.img -Writable -DriveName w -ErrorAction SilentlyContinue -ErrorVariable problem
            if (-not $problem) { break }
            Start-Sleep -Milliseconds 50
        }
        $problem | Should -BeNullOrEmpty
        Dismount-NodeDisk w
    }
    It 'names who holds the image' {
        $null = Mount-NodeDisk -Path ./disk.img -Writable -DriveName w
        $record = Get-TheError { Mount-NodeDisk -Path ./disk.img -Writable -DriveName w2 -ErrorAction Stop }
        "$record" | Should -Match 'the drive w: of this session'
        $record.ErrorDetails.RecommendedAction | Should -Be 'Dismount-NodeDisk w'
        Dismount-NodeDisk w
        $holder = Start-Process flock -ArgumentList disk.img, sleep, 60 -PassThru
        try {
            for ($wait = 0; $wait -lt 100 -and -not ("$(Get-TheError { $null = Mount-NodeDisk -Path ./disk.img -Writable -DriveName w -ErrorAction Stop; Dismount-NodeDisk w; throw 'free' })" -match "process $($holder.Id)"); $wait++) { Start-Sleep -Milliseconds 50 }
            "$(Get-TheError { Mount-NodeDisk -Path ./disk.img -Writable -DriveName w -ErrorAction Stop })" | Should -Match "flock .*process $($holder.Id)"
        }
        finally { Stop-Process -Id $holder.Id }
    }
    It 'gives each partition a folder, whatever its label' {
        Dismount-NodeDisk n
        sgdisk -c '1:Linux filesystem' -c '2:Linux filesystem' disk.img > $null
        $null = Mount-NodeDisk -Path ./disk.img -Writable -DriveName n
        (Get-ChildItem n:/).Name | Should -Be 'Linux filesystem~1', 'Linux filesystem~2'
        (Get-ChildItem n:/).Number | Should -Be 1, 2
        foreach ($folder in Get-ChildItem n:/) { Set-Content "$folder/which" $folder.Number }
        Get-Content n:/1/which, n:/2/which, 'n:/Linux filesystem~2/which' | Should -Be 1, 2, 2
        (Get-Item n:/2).FullName | Should -Be 'n:/Linux filesystem~2'
        (Get-ChildItem n:/2 -File).FullName | Should -Be 'n:/Linux filesystem~2/which'
        { Set-Content 'n:/Linux filesystem/f' x -ErrorAction Stop } | Should -Throw -ErrorId 'PartitionAmbiguous,*'
        Dismount-NodeDisk n
        # A label that is another partition's number, and one that cannot be part of a path.
        sgdisk -c '1:2' -c '2:a/b' disk.img > $null
        $null = Mount-NodeDisk -Path ./disk.img -DriveName n
        (Get-ChildItem n:/).Name | Should -Be '2~1', '~2'
        { Get-ChildItem n:/2 -ErrorAction Stop } | Should -Throw -ErrorId 'PartitionAmbiguous,*'
        Get-Content n:/1/which, n:/2~1/which, n:/~2/which | Should -Be 1, 1, 2
    }
}
