# Files on drives over disk images: their attributes, copies with all that belongs to them, and content of any size.
BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/TestDisk.ps1

    # The sentences in which a command says what it would do.
    function Get-WhatIf([scriptblock] $Script) {
        $text = pwsh -NoProfile -NonInteractive -Command { param($module, $disk, $code)
            $ErrorActionPreference = 'Stop'
            Import-Module $module
            $null = Mount-NodeDisk -Path $disk -Writable -DriveName n
            & ([scriptblock]::Create($code))
        } -args (Get-Module XenKube).Path, "$work/disk.img", "$Script"
        @($text | Where-Object { "$_".Trim() })
    }
}

Describe 'Attributes of an item' {
    BeforeEach { New-TestDisk }
    AfterEach { Remove-TestDisk }

    It 'are set where the file is made: an authorized_keys is 0600 and the guest''s user''s' {
        $null = New-Item -ItemType Directory -Force n:/ROOT/home/core/.ssh -Owner 500:500 -Mode 0700
        'ssh-rsa AAAA' | Set-Content n:/ROOT/home/core/.ssh/authorized_keys -Owner 500:500 -Mode 0600
        $null = New-Item n:/ROOT/home/core/empty -Owner 7 -Mode r--r-----
        Set-Content key 'ssh-rsa BBBB'
        Copy-NodeDiskItem ./key n:/ROOT/home/core/.ssh/second -Owner 500:500 -Mode 0600
        Dismount-NodeDisk n
        (Get-Ext 'stat /home/core/.ssh') -join "`n" | Should -Match 'Mode:\s+0700[\s\S]*User:\s+500\s+Group:\s+500'
        foreach ($name in 'authorized_keys', 'second') {
            (Get-Ext "stat /home/core/.ssh/$name") -join "`n" | Should -Match 'Mode:\s+0600[\s\S]*User:\s+500\s+Group:\s+500'
        }
        (Get-Ext 'stat /home/core/empty') -join "`n" | Should -Match 'Mode:\s+0440[\s\S]*User:\s+7\s+Group:\s+0'
        Test-Ext | Should -BeTrue
    }
    It 'are kept by a new content, and changed by Set-ItemProperty' {
        Set-Content n:/ROOT/f one -Owner 500:501 -Mode 0640
        Set-Content n:/ROOT/f two
        (Get-Item n:/ROOT/f).Mode, (Get-Item n:/ROOT/f).Owner | Should -Be '-rw-r-----', '500:501'
        Set-ItemProperty n:/ROOT/f Mode 0600
        (Get-Item n:/ROOT/f).Mode | Should -Be '-rw-------'
        Set-ItemProperty n:/ROOT/f -Name Mode -Value '-rwsr-x--t'
        Set-ItemProperty n:/ROOT/f Owner 3:4
        Get-Item n:/ROOT/f | Set-ItemProperty -Name LastWriteTimeUtc -Value ([datetime] '2001-02-03T04:05:06')
        (Set-ItemProperty n:/ROOT/f GroupId 9 -PassThru).GroupId | Should -Be 9
        (Get-ItemProperty n:/ROOT/f Mode, Owner).Owner | Should -Be 3:9
        Get-ItemPropertyValue n:/ROOT/f LastWriteTimeUtc | Should -Be ([datetime] '2001-02-03T04:05:06')
        (Get-ItemProperty n:/ROOT/f).Length | Should -Be 4
        Set-ItemProperty n:/BOOT/../BOOT/none Mode 0600 -ErrorAction SilentlyContinue -ErrorVariable missing
        $missing | Should -HaveCount 1
        Dismount-NodeDisk n
        (Get-Ext 'stat /f') -join "`n" | Should -Match 'Mode:\s+05751[\s\S]*User:\s+3\s+Group:\s+9[\s\S]*mtime: 0x3a7b8372'
        Test-Ext | Should -BeTrue
    }
    It 'are refused where they make no sense: <name>' -ForEach @(
        @{ name = 'a mode that is not octal'; id = 'ModeInvalid'; do = { Set-ItemProperty n:/ROOT/f Mode 0999 -ErrorAction Stop } }
        @{ name = 'an owner by name'; id = 'OwnerInvalid'; do = { Set-ItemProperty n:/ROOT/f Owner core -ErrorAction Stop } }
        @{ name = 'a property that items do not have'; id = 'PropertyInvalid'; do = { Set-ItemProperty n:/ROOT/f Colour red -ErrorAction Stop } }
        @{ name = 'a property that cannot be set'; id = 'PropertyInvalid'; do = { Set-ItemProperty n:/ROOT/f Length 3 -ErrorAction Stop } }
        @{ name = 'a property to read that items do not have'; id = 'PropertyInvalid'; do = { Get-ItemProperty n:/ROOT/f Colour -ErrorAction Stop } }
        @{ name = 'an owner on FAT'; id = 'UnsupportedFeature'; do = { Set-ItemProperty n:/BOOT/f Owner 5 -ErrorAction Stop } }
        @{ name = 'clearing'; id = 'PropertyInvalid'; do = { Clear-ItemProperty n:/ROOT/f Mode -ErrorAction Stop } }
        @{ name = 'a new file'; id = 'ModeInvalid'; do = { New-Item n:/ROOT/g -Mode 8 -ErrorAction Stop } }
    ) {
        Set-Content n:/ROOT/f x
        Set-Content n:/BOOT/f x
        $do | Should -Throw -ErrorId "$id,*"
        (Get-Item n:/ROOT/f).Mode | Should -Be '-rw-r--r--'
        Test-Path n:/ROOT/g | Should -BeFalse
    }
}

