using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Guests;

namespace XenKube.Commands.Guests;

/// <summary>Lists guests: the union of configurations and domains, matched by name.</summary>
[Cmdlet(VerbsCommon.Get, "XenGuest", DefaultParameterSetName = NameSet)]
[OutputType(typeof(XenGuest))]
public sealed class GetXenGuestCommand : NodeCommand
{
    /// <summary>
    /// Clusters; or each cluster and node with a slash between; or names of domains. Wildcards are allowed. Default: all, including domains
    /// without a configuration in XENDIR.
    /// </summary>
    [Parameter(Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    public override string[]? Cluster { get; set; } = ["*"];

    /// <summary>States of the guests to return. Default: all.</summary>
    [Parameter]
    public XenGuestState[]? State { get; set; }

    private protected override bool TakesDomainNames => true;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(null, () =>
    {
        if (InputObject is not null)
        {
            Guard(InputObject.BaseObject, () => WriteOf(InputObject));
            return;
        }
        var guests = List(Directory);
        foreach (var wanted in Name is null ? Cluster! : Cluster!.SelectMany(cluster => Name.Select(name => $"{cluster}/{name}")))
        {
            Guard(wanted, () => Write(guests.Where(guest => IsMatch(guest, wanted)), wanted));
        }
    });

    /// <inheritdoc/>
    protected override void ProcessNode(Node node) => throw new NotSupportedException();

    // A domain that is not of this XENDIR is one all the same.
    private void WriteOf(PSObject source)
    {
        foreach (var element in PipedObject.Elements(source))
        {
            if ((element.BaseObject as XenGuest)?.Node is null && element.BaseObject is XenGuest foreign)
            {
                Write(List(DirectoryOf(new PipedObject(element))).Where(guest => guest.Name == foreign.Name), foreign.Name);
                continue;
            }
            foreach (var group in NodesOf(element).GroupBy(node => node.XenDir))
            {
                var guests = List(DirectoryOf(group.Key));
                foreach (var node in group)
                {
                    Guard(node, () => Write(guests.Where(guest => guest.Node == node.FullName), node.FullName));
                }
            }
        }
    }

    private IReadOnlyList<XenGuest> List(XenDirectory directory)
    {
        var warnings = new List<string>();
        var guests = new NodeGuests(directory).Open().List(warnings.Add, StopToken);
        warnings.ForEach(WriteWarning);
        return guests;
    }

    private static bool IsMatch(XenGuest guest, string wanted) =>
        NamePattern.IsMatch(wanted, guest.Name, ignoresCase: true)
        || (guest.Node is { } node && NamePattern.IsMatch(wanted, wanted.Contains('/', StringComparison.Ordinal)
            ? node : node[..node.IndexOf('/', StringComparison.Ordinal)], ignoresCase: true));

    private void Write(IEnumerable<XenGuest> guests, string wanted)
    {
        var found = guests.ToArray();
        if (found.Length == 0 && !NamePattern.IsPattern(wanted))
        {
            throw new ItemNotFoundException(ErrorIds.GuestNotFound, wanted, null, "there is no guest of that name",
                "Make it with New-XenGuest; Get-XenGuest lists the existing guests");
        }
        WriteObject(found.Where(guest => State is null || State.Contains(guest.State)), enumerateCollection: true);
    }
}
