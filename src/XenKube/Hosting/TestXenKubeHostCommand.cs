using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Hosting;
using XenKube.Images.Signatures;

namespace XenKube.Commands.Hosting;

/// <summary>Checks the host; each check gives its finding and a remedy.</summary>
[Cmdlet(VerbsDiagnostic.Test, "XenKubeHost")]
[OutputType(typeof(CheckResult), typeof(bool))]
public sealed class TestXenKubeHostCommand : HostPlanCommand
{
    /// <summary>Returns True if no check failed, and False otherwise.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>Checks who could change what root runs and believes, in place of the rest.</summary>
    [Parameter]
    public SwitchParameter Security { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(XenDir, () =>
    {
        var checks = Security ? new HostSecurityCheck(HostSettings.ReadTrusted(Directory))
            .Run(StopToken) : new HostCheck(ReadOptions(Directory)).Run(StopToken).Concat(KeyCheck.Run(new TrustStore(Directory.KeysPath)));
        if (Quiet)
        {
            WriteObject(checks.All(check => check.Status != CheckStatus.Fail));
            return;
        }
        foreach (var check in checks)
        {
            WriteObject(check.WordedBy(RemedyWords.Instance));
        }
    });
}