Describe 'A copy' {
    BeforeEach { New-TestDisk }
    AfterEach { Remove-TestDisk }

    It 'keeps times and hard links, and with -Preserve all the rest, there and back' {
        $null = New-Item -ItemType Directory in/d
        Set-Content in/d/a one
        bash -c 'ln in/d/a in/d/b; ln -s a in/d/link; truncate -s 3M in/holes; touch -d "2003-01-02 03:04:05Z" in/d/a in/d; chmod 4750 in/d/a'
        Copy-NodeDiskItem ./in n:/ROOT/plain -Recurse
        Dismount-NodeDisk n
        (Get-Ext 'stat /plain/d/a') -join "`n" | Should -Match 'Mode:\s+0750[\s\S]*Links: 2[\s\S]*mtime: 0x3e13ac25'
        debugfs -w -R 'ea_set /plain/d/a user.note kept' 'disk.img?offset=1048576' 2> $null
        debugfs -w -R "ea_set /plain/d/a user.long $('l' * 300)" 'disk.img?offset=1048576' 2> $null
        debugfs -w -R 'sif /plain/d/a mode 0104750' 'disk.img?offset=1048576' 2> $null
        $null = Mount-NodeDisk -Path ./disk.img -Writable -DriveName n
        Copy-NodeDiskItem n:/ROOT/plain ./out -Recurse -Preserve
        bash -c 'diff -r in out && test out/d/a -ef out/d/b && test "$(stat -c %a:%Y out/d/a)" = 4750:1041476645 && test $(stat -c %b out/holes) = 0 && stat -c %Y out/d' | Should -Be 1041476645
        Copy-NodeDiskItem ./out n:/ROOT/whole -Recurse -Preserve
        Copy-Item n:/ROOT/whole n:/ROOT/again -Recurse
        Dismount-NodeDisk n
        Test-Ext | Should -BeTrue
        foreach ($tree in 'whole', 'again') {
            (Get-Ext "stat /$tree/d/a") -join "`n" | Should -Match 'Mode:\s+04750[\s\S]*Links: 2[\s\S]*mtime: 0x3e13ac25'
            (Get-Ext "stat /$tree/d") -join "`n" | Should -Match 'mtime: 0x3e13ac25'
            (Get-Ext "stat /$tree/holes") -join "`n" | Should -Match 'Size: 3145728[\s\S]*Blockcount: 0'
            (Get-Ext "ea_list /$tree/d/a") -join "`n" | Should -Match 'user.note[\s\S]*kept'
            (Get-Ext "ea_get /$tree/d/a user.long") -join '' | Should -Match ('l' * 300)
        }
    }
    It 'returns what it made, takes the next path after one that is missing, and replaces none of its own' {
        Set-Content a 1
        Set-Content b 2
        $made = './a', './none', './b' | Copy-NodeDiskItem -Destination n:/ROOT -PassThru -ErrorAction SilentlyContinue -ErrorVariable missing
        $made.FullName | Should -Be n:/ROOT/a, n:/ROOT/b
        $missing | Should -HaveCount 1
        $out = Copy-NodeDiskItem n:/ROOT/a ./c -PassThru
        $out | Should -BeOfType ([IO.FileInfo])
        $out.FullName | Should -Be "$work/c"
        { Copy-NodeDiskItem ./a, ./b n:/ROOT/one -ErrorAction Stop } | Should -Throw -ErrorId 'NamesClash,*'
        Get-Content n:/ROOT/one | Should -Be 1
        Get-ChildItem ./a, ./b | Copy-NodeDiskItem -Destination { "n:/ROOT/$($_.Name).new" }
        Get-Content n:/ROOT/a.new, n:/ROOT/b.new | Should -Be 1, 2
    }
}

