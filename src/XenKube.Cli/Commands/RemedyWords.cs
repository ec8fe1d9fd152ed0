namespace XenKube.Cli.Commands;

/// <summary>What is typed in a shell.</summary>
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
            RemedyActionKind.SetUpHost => $"xenkube host apply{(action.Arguments.Count > 0 ? " --step" : "")}{arguments}",
            RemedyActionKind.CheckHost => "xenkube host check",
            RemedyActionKind.ServeConfigs => "xenkube host serve",
            RemedyActionKind.OpenPort => "xenkube host apply --step firewall",
            RemedyActionKind.ReserveAddresses => "xenkube host apply --step reservations",
            RemedyActionKind.ReserveAddress => $"a line {action.Arguments[0]},ADDRESS in {action.Arguments[1]}",
            RemedyActionKind.RemoveReservation => $"delete the line of {action.Arguments[0]} in {action.Arguments[1]}",
            RemedyActionKind.MakeCluster => $"xenkube cluster new{arguments}",
            RemedyActionKind.MakeNode => $"xenkube node new{arguments}",
            RemedyActionKind.RemakeNode => $"xenkube node new{arguments} --replace",
            RemedyActionKind.RenameNode => $"xenkube node rename{arguments}",
            RemedyActionKind.CopyNode => $"xenkube node copy{arguments}",
            RemedyActionKind.MakeGuest => $"xenkube guest new{arguments}",
            RemedyActionKind.RemakeGuest => $"xenkube guest new{arguments} --force",
            RemedyActionKind.SetBootLoader =>
                $"xenkube guest set {Quote(action.Arguments[0])} --boot-loader {Quote(action.Arguments[1])}",
            RemedyActionKind.ShowBootPlan => $"xenkube node boot-plan{arguments}",
            RemedyActionKind.StopGuest => $"xenkube guest stop{arguments}",
            RemedyActionKind.DestroyGuest => $"xenkube guest stop{arguments} --force",
            RemedyActionKind.ResumeGuest => $"xenkube guest resume{arguments}",
            RemedyActionKind.AwaitGuestEnd => $"xenkube guest wait{arguments} --wait gone",
            RemedyActionKind.AwaitGuestSsh => $"xenkube guest wait{arguments} --wait ssh",
            RemedyActionKind.ShowConsole => "xl console",
            RemedyActionKind.PublishConfig => $"xenkube node refresh{arguments} --step publish",
            RemedyActionKind.Refresh => $"xenkube node refresh{arguments}",
            RemedyActionKind.RefreshStep => $"xenkube node refresh {Quote(action.Arguments[0])} --step {Quote(action.Arguments[1])}",
            RemedyActionKind.RecreateNode => $"xenkube node refresh{arguments} --recreate",
            RemedyActionKind.PutConfigOnImage => $"xenkube node refresh{arguments} --config-source image",
            RemedyActionKind.ServeConfig => $"xenkube node refresh{arguments} --config-source http",
            RemedyActionKind.CheckNode => $"xenkube node check{arguments}",
            RemedyActionKind.ValidateConfig => $"xenkube ignition validate{arguments}",
            RemedyActionKind.MakeCertificateAuthority => $"xenkube certificate authority{arguments}",
            RemedyActionKind.RemakeCertificateAuthority => $"xenkube certificate authority{arguments} --replace",
            RemedyActionKind.MakeCertificates => $"xenkube certificate new{arguments}",
            RemedyActionKind.RenewCertificates => $"xenkube certificate renew{arguments}",
            RemedyActionKind.PublishCertificates => $"xenkube certificate publish{arguments}",
            RemedyActionKind.RestartWithCertificates => $"xenkube certificate publish{arguments} --restart",
            RemedyActionKind.CheckCertificates => $"xenkube certificate check{arguments}",
            RemedyActionKind.CheckEtcd => $"xenkube etcd check{arguments}",
            RemedyActionKind.RepairMember => $"xenkube etcd repair{arguments}",
            RemedyActionKind.MakeKubeConfig => $"xenkube kubeconfig new {Quote(action.Arguments[0])} --file {Quote(action.Arguments[1])}",
            RemedyActionKind.RemakeKubeConfig =>
                $"xenkube kubeconfig new {Quote(action.Arguments[0])} --file {Quote(action.Arguments[1])} --force",
            RemedyActionKind.WriteDiskFile => "xenkube disk put",
            RemedyActionKind.DismountDisk => "close the drive in PowerShell",
            RemedyActionKind.ImportKey => $"xenkube key import{arguments}",
            RemedyActionKind.ImportKnownKey => $"xenkube key import --known{arguments.ToLowerInvariant()}",
            RemedyActionKind.GetImage => $"xenkube image get{arguments}",
            RemedyActionKind.GetNewestImage => $"xenkube image get current --distribution{arguments.ToLowerInvariant()}",
            RemedyActionKind.ListImages => "xenkube image list",
            RemedyActionKind.ForceOption => "--force",
            RemedyActionKind.ImageOption => "--image",
            RemedyActionKind.XenDirOption => "--xen-dir",
            RemedyActionKind.SkipVerificationOption => "--skip-verification",
            RemedyActionKind.BaseUriOption => "--base-uri",
            RemedyActionKind.NoActivateOption => "--no-activate",
            RemedyActionKind.KernelOption => "--kernel",
            RemedyActionKind.BootLoaderOption => "--boot-loader",
            RemedyActionKind.ExtractKernelOption => "--extract-kernel",
            RemedyActionKind.GuestTypeOption => "--type",
            RemedyActionKind.PlatformOption => "--platform",
            RemedyActionKind.FilesDirectoryOption => "--files-dir",
            RemedyActionKind.ServerOption => "--server",
            RemedyActionKind.TimeoutOption => "--timeout",
            _ => throw new ArgumentOutOfRangeException(nameof(action), action.Kind, "no words"),
        };
    }

    private static string Quote(string argument) =>
        argument.Length > 0 && argument.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '.' or '-' or '_' or ':')
            && argument[0] != '-'
            ? argument
            : $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
