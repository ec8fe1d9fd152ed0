BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Test-ImageSignature' {
    BeforeEach {
        $dir = New-TestXenDir
        Copy-Item $Release "$dir/images/coreos-1520.9.0.bin.bz2"
        Copy-Item "$Release.sig" "$dir/images/coreos-1520.9.0.bin.bz2.sig"
    }
    AfterEach { Remove-TestXenDir }

    It 'takes images and files from the pipeline' {
        $null = Import-SigningKey $SampleKey
        Get-CoreOSImage | Test-ImageSignature | Should -BeTrue
        Get-Item "$dir/images/*.bz2" | Test-ImageSignature | Should -BeTrue
        Test-ImageSignature -Path "$dir/images/*.bz2" | Should -BeTrue
        Test-ImageSignature -LiteralPath "$dir/images/coreos-1520.9.0.bin.bz2" -Signature "$Release.sig" | Should -BeTrue
    }
    It 'completes the versions of the store' {
        Get-Completion 'Test-ImageSignature 15' | Should -Be 1520.9.0
    }
}