Describe 'Content' {
    BeforeEach { New-TestDisk }
    AfterEach { Remove-TestDisk }

    It 'of many megabytes is written and read in both ways' {
        bash -c 'head -c 12000000 /dev/urandom > random'
        $bytes = [IO.File]::ReadAllBytes("$work/random")
        , $bytes | Set-Content n:/ROOT/f -AsByteStream
        Add-Content n:/ROOT/f -AsByteStream -Value ([byte[]] (1, 2, 3))
        $read = Get-Content n:/ROOT/f -AsByteStream -ReadCount 0
        $read.Count | Should -Be 12000003
        Copy-NodeDiskItem n:/ROOT/f ./f
        Dismount-NodeDisk n
        bash -c 'head -c 12000000 f | cmp - random && tail -c 3 f | od -An -tx1' | Should -Be ' 01 02 03'
        Get-ChildItem -Force | ForEach-Object Name | Should -Be disk.img, f, random
        Test-Ext | Should -BeTrue
    }
}

Describe 'A change of a drive' {
    BeforeEach { New-TestDisk; Set-Content 'n:/ROOT/a b' x; Dismount-NodeDisk n }
    AfterEach { Remove-TestDisk }

    It 'is one question, with paths that can be typed: <what>' -ForEach @(
        @{ what = 'Set-Content'; code = { Set-Content 'n:/ROOT/a b' y -WhatIf }; path = 'n:/ROOT/a b' }
        @{ what = 'Set-Content of a new file'; code = { Set-Content n:/ROOT/new y -WhatIf }; path = 'n:/ROOT/new' }
        @{ what = 'Add-Content'; code = { Add-Content 'n:/ROOT/a b' y -WhatIf }; path = 'n:/ROOT/a b' }
        @{ what = 'Clear-Content'; code = { Clear-Content 'n:/ROOT/a b' -WhatIf }; path = 'n:/ROOT/a b' }
        @{ what = 'New-Item'; code = { New-Item n:/ROOT/new -WhatIf }; path = 'n:/ROOT/new' }
        @{ what = 'Remove-Item'; code = { Remove-Item 'n:/ROOT/a b' -WhatIf }; path = 'n:/ROOT/a b' }
        @{ what = 'Move-Item'; code = { Move-Item 'n:/ROOT/a b' n:/ROOT/c -WhatIf }; path = 'n:/ROOT/a b to n:/ROOT/c' }
        @{ what = 'Rename-Item'; code = { Rename-Item 'n:/ROOT/a b' c -WhatIf }; path = 'n:/ROOT/a b to n:/ROOT/c' }
        @{ what = 'Copy-Item'; code = { Copy-Item 'n:/ROOT/a b' n:/ROOT/c -WhatIf }; path = 'n:/ROOT/a b to n:/ROOT/c' }
        @{ what = 'Set-ItemProperty'; code = { Set-ItemProperty 'n:/ROOT/a b' Mode 0600 -WhatIf }; path = 'n:/ROOT/a b' }
        @{ what = 'Copy-NodeDiskItem'; code = { Copy-NodeDiskItem 'n:/ROOT/a b' ./none -WhatIf }; path = 'n:/ROOT/a b to ./none' }
    ) {
        $said = Get-WhatIf $code
        $said | Should -HaveCount 1
        $said | Should -Match ([regex]::Escape($path))
        # With -Confirm it asks as often as -Verbose speaks.
        $spoken = Get-WhatIf ([scriptblock]::Create("$code".Replace('-WhatIf', '-Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }')))
        $spoken | Should -HaveCount 1
    }
}

