using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Guests;

namespace XenKube.Commands.Guests;

/// <summary>Shows what guests have written to their consoles since their last start.</summary>
[Cmdlet(VerbsCommon.Get, "XenGuestLog", DefaultParameterSetName = NameSet)]
[OutputType(typeof(string))]
public sealed class GetXenGuestLogCommand : NodeCommand
{
    private readonly List<Node> _nodes = [];

    /// <summary>How many of the last lines to show. Default: all lines of the last start.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    /// <summary>Goes on with the lines that a single guest writes, until Ctrl+C.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Shows all starts that the log has.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    private protected override bool TakesDomainNames => true;

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        if (Wait)
        {
            _nodes.Add(node);
            return;
        }
        var lines = new GuestLog(node.GuestName).Read(All);
        WriteObject(lines.Skip(Tail is { } count ? Math.Max(0, lines.Count - count) : 0), enumerateCollection: true);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!Wait)
        {
            return;
        }
        Guard(null, () =>
        {
            if (_nodes is not [var node])
            {
                throw new InvalidInputException(ErrorIds.NodeNotNamed, null, null, "only one guest can be followed at a time",
                    "Name one node");
            }
            foreach (var line in new GuestLog(node.GuestName).Follow(All, Tail, StopToken))
            {
                WriteObject(line);
            }
        });
    }
}
