using System.Globalization;
using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Hosting;
using XenKube.Guests;

namespace XenKube.Commands.Guests;

/// <summary>The base of cmdlets that do the same to several guests at once, after all of them are known.</summary>
public abstract class GuestCommand : NodeCommand
{
    private readonly List<Node> _nodes = [];

    /// <summary>How many guests to work on at the same time. Default: 5.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int ThrottleLimit { get; set; } = 5;

    /// <summary>The longest time to wait for a guest, in seconds. Default: 300.</summary>
    [Parameter]
    [ValidateRange(1, SpanLimits.WaitSeconds)]
    public int Timeout { get; set; } = 300;

    /// <summary>Returns the guests as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What is done, for the progress: <c>Starting guests</c>.</summary>
    protected abstract string Activity { get; }

    /// <summary>False for a command that only looks on, which -WhatIf does not concern.</summary>
    protected virtual bool IsChange => true;

    private protected override bool TakesDomainNames => true;

    /// <summary>True where what is done cannot be taken back, so that it is asked for.</summary>
    protected virtual bool Destroys => false;

    /// <summary>True where -Force says that nobody is to be asked.</summary>
    protected virtual bool IsForced => false;

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        if (!IsChange || (Destroys ? ShouldDestroy(Sentence(node), IsForced) : Should(Sentence(node))))
        {
            _nodes.Add(node);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var group in _nodes.GroupBy(node => DirectoryOf(node).Path))
        {
            Guard(null, () => Act([.. group]));
        }
    }

    /// <summary>What would be done to a node's guest, from the verb on.</summary>
    /// <param name="node">The node.</param>
    protected abstract string Sentence(Node node);

    /// <summary>Does it.</summary>
    /// <param name="guests">The guests of the XENDIR.</param>
    /// <param name="configPaths">Configurations of those it is done to.</param>
    /// <param name="options">How many at once, how long to wait.</param>
    /// <param name="token">Cancelled by Ctrl+C.</param>
    protected abstract IReadOnlyList<GuestResult> Act(XenGuests guests, IReadOnlyList<string> configPaths, GuestActionOptions options,
        CancellationToken token);

    private void Act(IReadOnlyList<Node> nodes)
    {
        var guests = new NodeGuests(DirectoryOf(nodes[0])).Open(requests: RunningServers.RequestsOf(nodes[0]));
        var results = RunWithProgress(nodes.Count == 1 ? $"{Activity}: {nodes[0]}" : string.Create(CultureInfo.InvariantCulture,
            $"{Activity}: {nodes.Count} of {nodes[0].XenDir}"), (progress, token) =>
        {
            var done = 0;
            progress.Report(new OperationProgress(Activity, nodes[0].GuestName, 0, nodes.Count, null));
            var options = new GuestActionOptions
            {
                ThrottleLimit = ThrottleLimit,
                Timeout = TimeSpan.FromSeconds(Timeout),
                OnResult = result => progress.Report(new OperationProgress(Activity, result.Name, ++done, nodes.Count, null)),
            };
            return Act(guests, [.. nodes.Select(node => node.GuestConfigPath)], options, token);
        });
        for (var i = 0; i < results.Count; i++)
        {
            foreach (var warning in results[i].Warnings)
            {
                WriteWarning($"{nodes[i]}: {warning}");
            }
            WriteVerbose($"{nodes[i]}: {results[i].Guest?.State.ToString() ?? "not known"}");
            if (results[i].Error is { } error)
            {
                WriteError(Errors.Record(error, nodes[i]));
            }
            else if (PassThru)
            {
                WriteObject(results[i].Guest);
            }
        }
    }
}
