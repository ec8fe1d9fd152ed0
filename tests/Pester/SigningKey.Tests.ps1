BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Signing keys' {
    BeforeEach { $dir = New-TestXenDir }
    AfterEach { Remove-TestXenDir }

    It 'are taken as files from the pipeline' {
        (Get-Item $SampleKey | Import-SigningKey).IsTrusted | Should -BeTrue
    }
    It 'that are known are offered' {
        (Get-SigningKey -Known).Name | Should -Be CoreOS, Flatcar, Fedora-43, Fedora-44, Fedora-45
        Get-Completion 'Import-SigningKey -Known ' | Should -Be CoreOS, Flatcar, Fedora-43, Fedora-44, Fedora-45
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
}
