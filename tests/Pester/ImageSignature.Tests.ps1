BeforeAll {
    . $PSScriptRoot/Support.ps1
    $Corpus = "$Root/tests/corpus/openpgp"
}

Describe 'Test-ImageSignature' {
    BeforeEach {
        $dir = New-TestXenDir
        Copy-Item $Release "$dir/images/coreos-1520.9.0.bin.bz2"
        Copy-Item "$Release.sig" "$dir/images/coreos-1520.9.0.bin.bz2.sig"
    }
    AfterEach { Remove-TestXenDir }

    It 'is a bool, true only for a good signature by a trusted key' {
        $answer = Test-ImageSignature 1520.9.0 -WarningVariable warnings -WarningAction SilentlyContinue
        $answer | Should -BeOfType bool
        $answer | Should -BeFalse
        "$warnings" | Should -Match 'UnknownKey'
        $null = Import-SigningKey $SampleKey
        Test-ImageSignature 1520.9.0 -WarningVariable warnings | Should -BeTrue
        $warnings | Should -BeNullOrEmpty
    }
    It 'gives all it found with -Detailed, and reads as gpg would' {
        $key = Import-SigningKey $SampleKey
        $signature = Test-ImageSignature 1520.9.0 -Detailed
        $signature | Should -BeOfType XenKube.Images.Signatures.ImageSignature
        $signature.Verdict | Should -Be Good
        $signature.Trust | Should -Be Trusted
        $signature.IsTrusted | Should -BeTrue
        $signature.PrimaryFingerprint | Should -Be $key.Fingerprint
        $key.Subkeys.Fingerprint | Should -Contain $signature.SigningFingerprint
        $signature.SignerUserId | Should -Be $key.UserId
        $signature.CreatedUtc.Kind | Should -Be Utc
        $signature.Sha512 | Should -Be (Get-FileHash $Release -Algorithm SHA512).Hash
        "$signature" | Should -Match 'Signature made'
        "$signature" | Should -Match 'Good signature from'
    }
    It 'takes images and files from the pipeline' {
        $null = Import-SigningKey $SampleKey
        Get-CoreOSImage | Test-ImageSignature | Should -BeTrue
        Get-Item "$dir/images/*.bz2" | Test-ImageSignature | Should -BeTrue
        Test-ImageSignature -Path "$dir/images/*.bz2" | Should -BeTrue
        Test-ImageSignature -LiteralPath "$dir/images/coreos-1520.9.0.bin.bz2" -Signature "$Release.sig" | Should -BeTrue
    }
    It 'resolves paths by the location of the session' {
        $null = Import-SigningKey $SampleKey
        Set-Location "$dir/images"
        Test-ImageSignature -Path coreos-1520.9.0.bin.bz2 | Should -BeTrue
    }
    It 'is false for a changed file, and says Bad' {
        $null = Import-SigningKey $SampleKey
        $file = "$dir/images/coreos-1520.9.0.bin.bz2"
        $bytes = [IO.File]::ReadAllBytes($file); $bytes[-1] = $bytes[-1] -bxor 1; [IO.File]::WriteAllBytes($file, $bytes)
        Test-ImageSignature 1520.9.0 -WarningAction SilentlyContinue | Should -BeFalse
        $signature = Test-ImageSignature 1520.9.0 -Detailed -WarningVariable warnings -WarningAction SilentlyContinue
        $signature.Verdict | Should -Be Bad
        "$warnings" | Should -Match 'Bad'
        "$signature" | Should -Match 'BAD signature'
    }
    It 'trusts a key file for once with -KeyFile, without a XENDIR' {
        $env:XENDIR = $null
        try { Test-ImageSignature -Path $Release -KeyFile $SampleKey | Should -BeTrue } finally { $env:XENDIR = $dir }
        Get-SigningKey | Should -BeNullOrEmpty
    }
    It 'gives the recorded verdict of <_>' -ForEach algorithm-nistp256-subkey-of-ed25519, revoked-subkey-compromised-signed-before, expiry-primary-before-signature, hash-rsa-sha1 {
        $expected = Get-Content "$Corpus/$_/expected.json" | ConvertFrom-Json
        $signature = Test-ImageSignature -Path "$Corpus/$_/file" -Signature "$Corpus/$_/sig" -KeyFile "$Corpus/$_/key.asc" -Detailed -WarningAction SilentlyContinue
        $signature.Verdict | Should -Be $expected.verdict
        $signature.SigningFingerprint | Should -Be $expected.signingFingerprint
    }
    It 'says which file is missing' {
        { Test-ImageSignature 9.9.9 -ErrorAction Stop } | Should -Throw -ErrorId 'ImageNotFound,*'
        { Test-ImageSignature -Path "$dir/gone.bz2" -ErrorAction Stop } | Should -Throw -ErrorId 'FileNotFound,*'
        Remove-Item "$dir/images/*.sig"
        { Test-ImageSignature 1520.9.0 -ErrorAction Stop } | Should -Throw -ErrorId 'SignatureNotFound,*'
    }
    It 'completes the versions of the store' {
        Get-Completion 'Test-ImageSignature 15' | Should -Be 1520.9.0
    }
}