Describe 'The other cmdlets' {
    BeforeEach { New-TestDisk }
    AfterEach { Remove-TestDisk }

    It 'read files on a drive where they read files' {
        Set-Content n:/ROOT/x.ct "passwd:`n  users: []"
        Set-Content n:/ROOT/x.json '{"ignition":{"version":"2.2.0"}}'
        Set-Content n:/ROOT/hosts '00:16:3e:4e:31:11,192.168.100.11'
        (Get-Item n:/ROOT/x.ct | ConvertTo-Ignition).Version | Should -Be 2.1.0
        ConvertTo-Ignition n:/ROOT/*.ct -Raw | Should -BeLike '{"ignition"*'
        Test-Ignition n:/ROOT/x.json | Should -BeTrue
        (Get-DhcpReservation -Path n:/ROOT/hosts).IPAddress | Should -Be 192.168.100.11
        Set-Location n:/ROOT
        Test-Ignition x.json | Should -BeTrue
        { ConvertTo-Ignition ./none -ErrorAction Stop } | Should -Throw -ErrorId 'FileNotFound,*'
    }
    It 'expand a template of the disk with files of the disk alone' {
        Set-Content secret host
        $null = New-Item -ItemType Directory n:/ROOT/t
        Set-Content n:/ROOT/t/x.ct.tmpl "inline: |`n  |###parts/motd"
        $null = New-Item -Force n:/ROOT/t/parts/motd -Value "one`ntwo"
        $result = Expand-IgnitionTemplate n:/ROOT/t/x.ct.tmpl -Destination ./t.ct
        Get-Content -Raw ./t.ct | Should -Be "inline: |`n  one`n  two`n"
        "$($result.Includes)" | Should -Be n:/ROOT/t/parts/motd
        foreach ($name in "$PWD/secret", 'secret', '../../../secret', '../secret') {
            Set-Content n:/ROOT/t/y.ct.tmpl "-###$name"
            { Expand-IgnitionTemplate n:/ROOT/t/y.ct.tmpl -Destination ./y.ct -ErrorAction Stop } | Should -Throw -ErrorId 'Include*'
            Test-Path ./y.ct | Should -BeFalse
        }
    }
    It 'name what to type where they need a file of the host, and never take the path of the drive for one' {
        Set-Content n:/ROOT/x.ct.tmpl 'x'
        { Expand-IgnitionTemplate n:/ROOT/x.ct.tmpl -ErrorAction Stop } | Should -Throw -ErrorId 'PathInvalid,*'
        { Get-OemGrubConfig -Path n:/ROOT/x.ct.tmpl -ErrorAction Stop } | Should -Throw -ErrorId 'PathInvalid,*'
        { Get-DiskPartition -Path n:/ROOT/x.ct.tmpl -ErrorAction Stop } | Should -Throw -ErrorId 'PathInvalid,*'
        { ConvertTo-Ignition env:PATH -ErrorAction Stop } | Should -Throw -ErrorId 'PathInvalid,*'
        { Copy-NodeDiskItem n:/ROOT/x.ct.tmpl env:NAME -ErrorAction Stop } | Should -Throw -ErrorId 'PathInvalid,*'
        Test-Path ./NAME | Should -BeFalse
        Test-Path ./n: | Should -BeFalse
        Expand-IgnitionTemplate n:/ROOT/x.ct.tmpl -ErrorAction SilentlyContinue -ErrorVariable refused
        # The remedy is a promise.
        Invoke-Expression ($refused[0].ErrorDetails.RecommendedAction -replace '^[^:]*: ')
        Get-Content ./x.ct | Should -Be x
    }
}

Describe 'A name that a terminal would act upon' {
    BeforeEach { New-TestDisk }
    AfterEach { Remove-TestDisk }

    It 'is not printed as it is by a path, and is found by each path: <label>' -ForEach @(
        @{ label = 'escape'; text = "e`u{1b}]0;x`u{7}y"; path = $null }, @{ label = 'line break'; text = "e`n-rw forged"; path = $null }, @{ label = 'delete'; text = "e`u{7f}"; path = $null }
        @{ label = 'C1'; text = "e`u{9b}2J"; path = $null }, @{ label = 'bidi'; text = "e`u{202e}txt"; path = $null }, @{ label = 'its own sign'; text = "e`u{241b}"; path = "e$([char[]](0xdce2, 0xdc90, 0xdc9b) -join '')" }
        @{ label = 'emoji'; text = "e`u{1f600}"; path = $null }
    ) {
        $raw = '[\x00-\x1f\x7f-\x9f\u202a-\u202e]'
        # A sign that is typed means the character; the sign itself is typed as its bytes.
        Set-Content -LiteralPath "n:/ROOT/$($path ?? $text)" v
        $item = Get-ChildItem n:/ROOT | Where-Object Name -CEQ $text
        $item | Should -HaveCount 1
        $completion = [System.Management.Automation.CommandCompletion]::CompleteInput('Get-Content n:/ROOT/e', 21, $null).CompletionMatches
        foreach ($shown in "$item", $item.FullName, $item.PSPath, $item.PSChildName, (Get-ChildItem n:/ROOT -Name), $completion.CompletionText, $completion.ListItemText, $completion.ToolTip, (Resolve-Path -LiteralPath $item.FullName).Path) {
            $shown | Should -Not -Match $raw
        }
        Get-Content $item | Should -Be v
        Get-Content -LiteralPath $item.PSPath | Should -Be v
        Get-ChildItem n:/ROOT -Name | Where-Object { $_ -like 'e*' } | ForEach-Object { Get-Content -LiteralPath "n:/ROOT/$_" } | Should -Be v
        $item | Copy-Item -Destination n:/ROOT/copied
        $item | Remove-Item
        (Get-Ext 'ls -p /') -join '' | Should -Not -Match '/e'
        Get-Content n:/ROOT/copied | Should -Be v
    }
}

Describe 'A link in a walk' {
    BeforeEach { New-TestDisk }
    AfterEach { Remove-TestDisk }

    It 'is not followed, whichever way PowerShell walks' {
        $null = New-Item -Force n:/ROOT/w/d/found -Value 1
        foreach ($i in 1..4) { $null = New-Item -ItemType SymbolicLink n:/ROOT/w/l$i -Value . }
        @(Get-ChildItem n:/ROOT/w -Recurse -Include found).FullName | Should -Be n:/ROOT/w/d/found
        @(Get-ChildItem n:/ROOT/w -Recurse -Exclude l*).FullName | Should -Be n:/ROOT/w/d, n:/ROOT/w/d/found
        @(Get-ChildItem n:/ROOT/w -Recurse -Name) | Should -HaveCount 6
        @(Get-ChildItem n:/ROOT/w -Recurse -Depth 9 -Name) | Should -HaveCount 6
        Set-Location n:/ROOT/w/l1
        Get-Content d/found | Should -Be 1
        @(Get-ChildItem n:/ROOT/w/l2 -Name) | Should -Contain d
    }
}

Describe 'about_XenKube_Drives' {
    BeforeEach { New-TestDisk }
    AfterEach { Remove-TestDisk }

    It 'is true: <what> is not possible, and <instead> is' -ForEach @(
        @{ what = 'Copy-Item to a drive'; fails = { Copy-Item ./file n:/ROOT -ErrorAction Stop }; instead = 'Copy-NodeDiskItem'; works = { Copy-NodeDiskItem ./file n:/ROOT; Get-Content n:/ROOT/file }; result = 'host' }
        @{ what = 'Move-Item between partitions'; fails = { Move-Item n:/ROOT/f n:/BOOT -ErrorAction Stop }; instead = 'Copy-Item and Remove-Item'; works = { Copy-Item n:/ROOT/f n:/BOOT; Remove-Item n:/ROOT/f; Get-Content n:/BOOT/f }; result = 'b,c', '1,2' }
        @{ what = '>'; fails = { 'x' > n:/ROOT/new }; instead = 'Set-Content'; works = { 'x' | Set-Content n:/ROOT/new; Get-Content n:/ROOT/new }; result = 'x' }
        @{ what = 'Out-File'; fails = { 'x' | Out-File n:/ROOT/new }; instead = 'Set-Content'; works = { 'x' | Set-Content n:/ROOT/new; Get-Content n:/ROOT/new }; result = 'x' }
        @{ what = 'Tee-Object'; fails = { 'x' | Tee-Object n:/ROOT/new }; instead = 'Set-Content'; works = { 'x' | Set-Content n:/ROOT/new; Get-Content n:/ROOT/new }; result = 'x' }
        @{ what = 'Get-FileHash'; fails = { Get-FileHash n:/ROOT/f -ErrorAction Stop }; instead = 'Get-FileHash -InputStream'; works = { (Get-FileHash -InputStream ([IO.MemoryStream]::new((Get-Content n:/ROOT/f -AsByteStream -Raw)))).Hash }; result = '0D1EB1E1F0C8B22DB8C8AF4FCF6B91D50A2D8E9CE8D7B1B9F6A4F1A1F6E9B3AA' }
        @{ what = 'Get-Content -Tail'; fails = { Get-Content n:/ROOT/f -Tail 1 -ErrorAction Stop }; instead = 'Select-Object -Last'; works = { Get-Content n:/ROOT/f | Select-Object -Last 1 }; result = '1,2' }
        @{ what = 'Get-Content -Wait'; fails = { Get-Content n:/ROOT/f -Wait -ErrorAction Stop }; instead = 'Get-Content'; works = { Get-Content n:/ROOT/f -First 1 }; result = 'b,c' }
        @{ what = 'Import-Csv'; fails = { Import-Csv n:/ROOT/f -ErrorAction Stop }; instead = 'ConvertFrom-Csv'; works = { (Get-Content n:/ROOT/f | ConvertFrom-Csv).c }; result = '2' }
        @{ what = 'Select-String -Path'; fails = { Select-String -Path n:/ROOT/f -Pattern b -ErrorAction Stop }; instead = 'Select-String'; works = { (Get-Content n:/ROOT/f | Select-String b).Line }; result = 'b,c' }
        @{ what = 'a program'; fails = { cat n:/ROOT/f 2> $null; if ($LASTEXITCODE) { throw } }; instead = 'Get-Content'; works = { Get-Content n:/ROOT/f }; result = 'b,c', '1,2' }
    ) {
        Set-Content ./file host
        Set-Content n:/ROOT/f 'b,c', '1,2'
        $fails | Should -Throw
        if ($what -eq 'Get-FileHash') {
            $result = (Get-FileHash -InputStream ([IO.MemoryStream]::new([Text.Encoding]::ASCII.GetBytes("b,c`n1,2`n")))).Hash
        }
        & $works | Should -Be $result
        Get-ChildItem -Name | Should -Be disk.img, file
    }
    It 'is true: a changing drive is one of this session, and FAT keeps one bit of the mode' {
        Set-Content n:/BOOT/f x -Mode 0444
        (Get-Item n:/BOOT/f).Mode | Should -Be '-r--r--r--'
        Set-ItemProperty n:/BOOT/f Mode 0600
        (Get-Item n:/BOOT/f).Mode | Should -BeLike '-rw*'
        Set-ItemProperty n:/BOOT/f LastWriteTimeUtc ([datetime] '2001-02-03T04:05:06')
        (Get-Item n:/BOOT/f).LastWriteTimeUtc | Should -Be ([datetime] '2001-02-03T04:05:06')
        { Get-Content /BOOT/f -ErrorAction Stop } | Should -Throw
        Set-Location n:/BOOT
        { Get-Content /BOOT/f -ErrorAction Stop } | Should -Throw
    }
}
