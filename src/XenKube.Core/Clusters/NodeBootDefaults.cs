using XenKube.Booting;
using XenKube.Disks;
using XenKube.Guests;

namespace XenKube.Clusters;

/// <summary>How a guest is started where its request does not say: by what its node's disk holds and what the host can do.</summary>
/// <param name="xl">How to ask the host.</param>
internal sealed class NodeBootDefaults(XlDriver xl)
{
    private readonly Lazy<XenHostInfo?> _host = new(() => Ask(xl));

    /// <summary>Completes a request.</summary>
    /// <param name="node">The node.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="existing">The configuration that is there and is changed; null for a new one.</param>
    public GuestRequest Complete(Node node, GuestRequest request, XenGuestConfig? existing)
    {
        if (request.Kernel is not null || (request.Type == GuestType.HVM && request.BootLoader is null)
            || (request.BootLoader is null && request.Type is null && (existing?.BootLoader ?? existing?.Kernel) is not null))
        {
            return request;
        }
        var disk = new Lazy<(GuestLayout? Layout, bool IsOwn)>(() => Look(node));
        var program = request.BootLoader is { } word ? BootLoaders.ProgramOf(word)
            : BootLoaders.IsXenKube(existing?.BootLoader) ? existing!.BootLoader
            : disk.Value.IsOwn ? BootLoaders.XenKube : null;
        if (BootLoaders.IsXenKube(program))
        {
            return request with
            {
                BootLoader = program,
                Type = request.Type ?? (existing is { Type: not GuestType.HVM } ? existing.Type : TypeOf(node)),
                KernelArguments = NodeBoot.ArgumentsOf(disk.Value.Layout, node),
            };
        }
        return BootLoaders.IsPygrub(program ?? BootLoaders.Pygrub) && (request.Type ?? GuestType.PV) == GuestType.PV ? request with
        {
            // pygrub finds a kernel for PV guests on these disks.
            Type = request.Type ?? (existing is { Type: GuestType.PVH } ? GuestType.PV : null),
            // The host is asked last: that starts a program.
            PygrubUser = new PygrubRights(xl.Options.SystemRoot).HasUser && _host.Value?.Version is { } version
                && version.CompareTo(PygrubRights.FirstXenOfKeys) >= 0 ? PygrubRights.User : null,
        } : request;
    }

    /// <summary>PVH where the host and the kernel can do that, else PV.</summary>
    private GuestType TypeOf(Node node)
    {
        if (_host.Value is not { CanRunPvh: true })
        {
            return GuestType.PV;
        }
        try
        {
            var options = new BootPlanOptions { GuestType = BootGuestType.Pvh, ReadNotes = true };
            return BootPlan.Make(node.DiskPath, options).CanRun == false ? GuestType.PV : GuestType.PVH;
        }
        catch (XenKubeException)
        {
            return GuestType.PVH;
        }
    }

    private static (GuestLayout? Layout, bool IsOwn) Look(Node node)
    {
        try
        {
            return ImageReader.ReadOnce(node.DiskPath, disk => (GuestLayout.Find(disk), NodeBoot.IsOwnByDisk(disk)));
        }
        catch (XenKubeException)
        {
            // A disk that is not there yet, or that cannot be read, says nothing.
            return (null, false);
        }
    }

    private static XenHostInfo? Ask(XlDriver xl)
    {
        try
        {
            return xl.Info();
        }
        catch (XenKubeException)
        {
            return null;
        }
    }
}
