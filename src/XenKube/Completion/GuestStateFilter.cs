using XenKube.Clusters;
using XenKube.Guests;

namespace XenKube.Commands.Completion;

/// <summary>Leaves out, in what is completed for a command about guests, those whose state it could do nothing with.</summary>
internal static class GuestStateFilter
{
    // A completion has to be there at once: where xl is slower than this, all guests are offered.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(40);

    /// <summary>The nodes that a command makes sense for.</summary>
    /// <param name="command">Name of the command.</param>
    /// <param name="nodes">The nodes to choose from.</param>
    public static IEnumerable<Node> Apply(string command, IEnumerable<Node> nodes)
    {
        if (Fits(command) is not { } fits)
        {
            return nodes;
        }
        var list = Task.Run(() => new XlDriver(new XlOptions { Timeout = TimeSpan.FromSeconds(2) }).List());
        try
        {
            if (!list.Wait(Patience))
            {
                return nodes;
            }
        }
        catch (AggregateException)
        {
            return nodes;
        }
        var states = list.Result.Where(domain => domain.Name.Length > 0).ToLookup(domain => domain.Name, domain => domain.State);
        return nodes.Where(node => fits(states[node.GuestName].FirstOrDefault()));
    }

    private static Func<XenGuestState, bool>? Fits(string command) => command.ToUpperInvariant() switch
    {
        "START-XENGUEST" => state => state is XenGuestState.Halted,
        "STOP-XENGUEST" or "RESTART-XENGUEST" or "ENTER-XENGUEST" => state => state is not XenGuestState.Halted,
        "SUSPEND-XENGUEST" => state => state is XenGuestState.Running or XenGuestState.Blocked,
        "RESUME-XENGUEST" => state => state is XenGuestState.Paused,
        _ => null,
    };
}
