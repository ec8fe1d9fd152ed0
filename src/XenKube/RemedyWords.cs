using System.Management.Automation.Language;
using XenKube.Clusters;

namespace XenKube.Commands;

/// <summary>What is typed in PowerShell.</summary>
internal sealed class RemedyWords : IRemedyWords
{
    private RemedyWords()
    {
    }

    /// <summary>The words.</summary>
    public static RemedyWords Instance { get; } = new();

    /// <inheritdoc/>
    public string Word(RemedyAction action)
    {
        var arguments = string.Concat(action.Arguments.Select(argument => " " + Quote(argument)));
        return action.Kind switch
        {
            RemedyActionKind.SetUpHost => $"Initialize-XenKubeHost{arguments}",
            RemedyActionKind.CheckHost => "Test-XenKubeHost",
            RemedyActionKind.ServeConfigs => "Start-IgnitionServer",
            RemedyActionKind.OpenPort => $"Add-FirewallPort{arguments}",
            RemedyActionKind.ReserveAddresses =>
                $"New-DhcpReservation -Range {GuideDefaults.FirstReservation}..{GuideDefaults.LastReservation}",
            RemedyActionKind.ReserveAddress => $"New-DhcpReservation {Quote(action.Arguments[0])} ADDRESS",
            RemedyActionKind.RemoveReservation => $"Remove-DhcpReservation {Quote(action.Arguments[0])}",
            RemedyActionKind.MakeCluster => $"New-Cluster{arguments}",
            RemedyActionKind.MakeNode => $"New-Node{Names(action)}",
            RemedyActionKind.RemakeNode => $"New-Node{Names(action)} -Replace",
            RemedyActionKind.RenameNode => $"Rename-Node{arguments}",
            RemedyActionKind.CopyNode => $"Copy-Node{arguments}",
            RemedyActionKind.MakeGuest => $"New-XenGuest{arguments}",
            RemedyActionKind.RemakeGuest => $"New-XenGuest{arguments} -Force",
            RemedyActionKind.SetBootLoader => $"Set-XenGuest {Quote(action.Arguments[0])} -BootLoader {Quote(action.Arguments[1])}",
            RemedyActionKind.ShowBootPlan => $"Get-NodeBootPlan{arguments}",
            RemedyActionKind.StopGuest => $"Stop-XenGuest{Names(action)}",
            RemedyActionKind.DestroyGuest => $"Stop-XenGuest{Names(action)} -Force",
            RemedyActionKind.ResumeGuest => $"Resume-XenGuest{Names(action)}",
            RemedyActionKind.AwaitGuestEnd => $"Wait-XenGuest{Names(action)} -For Gone",
            RemedyActionKind.AwaitGuestSsh => $"Wait-XenGuest{Names(action)} -For Ssh",
            RemedyActionKind.ShowConsole => "Enter-XenGuest",
            RemedyActionKind.PublishConfig => $"Publish-Ignition{arguments}",
            RemedyActionKind.Refresh => $"Reset-Ignition{arguments}",
            RemedyActionKind.RefreshStep =>
                $"Reset-Ignition {Quote(action.Arguments[0])} -Step {IgnitionResetStep.Parse(action.Arguments[1]).Name}",
            RemedyActionKind.RecreateNode => $"Reset-Ignition{arguments} -Recreate",
            RemedyActionKind.PutConfigOnImage => $"Reset-Ignition{arguments} -ConfigSource Image",
            RemedyActionKind.ServeConfig => $"Reset-Ignition{arguments} -ConfigSource Http",
            RemedyActionKind.CheckNode => $"Test-Node{arguments}",
            RemedyActionKind.ValidateConfig => $"Test-Ignition{arguments}",
            RemedyActionKind.MakeCertificateAuthority => $"New-CertificateAuthority{arguments}",
            RemedyActionKind.RemakeCertificateAuthority => $"New-CertificateAuthority{arguments} -Replace",
            RemedyActionKind.MakeCertificates => $"New-ClusterCertificate{Names(action)}",
            RemedyActionKind.RenewCertificates => $"Update-ClusterCertificate{Names(action)}",
            RemedyActionKind.PublishCertificates => $"Publish-ClusterCertificate{Names(action)}",
            RemedyActionKind.RestartWithCertificates => $"Publish-ClusterCertificate{Names(action)} -Restart",
            RemedyActionKind.CheckCertificates => $"Test-ClusterCertificate{Names(action)}",
            RemedyActionKind.CheckEtcd => $"Test-EtcdCluster{arguments}",
            RemedyActionKind.RepairMember => $"Repair-EtcdMember{Names(action)}",
            RemedyActionKind.MakeKubeConfig => $"New-KubeConfig {Quote(action.Arguments[0])} -Path {Quote(action.Arguments[1])}",
            RemedyActionKind.RemakeKubeConfig => $"New-KubeConfig {Quote(action.Arguments[0])} -Path {Quote(action.Arguments[1])} -Force",
            RemedyActionKind.WriteDiskFile => "Set-Content",
            RemedyActionKind.DismountDisk => "Dismount-NodeDisk",
            RemedyActionKind.ImportKey => $"Import-SigningKey{arguments}",
            RemedyActionKind.ImportKnownKey => $"Import-SigningKey -Known{arguments}",
            RemedyActionKind.GetImage => $"Get-CoreOSImage{arguments}",
            RemedyActionKind.GetNewestImage => $"Get-CoreOSImage current -Distribution{arguments}",
            RemedyActionKind.ListImages => "Get-CoreOSImage",
            RemedyActionKind.ForceOption => "-Force",
            RemedyActionKind.ImageOption => "-Image",
            RemedyActionKind.XenDirOption => "-XenDir",
            RemedyActionKind.SkipVerificationOption => "-SkipVerification",
            RemedyActionKind.BaseUriOption => "-BaseUri",
            RemedyActionKind.NoActivateOption => "-NoActivate",
            RemedyActionKind.KernelOption => "-Kernel",
            RemedyActionKind.BootLoaderOption => "-BootLoader",
            RemedyActionKind.ExtractKernelOption => "-ExtractKernel",
            RemedyActionKind.GuestTypeOption => "-Type",
            RemedyActionKind.PlatformOption => "-Platform",
            RemedyActionKind.FilesDirectoryOption => "-FilesDirectory",
            RemedyActionKind.ServerOption => "-Server",
            RemedyActionKind.TimeoutOption => "-Timeout",
            _ => throw new ArgumentOutOfRangeException(nameof(action), action.Kind, "no words"),
        };
    }

    /// <summary>Cluster and node as the two parameters that name a node.</summary>
    private static string Names(RemedyAction action) => string.Concat(action.Arguments.SelectMany(node => node.Split('/'))
        .Select(name => " " + Quote(name)));

    private static string Quote(string argument) =>
        argument.Length > 0 && argument.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '.' or '-' or '_' or ':')
            && argument[0] != '-'
            ? argument
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(argument)}'";
}
