# -Encoding on drives is PowerShell's own: each case does the same to a file of the host and to one on a disk, and compares bytes.
BeforeDiscovery {
    $names = 'ansi', 'ascii', 'bigendianunicode', 'bigendianutf32', 'oem', 'unicode', 'utf7', 'utf8', 'utf8BOM', 'utf8NoBOM', 'utf32'
    $others = 'ANSI', 'UTF8bom', 'default', 'string', 'unknown', 'latin1', 'windows-1252', 'iso-8859-15', 'ibm850', 'UTF-8', 'utf-16',
        'shift_jis', '1252', 'byte', 'nosuch', 'Unicode ', ''
    $pages = 1252, 65001, 850, 437, 1200, 12001, 28591, 932, 0, 1, -1, 99999, 65000
    $encodings = @($names + $others + $pages | ForEach-Object { @{ Encoding = $_; Name = "$($_.GetType().Name) '$_'" } }
        @{ Encoding = [Text.Encoding]::Latin1; Name = 'an encoding of .NET' }
        @{ Encoding = [Text.UTF8Encoding]::new($true); Name = 'UTF-8 of .NET' }
        @{ Encoding = $null; Name = 'null' }
        @{ Encoding = 1200.0; Name = 'a fraction' })
    $values = @{
        text = 'ä€😀x', 'b'; empty = ''; nothing = $null; array = @(); nested = @(1, @(2, 3)); deep = @(1, @(2, @(3, 4))); number = 1.5
        date = [datetime] '2020-01-02'; table = @{ a = 1 }; object = [pscustomobject] @{ a = 1.5 }; gaps = @('a', $null, 'b'); block = { 1 }
        halves = @([string] [char] 0xd83d, [string] [char] 0xde00); list = [Collections.Generic.List[int]] (1, 2); bytes = [byte[]] (1, 2, 255)
        mixed = @([byte] 1, 'x'); large = 300; inner = @(, ([byte[]] (1, 2))); boxed = @(, @([byte] 1, [byte] 2))
        lone = [string] [char] 0xd83d
    }
    $contents = @{
        empty = @(); line = @(10); a = @(97); lines = @(97, 13, 10, 98, 13, 99, 10); utf8 = @(0xef, 0xbb, 0xbf, 97, 10); mark = @(0xef, 0xbb, 0xbf)
        utf16 = @(0xff, 0xfe, 97, 0, 10, 0); utf16be = @(0xfe, 0xff, 0, 97, 0, 10); utf32 = @(0xff, 0xfe, 0, 0, 97, 0, 0, 0)
        utf32be = @(0, 0, 0xfe, 0xff, 0, 0, 0, 97); wrong = @(0xc3, 97, 0xff, 10, 0)
    }
    $texts = $values.Keys | ForEach-Object { @{ Name = $_; Value = $values[$_] } }
    $files = $contents.Keys | ForEach-Object { @{ Name = $_; Bytes = [byte[]] $contents[$_] } }
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/TestDisk.ps1
    # The result of a command on a file of the host and on one of the disk: the bytes, the warnings, or that it is an error. Each has a
    # new name, because a removal is one more edit of the disk.
    function Compare-Side([scriptblock] $Script, [byte[]] $Before) {
        $number = ++$count.Files
        $sides = foreach ($file in "$work/$number", "n:/ROOT/$number") {
            if ($null -ne $Before) { Set-Content $file -Value $Before -AsByteStream }
            $failed = $false
            try { $output = & $Script $file 3>&1 } catch { $failed = $true; $output = @() }
            # A write that failed leaves a part on the host, and nothing on a disk.
            $bytes = if ($failed) { 'error' } elseif (Test-Path $file) { [Convert]::ToHexString((Get-Content $file -AsByteStream -Raw) ?? [byte[]]::new(0)) } else { 'no file' }
            "$bytes $(Format-Value $output)"
        }
        $sides[1] | Should -BeExactly $sides[0]
    }
    $count = @{ Files = 0 }
    # The same for a command that reads: both files are there.
    function Compare-Reading([hashtable] $With) {
        $sides = foreach ($file in "$work/read", 'n:/ROOT/read') {
            try { "$(Format-Value (Get-Content $file @With 3>&1))" } catch { 'error' }
        }
        $sides[1] | Should -BeExactly $sides[0]
    }
    # What debugfs finds in a file of the disk.
    function Read-Disk([string] $Name) {
        $null = Get-Ext "dump /$Name out"
        [Convert]::ToHexString([IO.File]::ReadAllBytes("$work/out"))
    }
    function Format-Value($Value) {
        if ($Value -is [array]) { "[$(($Value | ForEach-Object { Format-Value $_ }) -join ',')]" }
        elseif ($Value -is [string]) { "'$(($Value.ToCharArray() | ForEach-Object { [int] $_ }) -join ' ')'" }
        elseif ($null -ne $Value) { "$($Value.GetType().Name) $Value" }
    }
}

