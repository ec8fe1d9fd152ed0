using XenKube.Clusters;
using XenKube.Guests;

namespace XenKube.Commands.Completion;

/// <summary>Leaves out, in what is completed for a command about guests, those whose state it could do nothing with.</summary>
internal static class GuestStateFilter
{
    /// <summary>The nodes that a command makes sense for; all of them where xl does not say in time what runs.</summary>
    /// <param name="command">Name of the command, or one of the guide's words.</param>
    /// <param name="store">The nodes of the XENDIR.</param>
    /// <param name="nodes">The nodes to choose from.</param>
    /// <param name="clock">How long it may take.</param>
    public static IEnumerable<NodeName> Apply(string command, NodeStore store, IReadOnlyList<NodeName> nodes, CompletionClock clock)
    {
        if (Fits(command) is not { } fits)
        {
            return nodes;
        }
        var list = Task.Run(() => new XlDriver(new XlOptions { Timeout = TimeSpan.FromSeconds(2) }).List());
        var names = clock.Limit(nodes.Select(node => store.Describe(node.Cluster, node.Node).GuestName)).ToList();
        try
        {
            if (names.Count < nodes.Count || !list.Wait(clock.Left))
            {
                return nodes;
            }
        }
        catch (AggregateException)
        {
            return nodes;
        }
        var states = list.Result.Where(domain => domain.Name.Length > 0).ToLookup(domain => domain.Name, domain => domain.State);
        return nodes.Where((_, i) => fits(states[names[i]].FirstOrDefault()));
    }

    private static Func<XenGuestState, bool>? Fits(string command) => command.ToUpperInvariant() switch
    {
        "START-XENGUEST" or "KUP" => state => state is XenGuestState.Halted,
        "STOP-XENGUEST" or "KDOWN" or "KDESTROY" or "RESTART-XENGUEST" or "ENTER-XENGUEST" => state => state is not XenGuestState.Halted,
        "SUSPEND-XENGUEST" => state => state is XenGuestState.Running,
        "RESUME-XENGUEST" => state => state is XenGuestState.Paused,
        _ => null,
    };
}
