@{
    RootModule           = 'XenKube.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '5d0c1ad8-6a0f-4f7e-9c3d-1f2f0f8e7a41'
    Author               = 'The XenKube authors'
    CompanyName          = 'XenKube'
    Copyright            = '(c) The XenKube authors. MIT licence.'
    Description          = 'Clusters of CoreOS-style guests on Xen: verified images, node disks edited without root or mount, Ignition configs, guests.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('XenKube.Format.ps1xml')
    TypesToProcess       = @('XenKube.Types.ps1xml')
    CmdletsToExport      = @(
        'Enter-Cluster'
        'Get-Cluster'
        'New-Cluster'
        'Remove-Cluster'
        'Find-CoreOSImage'
        'Get-CoreOSImage'
        'Get-DhcpReservation'
        'New-DhcpReservation'
        'Remove-DhcpReservation'
        'Get-DiskPartition'
        'Add-FirewallPort'
        'Get-FirewallRule'
        'ConvertTo-Ignition'
        'Publish-Ignition'
        'Reset-Ignition'
        'Test-Ignition'
        'Unpublish-Ignition'
        'Wait-Ignition'
        'Test-IgnitionEndpoint'
        'Get-IgnitionRequest'
        'Start-IgnitionServer'
        'Stop-IgnitionServer'
        'Install-IgnitionSite'
        'Expand-IgnitionTemplate'
        'Test-ImageSignature'
        'Get-Node'
        'New-Node'
        'Remove-Node'
        'Clear-OemGrubConfig'
        'Get-OemGrubConfig'
        'Set-OemGrubConfig'
        'Get-SigningKey'
        'Import-SigningKey'
        'Remove-SigningKey'
        'Set-TimeServer'
        'Enter-XenGuest'
        'Get-XenGuest'
        'New-XenGuest'
        'Remove-XenGuest'
        'Restart-XenGuest'
        'Resume-XenGuest'
        'Start-XenGuest'
        'Stop-XenGuest'
        'Suspend-XenGuest'
        'Wait-XenGuest'
        'Initialize-XenKubeHost'
        'Test-XenKubeHost'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @(
        'Get-XenNode'
        'kdestroy'
        'kdown'
        'kgen'
        'kup'
        'New-XenNode'
        'Remove-XenNode'
        'Reset-XenNode'
        'xencd'
    )
    PrivateData          = @{
        PSData = @{
            Tags         = @('Xen', 'CoreOS', 'Flatcar', 'Ignition', 'ext4', 'dom0', 'Linux', 'PSEdition_Core')
            LicenseUri   = 'https://opensource.org/license/mit'
            ProjectUri   = 'https://github.com/xenkube/xenkube'
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