Describe '-Encoding on drives' {
    BeforeAll {
        New-TestDisk
        foreach ($file in "$work/read", 'n:/ROOT/read') { Set-Content $file -AsByteStream -Value ([byte[]] (0x61, 0xe4, 0x80, 0x0a, 0xc3, 0xa4, 0x0a, 0)) }
    }
    AfterAll { Remove-TestDisk }

    It 'writes, reads and appends text in <Name> as on the host' -ForEach $encodings {
        Compare-Side { param($file) Set-Content $file 'ä€😀x', 'b' -Encoding $Encoding }
        if (Test-Path "n:/ROOT/$($count.Files)") { Read-Disk $count.Files | Should -Be ([Convert]::ToHexString([IO.File]::ReadAllBytes("$work/$($count.Files)"))) }
        Compare-Side { param($file) 'ä€😀x', 'b' | Set-Content $file -Encoding $Encoding -NoNewline }
        Compare-Side { param($file) Add-Content $file 'ä€😀x' -Encoding $Encoding }
        Compare-Side { param($file) Set-Content $file ([byte[]] (1, 2)) -Encoding $Encoding -AsByteStream }
        Compare-Reading @{ Encoding = $Encoding }
        Compare-Reading @{ Encoding = $Encoding; AsByteStream = $true }
    }
    It 'appends to a file with the mark of <First> in the encoding that PowerShell takes' -ForEach @(
        'unicode', 'bigendianunicode', 'utf32', 'bigendianutf32', 'utf8BOM', 'utf8', 'utf7', 'ansi' | ForEach-Object { @{ First = $_ } }) {
        foreach ($second in 'utf8', 'utf8BOM', 'unicode', 'utf32', 'ansi') {
            Compare-Side { param($file) Set-Content $file 'aä' -Encoding $First; Add-Content $file 'ö' -Encoding $second }
        }
        Compare-Side { param($file) Set-Content $file 'aä' -Encoding $First; Add-Content $file 'ö' }
        Compare-Side { param($file) Set-Content $file 'aä' -Encoding $First; Add-Content $file ([byte] 1) -AsByteStream }
        Compare-Side { param($file) Set-Content $file $null -Encoding $First; Add-Content $file 'x' }
        Compare-Side { param($file) Add-Content $file $null -Encoding $First }
    }
    It 'writes <Name> as on the host' -ForEach $texts {
        Compare-Side { param($file) Set-Content $file -Value $Value -Encoding utf8BOM }
        Compare-Side { param($file) Set-Content $file -Value $Value -NoNewline -Encoding unicode }
        Compare-Side { param($file) $Value | Set-Content $file }
        Compare-Side { param($file) $Value | Add-Content $file -NoNewline } -Before 97
        Compare-Side { param($file) Set-Content $file -Value $Value -AsByteStream }
        Compare-Side { param($file) $Value | Add-Content $file -AsByteStream } -Before 97
    }
    It 'reads <Name> as on the host' -ForEach $files {
        foreach ($file in "$work/read", 'n:/ROOT/read') { Set-Content $file -Value $Bytes -AsByteStream }
        foreach ($with in @{}, @{ Raw = $true }, @{ Delimiter = 'a' }, @{ ReadCount = 2 }, @{ ReadCount = 0 }, @{ TotalCount = 1 },
            @{ AsByteStream = $true }, @{ AsByteStream = $true; Raw = $true }, @{ AsByteStream = $true; ReadCount = 2 }, @{ AsByteStream = $true; ReadCount = 0 },
            @{ AsByteStream = $true; TotalCount = 1 }, @{ Raw = $true; Delimiter = 'a' }, @{ AsByteStream = $true; Delimiter = 'a' }) {
            Compare-Reading $with
        }
        foreach ($name in 'unicode', 'latin1', 'utf8BOM', 'ascii', 'utf32', 'bigendianunicode') {
            Compare-Reading @{ Encoding = $name }
            Compare-Reading @{ Encoding = $name; Raw = $true }
        }
    }
    It 'is completed as on the host' {
        foreach ($typed in '', 'u', 'UTF', '*nic', 'x') {
            foreach ($command in 'Get-Content', 'Set-Content', 'Add-Content') {
                Get-Completion "$command n:/ROOT/f -Encoding $typed" | Should -BeExactly (Get-Completion "$command $work/f -Encoding $typed")
            }
        }
        Get-Completion 'Get-Content n:/ROOT/f -Encoding ' | Should -Contain utf8BOM
    }
    It 'says which parameters exclude one another' {
        Set-Content n:/ROOT/f a
        { Get-Content n:/ROOT/f -Raw -Delimiter a -ErrorAction Stop } | Should -Throw -ErrorId 'ParametersInvalid,*'
        { Get-Content n:/ROOT/f -AsByteStream -Delimiter a -ErrorAction Stop } | Should -Throw -ErrorId 'ParametersInvalid,*'
        { Set-Content n:/ROOT/f 1 -AsByteStream -ErrorAction Stop } | Should -Throw -ErrorId 'ContentInvalid,*'
        Set-Content n:/ROOT/f ([byte[]] (1, 2)) -AsByteStream
        Read-Disk f | Should -Be 0102
    }
}
