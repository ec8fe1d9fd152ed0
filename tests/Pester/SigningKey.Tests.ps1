BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Signing keys' {
    BeforeEach { $dir = New-TestXenDir }
    AfterEach { Remove-TestXenDir }

    It 'are trusted by importing a file, and pinned by their fingerprint' {
        $key = Import-SigningKey $SampleKey
        $key | Should -BeOfType XenKube.Images.Signatures.SigningKey
        $key.IsTrusted | Should -BeTrue
        "$dir/keys/$($key.Fingerprint).asc" | Should -Exist
        gpg --show-keys --with-colons $SampleKey 2>$null | Select-String '^fpr:+([0-9A-F]{40}):' | Select-Object -First 1 |
            ForEach-Object { $_.Matches[0].Groups[1].Value } | Should -Be $key.Fingerprint
    }
    It 'are taken as files from the pipeline' {
        (Get-Item $SampleKey | Import-SigningKey).IsTrusted | Should -BeTrue
    }
    It 'are taken by name, and never unasked' {
        Get-SigningKey | Should -BeNullOrEmpty
        (Import-SigningKey -Known CoreOS).Fingerprint | Should -Be 04127D0BFABEC8871FFB2CCE50E0885593D2DCB4
        (Get-SigningKey).Fingerprint | Should -Be 04127D0BFABEC8871FFB2CCE50E0885593D2DCB4
    }
    It 'that are known are offered' {
        (Get-SigningKey -Known).Name | Should -Be CoreOS, Flatcar
        Get-Completion 'Import-SigningKey -Known ' | Should -Be CoreOS, Flatcar
    }
    It 'are not imported with -WhatIf' {
        Import-SigningKey $SampleKey -WhatIf
        Get-SigningKey | Should -BeNullOrEmpty
    }
    It 'are found by the end of the fingerprint and by user id' {
        $null = Import-SigningKey -Known CoreOS, Flatcar
        (Get-SigningKey 93D2DCB4).UserId | Should -BeLike 'CoreOS*'
        (Get-SigningKey *flatcar*).Fingerprint | Should -Be F88CFEDEFF29A5B4D9523864E25D9AED0593B34A
        { Get-SigningKey 00000000 -ErrorAction Stop } | Should -Throw -ErrorId 'KeyNotFound,*'
        Get-SigningKey nobody* | Should -BeNullOrEmpty
    }
    It 'complete by fingerprint' {
        $null = Import-SigningKey -Known CoreOS
        Get-Completion 'Remove-SigningKey 0412' | Should -Be 04127D0BFABEC8871FFB2CCE50E0885593D2DCB4
    }
    It 'are removed through the pipeline' {
        $null = Import-SigningKey -Known CoreOS, Flatcar
        Get-SigningKey *CoreOS* | Remove-SigningKey -Confirm:$false
        (Get-SigningKey).UserId | Should -BeLike 'Flatcar*'
        { Remove-SigningKey 93D2DCB4 -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'KeyNotFound,*'
    }
    It 'that are no keys are refused' {
        Set-Content "$dir/no.asc" 'hello'
        { Import-SigningKey "$dir/no.asc" -ErrorAction Stop } | Should -Throw -ErrorId 'KeyFile*'
        { Import-SigningKey "$dir/gone.asc" -ErrorAction Stop } | Should -Throw -ErrorId 'FileNotFound,*'
        { Import-SigningKey -Known Nobody -ErrorAction Stop } | Should -Throw -ErrorId 'KnownKeyNotFound,*'
    }
}
