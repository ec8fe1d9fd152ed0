BeforeAll {
    . $PSScriptRoot/Support.ps1
    $Server = "$Assets/release"
    $Here = @{ BaseUri = $Server }

    # A web server for a directory, and what it was asked.
    function Start-TestWeb([string] $Root) {
        $port = Get-FreePort
        $listener = [Net.HttpListener]::new()
        $listener.Prefixes.Add("http://127.0.0.1:$port/")
        $listener.Start()
        $asked = [Collections.Concurrent.ConcurrentQueue[string]]::new()
        $job = Start-ThreadJob -ArgumentList $listener, $Root, $asked {
            param($listener, $root, $asked)
            while ($listener.IsListening) {
                try { $context = $listener.GetContext() } catch { break }
                $path = $context.Request.Url.AbsolutePath
                $asked.Enqueue($path)
                $file = "$root$path"
                $body = if (Test-Path $file -PathType Leaf) { [IO.File]::ReadAllBytes((Resolve-Path $file)) }
                elseif (Test-Path $file -PathType Container) { [Text.Encoding]::UTF8.GetBytes((Get-ChildItem $file | ForEach-Object { "<a href=`"$($_.Name)/`">$($_.Name)</a>" }) -join "`n") }
                else { $context.Response.StatusCode = 404; [byte[]]::new(0) }
                $context.Response.ContentLength64 = $body.Length
                $context.Response.OutputStream.Write($body, 0, $body.Length)
                $context.Response.Close()
            }
        }
        [pscustomobject]@{ Uri = "http://127.0.0.1:$port"; Asked = $asked; Listener = $listener; Job = $job }
    }
    function Stop-TestWeb($Web) {
        $Web.Listener.Close()
        $null = $Web.Job | Wait-Job -Timeout 5
        $Web.Job | Remove-Job -Force
    }
}

Describe 'Find-CoreOSImage' {
    BeforeEach { $dir = New-TestXenDir }
    AfterEach { Remove-TestXenDir }

    It 'lists the releases of <what>' -TestCases @(@{ what = 'a directory' }, @{ what = 'a file URI' }, @{ what = 'a server' }) {
        param($what)
        $web = Start-TestWeb $Server
        try {
            $base = switch ($what) { 'a directory' { $Server } 'a file URI' { "file://$Server" } default { $web.Uri } }
            $release = Find-CoreOSImage -BaseUri $base
            $release | Should -BeOfType XenKube.Images.ImageRelease
            $release.Version | Should -Be 1520.9.0
            $release.IsCurrent | Should -BeTrue
            $release.Channel | Should -Be stable
            "$($release.ImageUri)" | Should -BeLike '*/amd64-usr/1520.9.0/coreos_production_xen_image.bin.bz2'
            "$($release.SignatureUri)" | Should -Be "$($release.ImageUri).sig"
        }
        finally { Stop-TestWeb $web }
    }
    It 'gives current as the number it stands for' {
        (Find-CoreOSImage current @Here).Version | Should -Be 1520.9.0
    }
    It 'takes wildcards, which may find nothing' {
        (Find-CoreOSImage 15* @Here).Version | Should -Be 1520.9.0
        Find-CoreOSImage 9* @Here | Should -BeNullOrEmpty
    }
    It 'uses the mirror of the settings, with its channel' {
        $copy = New-Item -ItemType Directory "$dir/beta"
        Copy-Item "$Server/*" $copy -Recurse
        Set-Content "$dir/xenkube.json" (ConvertTo-Json @{ mirror = "$dir/{channel}" })
        (Find-CoreOSImage -Channel beta).Channel | Should -Be beta
        { Find-CoreOSImage -Channel alpha -ErrorAction Stop } | Should -Throw -ErrorId 'ReleasesNotFound,*'
    }
    It 'needs no XENDIR' {
        $env:XENDIR = $null
        try { (Find-CoreOSImage @Here).Version | Should -Be 1520.9.0 } finally { $env:XENDIR = $dir }
    }
    It 'says what is wrong with a server' {
        { Find-CoreOSImage -BaseUri 'gopher://x' -ErrorAction Stop } | Should -Throw -ErrorId 'BaseUriInvalid,*'
        { Find-CoreOSImage -BaseUri "$dir/images" -ErrorAction Stop } | Should -Throw -ErrorId 'ReleasesNotFound,*'
        { Find-CoreOSImage 'no version' @Here -ErrorAction Stop } | Should -Throw -ErrorId 'VersionInvalid,*'
        { Find-CoreOSImage -Channel ../x @Here -ErrorAction Stop } | Should -Throw -ErrorId 'ReleaseNameInvalid,*'
        $error = Get-TheError { Find-CoreOSImage -Distribution Flatcar -BaseUri $Server -ErrorAction Stop }
        $error.FullyQualifiedErrorId | Should -BeLike 'VersionNotFound,*'
        $error.Exception.Message | Should -Match 'FLATCAR_VERSION'
    }
    It 'offers the channels' {
        Get-Completion 'Find-CoreOSImage -Channel ' | Should -Be stable, beta, alpha, testing, next
        Get-Completion 'Find-CoreOSImage -Distribution ' | Should -Be CoreOS, FedoraCoreOS, Flatcar
    }
    It 'shows version, channel and place' {
        $text = Find-CoreOSImage @Here | Out-String
        $text | Should -Match '1520\.9\.0'
        $text | Should -Match 'stable'
    }
}

Describe 'Get-CoreOSImage' {
    BeforeEach {
        $dir = New-TestXenDir
        $null = Import-SigningKey $SampleKey
    }
    AfterEach { Remove-TestXenDir }

    It 'fetches from <what>, verifies, and names the file' -TestCases @(@{ what = 'a file URI' }, @{ what = 'a server' }) {
        param($what)
        $web = Start-TestWeb $Server
        try {
            $image = Get-CoreOSImage current -BaseUri ($what -eq 'a server' ? $web.Uri : "file://$Server")
            $image | Should -BeOfType XenKube.Images.CoreOSImage
            $image.Version | Should -Be 1520.9.0
            $image.IsVerified | Should -BeTrue
            $image.Path | Should -Be "$dir/images/coreos-1520.9.0.bin.bz2"
            (Get-FileHash $image.Path).Hash | Should -Be (Get-FileHash $Release).Hash
            (Get-ChildItem "$dir/images").Name | Should -Be coreos-1520.9.0.bin.bz2, coreos-1520.9.0.bin.bz2.sig
            if ($what -eq 'a server') { $web.Asked | Should -Contain '/amd64-usr/1520.9.0/coreos_production_xen_image.bin.bz2' }
        }
        finally { Stop-TestWeb $web }
    }
    It 'takes releases from the pipeline, and its images go on to the check and to nodes' {
        $null = New-Cluster etcd
        Find-CoreOSImage @Here | Get-CoreOSImage @Here | Test-ImageSignature | Should -BeTrue
        Get-CoreOSImage | New-Node -Cluster etcd -Name node-1 | ForEach-Object Name | Should -Be node-1
        "$dir/guests/etcd/node-1.img" | Should -Exist
    }
    It 'lists the store without asking anybody' {
        Get-CoreOSImage | Should -BeNullOrEmpty
        $null = Get-CoreOSImage 1520.9.0 @Here
        (Get-CoreOSImage).Version | Should -Be 1520.9.0
        (Get-CoreOSImage coreos-15*).Version | Should -Be 1520.9.0
        (Get-CoreOSImage 1520.9.0 -BaseUri http://mirror.invalid).Version | Should -Be 1520.9.0
        Get-CoreOSImage 9* | Should -BeNullOrEmpty
        { Get-CoreOSImage 9.9.9 -Offline -ErrorAction Stop } | Should -Throw -ErrorId 'ImageNotFound,*'
        Get-Completion 'Get-CoreOSImage 15' | Should -Be 1520.9.0
    }
    It 'fetches nothing with -WhatIf' {
        Get-CoreOSImage 1520.9.0 @Here -WhatIf | Should -BeNullOrEmpty
        Get-ChildItem "$dir/images" | Should -BeNullOrEmpty
    }
    It 'goes on with the next version after one that is missing' {
        $images = Get-CoreOSImage 1.2.3, 1520.9.0 @Here -ErrorVariable errors -ErrorAction SilentlyContinue
        $images.Version | Should -Be 1520.9.0
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'ReleaseFileNotFound,*'
    }
    It 'leaves nothing of an image that was tampered with' {
        $bad = "$dir/bad"
        Copy-Item $Server $bad -Recurse
        $file = "$bad/amd64-usr/1520.9.0/coreos_production_xen_image.bin.bz2"
        Remove-Item "$file.DIGESTS*"
        $bytes = [IO.File]::ReadAllBytes($file); $bytes[5000] = $bytes[5000] -bxor 1; [IO.File]::WriteAllBytes($file, $bytes)
        { Get-CoreOSImage 1520.9.0 -BaseUri $bad -ErrorAction Stop } | Should -Throw -ErrorId 'SignatureNotGood,*'
        Get-ChildItem "$dir/images" | Should -BeNullOrEmpty
        $image = Get-CoreOSImage 1520.9.0 -BaseUri $bad -SkipVerification -WarningVariable warnings -WarningAction SilentlyContinue
        $image.IsVerified | Should -BeNullOrEmpty
        "$warnings" | Should -Match 'not checked'
    }
    It 'takes no image whose key is not trusted, and says how to trust it' {
        Get-SigningKey | Remove-SigningKey -Confirm:$false
        $error = Get-TheError { Get-CoreOSImage 1520.9.0 @Here -ErrorAction Stop }
        $error.FullyQualifiedErrorId | Should -BeLike 'SignerNotTrusted,*'
        $error.ErrorDetails.RecommendedAction + $error.ErrorDetails.Message + $error.Exception.Remedy | Should -Match 'Import-SigningKey -Known CoreOS'
        Get-ChildItem "$dir/images" | Should -BeNullOrEmpty
    }
}
