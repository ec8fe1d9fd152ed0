using System.Management.Automation;
using XenKube.Kube;

namespace XenKube.Commands.Kube;

/// <summary>Checks whether kubeconfigs do what they are for; each check gives a remedy.</summary>
[Cmdlet(VerbsDiagnostic.Test, "KubeConfig")]
[OutputType(typeof(CheckResult), typeof(bool))]
public sealed class TestKubeConfigCommand : XenKubeCommand
{
    private readonly Verdict _verdict = new();

    /// <summary>Kubeconfigs, taken as they are. Default: what KUBECONFIG names, else ~/.kube/config.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LiteralPath")]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>The context. Default: the one that kubectl uses.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Context { get; set; }

    /// <summary>Warns of a certificate that ends within this many days.</summary>
    [Parameter]
    [ValidateRange(0, 36500)]
    public int Within { get; set; } = KubeConfigCheckOptions.UsualDays;

    /// <summary>Asks the API server too.</summary>
    [Parameter]
    public SwitchParameter Connect { get; set; }

    /// <summary>The longest time that the API server may take, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 600)]
    public int Timeout { get; set; } = 5;

    /// <summary>Returns True if no check of any of the kubeconfigs failed, and False otherwise.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var check = new KubeConfigCheck(new KubeConfigCheckOptions
            { Context = Context, Days = Within, Connect = Connect, Timeout = TimeSpan.FromSeconds(Timeout) });
        foreach (var named in Path ?? [KubeConfigs.UsualPath])
        {
            Guard(named, () =>
            {
                var checks = check.Run(Resolve(named), StopToken);
                if (Quiet)
                {
                    _verdict.Add(checks.All(result => result.Status != CheckStatus.Fail));
                }
                else
                {
                    WriteObject(checks.Select(result => result.WordedBy(RemedyWords.Instance)), enumerateCollection: true);
                }
            });
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Quiet)
        {
            WriteObject(_verdict.IsGood && !HasReported);
        }
    }
}
