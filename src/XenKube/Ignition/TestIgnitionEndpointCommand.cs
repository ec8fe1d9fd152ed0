using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Hosting;

namespace XenKube.Commands.Ignition;

/// <summary>Fetches published configs over HTTP as the guests would, and compares them with what was published.</summary>
[Cmdlet(VerbsDiagnostic.Test, "IgnitionEndpoint", DefaultParameterSetName = NameSet)]
[Alias("Test-XenIgnitionEndpoint")]
[OutputType(typeof(bool), typeof(IgnitionEndpointResult))]
public sealed class TestIgnitionEndpointCommand : NodeCommand
{
    /// <summary>The URL from which the config is fetched. Default: the node's own URL.</summary>
    [Parameter]
    [Alias("ConfigUri")]
    public Uri? Uri { get; set; }

    /// <summary>How many seconds to wait for an answer. Default: 10.</summary>
    [Parameter]
    [ValidateRange(1, 600)]
    public int Timeout { get; set; } = 10;

    /// <summary>Returns everything that was found about each node, instead of one True or False for all of them.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    private readonly Verdict _verdict = new();

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        var result = IgnitionEndpoint.Test(Uri ?? node.IgnitionUri, node.IgnitionPath, TimeSpan.FromSeconds(Timeout), StopToken)
            .WordedBy(RemedyWords.Instance);
        if (Detailed)
        {
            WriteObject(result);
            return;
        }
        if (!result.IsOk)
        {
            WriteWarning(result.ToString());
        }
        _verdict.Add(result.IsOk);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!Detailed)
        {
            WriteObject(_verdict.IsGood && !HasReported);
        }
    }
}
