using System.Management.Automation;
using XenKube.Kube;

namespace XenKube.Commands.Kube;

/// <summary>Checks whether kubeconfigs do what they are for; each check gives a remedy.</summary>
[Cmdlet(VerbsDiagnostic.Test, "KubeConfig", DefaultParameterSetName = PathSet)]
[Alias("Test-XenKubeConfig")]
[OutputType(typeof(CheckResult), typeof(bool))]
public sealed class TestKubeConfigCommand : XenKubeCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    private readonly Verdict _verdict = new();

    /// <summary>Kubeconfigs. Wildcards are allowed. Default: what KUBECONFIG names, else ~/.kube/config.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>Kubeconfigs, taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>The context. Default: the one that kubectl uses.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Context { get; set; }

    /// <summary>Warns of a certificate that ends within this many days.</summary>
    [Parameter]
    [ValidateRange(0, SpanLimits.ValidityDays)]
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
        // A file that does not exist is a check that fails.
        foreach (var file in Path is null && LiteralPath is null ? [KubeConfigs.UsualPath] : Files(Path, LiteralPath, mayBeMissing: true))
        {
            Guard(file, () =>
            {
                var checks = check.Run(file, StopToken);
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
