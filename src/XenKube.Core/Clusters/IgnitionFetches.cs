using System.Diagnostics;
using System.Net;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Networks;

namespace XenKube.Clusters;

/// <summary>
/// Whether guests have fetched the configs that are published now: after the guest was started and after the config was published,
/// whichever is later, however long ago that was.
/// </summary>
public sealed class IgnitionFetches
{
    private const string OwnAgent = "XenKube", IgnitionAgent = "Ignition";

    private readonly Func<DateTimeOffset?, IEnumerable<IgnitionRequest>> _requests;
    private readonly XlDriver _xl;
    private readonly Lazy<IReadOnlyList<GuestAddress>> _reservations;

    /// <summary>Looks at the fetches of a XENDIR's guests.</summary>
    /// <param name="directory">The XENDIR.</param>
    /// <param name="requests">The requests from a moment on, oldest first; null for those in nginx's log.</param>
    /// <param name="xl">How to ask when a guest was started; null for the xl on the PATH.</param>
    public IgnitionFetches(XenDirectory directory, Func<DateTimeOffset?, IEnumerable<IgnitionRequest>>? requests = null,
        XlDriver? xl = null)
    {
        ArgumentNullException.ThrowIfNull(directory);
        _requests = requests ?? (since => File.Exists(NginxAccessLog.DefaultPath)
            ? NginxAccessLog.Read(NginxAccessLog.DefaultPath, since) : []);
        _xl = xl ?? new XlDriver();
        _reservations = new Lazy<IReadOnlyList<GuestAddress>>(() => new NodeGuests(directory).Reservations());
    }

    /// <summary>Refuses a node whose guest fetches nothing: there is nothing to wait for.</summary>
    /// <param name="node">The node.</param>
    /// <exception cref="InvalidInputException">The guest reads its config from a disk.</exception>
    public static void RequireFetch(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.ConfigSource != ConfigSource.Http)
        {
            throw new InvalidInputException(ErrorIds.ConfigNotFetched, node.FullName, null,
                $"the guest reads its config from {(node.ConfigSource == ConfigSource.Disk ? "a second disk" : "its own disk")} and fetches nothing by HTTP, so that nobody on this host can know when Ignition has read the config",
                $"Wait for what the config brings up, such as ssh: {new RemedyAction(RemedyActionKind.AwaitGuestSsh, node.FullName)}");
        }
    }

    /// <summary>Waits until a node's guest has fetched its config.</summary>
    /// <param name="node">The node.</param>
    /// <param name="timeout">How long.</param>
    /// <param name="since">The moment from which any fetch of the config counts; null for the guest's own since its start and the
    /// publication.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The request; null when the time is over.</returns>
    /// <exception cref="InvalidInputException">The guest reads its config from a disk and fetches nothing.</exception>
    public IgnitionRequest? Wait(Node node, TimeSpan timeout, DateTimeOffset? since = null, CancellationToken cancellationToken = default)
    {
        RequireFetch(node);
        var end = DateTimeOffset.UtcNow + timeout;
        while (true)
        {
            var watch = Stopwatch.StartNew();
            // The guest may be started while it is waited for, and the config published.
            var found = since is { } moment ? Requests(node, moment).FirstOrDefault() : Find(node, StartOf(node, cancellationToken));
            if (found is not null || DateTimeOffset.UtcNow >= end)
            {
                return found;
            }
            cancellationToken.WaitHandle.WaitOne(GuestBatch.PauseAfter(watch.Elapsed));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The request by which a node's guest has fetched the config that is published now.</summary>
    /// <param name="node">The node.</param>
    /// <param name="started">When the guest was started; null where that is not known.</param>
    /// <returns>The request; null where there is none, or no config is published.</returns>
    public IgnitionRequest? Find(Node node, DateTimeOffset? started)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (!File.Exists(node.IgnitionPath))
        {
            return null;
        }
        DateTimeOffset published = File.GetLastWriteTimeUtc(node.IgnitionPath);
        return Requests(node, started > published ? started.Value : published).FirstOrDefault(request => IsFromGuest(node, request));
    }

    private IEnumerable<IgnitionRequest> Requests(Node node, DateTimeOffset since)
    {
        // nginx logs whole seconds.
        var from = since.AddTicks(-(since.UtcTicks % TimeSpan.TicksPerSecond));
        return _requests(from).Where(request => request.Time >= from && request.IsFetch && request.Cluster == node.Cluster
            && request.Node == node.Name);
    }

    /// <summary>
    /// A fetch from the guest's own address, or, where the address does not belong to another guest, one by a program that calls itself
    /// Ignition. A fetch by
    /// a person or a check on dom0 is not the guest's.
    /// </summary>
    private bool IsFromGuest(Node node, IgnitionRequest request)
    {
        if (request.UserAgent.StartsWith(OwnAgent, StringComparison.Ordinal))
        {
            return false;
        }
        var address = request.Address.IsIPv4MappedToIPv6 ? request.Address.MapToIPv4() : request.Address;
        if (node.IPAddress is null || address.ToString() == node.IPAddress || IPAddress.IsLoopback(address))
        {
            return true;
        }
        return request.UserAgent.StartsWith(IgnitionAgent, StringComparison.Ordinal)
            && !_reservations.Value.Any(reservation => reservation.IPAddress.Equals(address));
    }

    private DateTimeOffset? StartOf(Node node, CancellationToken cancellationToken)
    {
        try
        {
            return _xl.Program is null || GuestName.Refusal(node.GuestName) is not null
                ? null : _xl.StartOf(node.GuestName, cancellationToken);
        }
        catch (OperationFailedException)
        {
            // Without Xen's answer the publication alone decides.
            return null;
        }
    }
}
